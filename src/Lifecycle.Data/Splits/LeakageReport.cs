namespace Lifecycle.Data;

/// <summary>What stands in more than one part of a split.</summary>
/// <param name="Keys">Distinct keys of the split that do; 0 when it has none. Possible with strata, or with a split by time.</param>
/// <param name="Groups">Distinct values of the group column that do; 0 when none was asked for.</param>
/// <param name="Rows">Distinct rows that do.</param>
/// <param name="KeyExamples">At most 20: the numbers of two rows of one key in two parts, counted from 0 without the header.</param>
/// <param name="GroupExamples">The same for groups.</param>
/// <param name="RowExamples">The same for equal rows.</param>
public sealed record LeakageReport(
    long Keys,
    long Groups,
    long Rows,
    IReadOnlyList<(long First, long Second)> KeyExamples,
    IReadOnlyList<(long First, long Second)> GroupExamples,
    IReadOnlyList<(long First, long Second)> RowExamples)
{
    /// <summary>Whether nothing leaks.</summary>
    public bool IsClean => Keys + Groups + Rows == 0;
}

/// <summary>Keys, groups or rows stand in more than one part of a split.</summary>
public sealed class LeakageException : DatasetException
{
    /// <summary>Makes the error.</summary>
    /// <param name="version">What was split.</param>
    /// <param name="group">The group column, if one was given.</param>
    /// <param name="report">What was found.</param>
    public LeakageException(string version, string? group, LeakageReport report)
        : base(Tell(version, group, report)) => Report = report;

    /// <summary>What was found.</summary>
    public LeakageReport Report { get; }

    private static string Tell(string version, string? group, LeakageReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        IReadOnlyList<(long First, long Second)> examples =
            report.Rows > 0 ? report.RowExamples : report.Keys > 0 ? report.KeyExamples : report.GroupExamples;
        return $"The split of {version} leaks: {report.Rows} rows"
            + (report.Keys > 0 ? $", {report.Keys} keys" : "")
            + (group is null ? "" : $" and {report.Groups} values of '{group}'")
            + $" stand in more than one part, for example the rows {string.Join(", ", examples.Take(5).Select(e => $"{e.First} and {e.Second}"))}. "
            + (report.Keys > 0 ? "Split by the key alone, without strata or times." : group is null ? "Split without a key, so that equal rows stay together." : $"Split by '{group}'.");
    }
}

internal sealed class LeakageCount
{
    private const int MaximumExamples = 20;

    private readonly Dictionary<UInt128, (int Part, long Row, bool Crosses)> _seen = [];

    public long Crossing { get; private set; }

    public List<(long First, long Second)> Examples { get; } = [];

    public void Add(UInt128[] keys, int[] parts, long firstRow)
    {
        for (int i = 0; i < parts.Length; i++)
        {
            Add(keys[i], parts[i], firstRow + i);
        }
    }

    private void Add(UInt128 key, int part, long row)
    {
        if (!_seen.TryGetValue(key, out (int Part, long Row, bool Crosses) first))
        {
            _seen.Add(key, (part, row, false));
        }
        else if (first.Part != part && !first.Crosses)
        {
            _seen[key] = first with { Crosses = true };
            Crossing++;
            if (Examples.Count < MaximumExamples)
            {
                Examples.Add((first.Row, row));
            }
        }
    }
}
