namespace Lifecycle.Data;

/// <summary>Says how a version is split.</summary>
public sealed class SplitBuilder
{
    private const double Tolerance = 1e-9;

    internal List<string> Key { get; } = [];

    internal List<(string Name, double Fraction)> Parts { get; } = [];

    internal string? Stratum { get; private set; }

    internal string? TimeColumn { get; private set; }

    internal List<string> Cuts { get; } = [];

    internal string SaltText { get; private set; } = RowHash.DefaultSalt;

    internal string? Table { get; private set; }

    /// <summary>The columns that decide; rows that agree in them are in one part. Not called: all columns, so that equal rows stay together.</summary>
    public SplitBuilder By(params IEnumerable<string> columns)
    {
        Key.Clear();
        Key.AddRange(columns);
        return this;
    }

    /// <summary>Rows that agree in this column are in one part, for example those of one customer; the same as <see cref="By"/> that column.</summary>
    public SplitBuilder Group(string column)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        return By([column]);
    }

    /// <summary>The time of a row decides: the earliest rows are in the first part. A key, if there is one, is only looked at for leakage.</summary>
    /// <param name="column">A column of dates, times or integers, without nulls.</param>
    /// <param name="cuts">Where each part but the first begins, ascending; none: the fractions of the parts are turned into cuts once, which the definition keeps.</param>
    public SplitBuilder ByTime(string column, params IEnumerable<DateTime> cuts)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        TimeColumn = column;
        Cuts.Clear();
        Cuts.AddRange(cuts.Select(c => TimeCuts.Tell((c.Kind == DateTimeKind.Local ? c.ToUniversalTime() : c).Ticks, ColumnType.DateTime)));
        return this;
    }

    /// <summary>The names of the parts, where the cuts of <see cref="ByTime"/> say how large they are.</summary>
    public SplitBuilder Into(params IEnumerable<string> parts) => Into(parts.Select(p => (p, double.NaN)));

    /// <summary>The parts and their fractions, which must add up to 1.</summary>
    public SplitBuilder Into(params IEnumerable<(string Name, double Fraction)> parts)
    {
        Parts.Clear();
        Parts.AddRange(parts);
        return this;
    }

    /// <summary>Gives each value of this column positions of its own, so that shares hold within it as far as chance lets them.</summary>
    /// <remarks>With a key, equal keys in two strata may be in two parts.</remarks>
    public SplitBuilder Stratify(string column)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        Stratum = column;
        return this;
    }

    /// <summary>Another salt gives another split of the same key.</summary>
    public SplitBuilder Salt(string salt)
    {
        ArgumentNullException.ThrowIfNull(salt);
        SaltText = salt;
        return this;
    }

    /// <summary>The table to split, when the version has more than one.</summary>
    public SplitBuilder File(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Table = path;
        return this;
    }

    internal SplitDefinition Build(TableSummary table)
    {
        Require(table.Schema);
        return new SplitDefinition
        {
            File = table.Path,
            Key = [.. Key],
            Salt = SaltText,
            Stratum = Stratum,
            TimeColumn = TimeColumn,
            TimeCuts = [.. Cuts],
            Parts = [.. Parts],
        };
    }

    private void Require(TableSchema schema)
    {
        foreach (string column in Key.Concat(Stratum is null ? [] : [Stratum]).Concat(TimeColumn is null ? [] : [TimeColumn]))
        {
            _ = schema.PositionOf(column);
        }

        if (Parts.Count < 2)
        {
            throw new ArgumentException("A split needs at least two parts: Into((\"train\", .8), (\"test\", .2)).");
        }

        foreach ((string name, double fraction) in Parts)
        {
            ResourceName.Require(name, "part of a split");
            if (Cuts.Count == 0 && !(fraction > 0 && fraction < 1))
            {
                throw new ArgumentException($"The part '{name}' has the fraction {fraction}; it must lie between 0 and 1.");
            }
        }

        if (Parts.Select(p => p.Name).Distinct(StringComparer.Ordinal).Count() != Parts.Count)
        {
            throw new ArgumentException("Two parts of the split have one name.");
        }

        if (Cuts.Count == 0 && Math.Abs(Parts.Sum(p => p.Fraction) - 1) > Tolerance)
        {
            throw new ArgumentException($"The fractions of the parts add up to {Parts.Sum(p => p.Fraction)}, not to 1.");
        }

        RequireTime(schema);
    }

    private void RequireTime(TableSchema schema)
    {
        if (TimeColumn is null)
        {
            return;
        }

        ColumnType type = schema[TimeColumn].Type;
        if (!TimeCuts.CanCut(type))
        {
            throw new ArgumentException($"The column '{TimeColumn}' is {type}; a split by time needs dates, times or integers.");
        }

        if (Stratum is not null)
        {
            throw new ArgumentException($"A split by time cannot be stratified by '{Stratum}': the time alone decides.");
        }

        if (Cuts.Count > 0 && (type is ColumnType.Int32 or ColumnType.Int64))
        {
            throw new ArgumentException($"The column '{TimeColumn}' is {type}; give fractions instead of cuts, or make it a column of dates.");
        }

        if (Cuts.Count > 0 && Cuts.Count != Parts.Count - 1)
        {
            throw new ArgumentException($"{Parts.Count} parts have {Parts.Count - 1} cuts between them, not {Cuts.Count}.");
        }

        for (int i = 1; i < Cuts.Count; i++)
        {
            if (TimeCuts.Parse(Cuts[i], type) <= TimeCuts.Parse(Cuts[i - 1], type))
            {
                throw new ArgumentException($"The cuts must ascend; {Cuts[i]} does not lie behind {Cuts[i - 1]}.");
            }
        }
    }
}
