namespace Lifecycle.Data;

/// <summary>What stands in more than one part of a split.</summary>
/// <param name="Rows">Distinct rows that stand in more than one part.</param>
/// <param name="Groups">Distinct values of the group column that do; 0 when none was asked for.</param>
/// <param name="RowExamples">At most 20: the numbers of two equal rows in two parts, counted from 0 without the header.</param>
/// <param name="GroupExamples">The same for groups.</param>
public sealed record LeakageReport(
    long Rows, long Groups, IReadOnlyList<(long First, long Second)> RowExamples, IReadOnlyList<(long First, long Second)> GroupExamples)
{
    /// <summary>Whether nothing leaks.</summary>
    public bool IsClean => Rows + Groups == 0;
}

/// <summary>Rows or groups stand in more than one part of a split.</summary>
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
        IReadOnlyList<(long First, long Second)> examples = report.Rows > 0 ? report.RowExamples : report.GroupExamples;
        return $"The split of {version} leaks: {report.Rows} rows"
            + (group is null ? "" : $" and {report.Groups} values of '{group}'")
            + $" stand in more than one part, for example the rows {string.Join(", ", examples.Take(5).Select(e => $"{e.First} and {e.Second}"))}. "
            + (group is null ? "Split without a key, so that equal rows stay together." : $"Split by '{group}'.");
    }
}

internal sealed class LeakageCount
{
    private const int MaximumExamples = 20;

    private readonly Dictionary<UInt128, (int Part, long Row, bool Crosses)> _seen = [];

    public long Crossing { get; private set; }

    public List<(long First, long Second)> Examples { get; } = [];

    public void Add(UInt128 key, int part, long row)
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
