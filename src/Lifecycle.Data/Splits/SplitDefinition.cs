namespace Lifecycle.Data;

/// <summary>How rows are assigned to parts; says everything that is needed to make the same parts again, of this version or a later one.</summary>
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

    /// <summary>The columns that have to be read to know the part of a row; null when all have to.</summary>
    internal IReadOnlyList<string>? DecidingColumns() => TimeColumn is { } time ? [time]
        : Key.Count == 0 ? null
        : [.. Key.Concat(Stratum is { } stratum ? [stratum] : []).Distinct(StringComparer.Ordinal)];

    internal SplitDocument ToDocument(DatasetVersion version) => new(
        version.Name, version.Digest.ToString(), File, Key, Salt, Stratum,
        TimeColumn is null ? null : new SplitTimeEntry(TimeColumn, TimeCuts),
        [.. Parts.Select(p => new SplitPartEntry(p.Name, double.IsNaN(p.Fraction) ? null : p.Fraction))]);
}
