namespace Lifecycle.Data;

/// <summary>
/// How rows are assigned to parts; says everything that is needed to make the same parts again, of this version or a later one, in this store or another:
/// the columns that decide, the types in which their values are hashed, salt, fractions and cuts.
/// </summary>
/// <remarks>
/// The types are those of the version that was first split by these columns with this salt. A later version in which a column became text, because of one
/// cell that is no number, is still hashed as numbers, so that no row moves.
/// </remarks>
public sealed record SplitDefinition
{
    internal SplitDefinition()
    {
    }

    /// <summary>The table that is split, by its path in the dataset.</summary>
    public string File { get; internal init; } = "";

    /// <summary>The columns that decide; empty: all columns.</summary>
    public IReadOnlyList<string> Key { get; internal init; } = [];

    /// <summary>Another salt gives another split of the same key.</summary>
    public string Salt { get; internal init; } = RowHash.DefaultSalt;

    /// <summary>Column whose values have positions of their own, or null.</summary>
    public string? Stratum { get; internal init; }

    /// <summary>Column of times that decides instead of the key, or null.</summary>
    public string? TimeColumn { get; internal init; }

    /// <summary>Where the parts of a split by time begin, from the second on: as dates and times in ISO 8601, or integers.</summary>
    public IReadOnlyList<string> TimeCuts { get; internal init; } = [];

    /// <summary>Names of the parts and the fractions that were asked for; a fraction is NaN where cuts were given.</summary>
    public IReadOnlyList<(string Name, double Fraction)> Parts { get; internal init; } = [];

    /// <summary>
    /// The columns that have to be read to know the part of a row, each with the type it had when the split was first made, as which every later
    /// version is read; null in a definition that was written before types were kept.
    /// </summary>
    internal IReadOnlyList<(string Name, ColumnType Type)>? Types { get; init; }

    /// <summary>floor(2^64 * cumulative fraction) for every part but the last.</summary>
    internal ulong[] PositionCuts()
    {
        if (TimeColumn is not null)
        {
            return [];
        }

        ulong[] cuts = new ulong[Parts.Count - 1];
        double sum = 0;
        for (int i = 0; i < cuts.Length; i++)
        {
            sum += Parts[i].Fraction;
            cuts[i] = (ulong)(sum * 18446744073709551616.0);
        }

        return cuts;
    }

    /// <summary>The same split with the types of this table, where it has none yet.</summary>
    internal SplitDefinition TypedBy(TableSchema schema) => Types is not null ? this : this with
    {
        Types = [.. (Deciding() ?? schema.Select(c => c.Name)).Select(n => (n, schema[n].Type))],
    };

    /// <summary>Whether another definition gives a key the same position, if both are of the same table.</summary>
    internal bool HasPositionsOf(SplitDefinition other) =>
        TimeColumn is null && other.TimeColumn is null && Salt == other.Salt && Stratum == other.Stratum && Key.SequenceEqual(other.Key);

    internal SplitDocument ToDocument(DatasetVersion version) => new(
        version.Name, version.Digest.ToString(), File, Key, Salt, Stratum,
        TimeColumn is null ? null : new SplitTimeEntry(TimeColumn, TimeCuts),
        [.. Parts.Select(p => new SplitPartEntry(p.Name, double.IsNaN(p.Fraction) ? null : p.Fraction))],
        Types is null ? null : [.. Types.Select(t => new SplitTypeEntry(t.Name, t.Type))]);

    internal static SplitDefinition Of(SplitDocument document) => new()
    {
        File = document.File,
        Key = document.Key,
        Salt = document.Salt,
        Stratum = document.Stratify,
        TimeColumn = document.Time?.Column,
        TimeCuts = document.Time?.Cuts ?? [],
        Parts = [.. document.Parts.Select(p => (p.Name, p.Fraction ?? double.NaN))],
        Types = document.Types is null ? null : [.. document.Types.Select(t => (t.Column, t.Type))],
    };

    private IEnumerable<string>? Deciding() => TimeColumn is { } time ? [time]
        : Key.Count == 0 ? null
        : Key.Concat(Stratum is { } stratum ? [stratum] : []).Distinct(StringComparer.Ordinal);
}
