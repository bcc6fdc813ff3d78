namespace Lifecycle.Data;

/// <summary>Says how a version is split.</summary>
public sealed class SplitBuilder
{
    private const double Tolerance = 1e-9;

    internal List<string> Key { get; } = [];

    internal List<(string Name, double Fraction)> Parts { get; } = [];

    internal string? Stratum { get; private set; }

    internal string SaltText { get; private set; } = RowHash.DefaultSalt;

    internal string? Table { get; private set; }

    /// <summary>The columns that decide; rows that agree in them are in one part. Not called: all columns, so that equal rows stay together.</summary>
    public SplitBuilder By(params IEnumerable<string> columns)
    {
        Key.Clear();
        Key.AddRange(columns);
        return this;
    }

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

    internal void Require(TableSchema schema)
    {
        foreach (string column in Key.Concat(Stratum is null ? [] : [Stratum]))
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
            if (!(fraction > 0 && fraction < 1))
            {
                throw new ArgumentException($"The part '{name}' has the fraction {fraction}; it must lie between 0 and 1.");
            }
        }

        if (Parts.Select(p => p.Name).Distinct(StringComparer.Ordinal).Count() != Parts.Count)
        {
            throw new ArgumentException("Two parts of the split have one name.");
        }

        if (Math.Abs(Parts.Sum(p => p.Fraction) - 1) > Tolerance)
        {
            throw new ArgumentException($"The fractions of the parts add up to {Parts.Sum(p => p.Fraction)}, not to 1.");
        }
    }

    /// <summary>floor(2^64 * cumulative fraction) for every part but the last.</summary>
    internal ulong[] Cuts()
    {
        ulong[] cuts = new ulong[Parts.Count - 1];
        double sum = 0;
        for (int i = 0; i < cuts.Length; i++)
        {
            sum += Parts[i].Fraction;
            cuts[i] = (ulong)(sum * 18446744073709551616.0);
        }

        return cuts;
    }
}
