using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>A column that is missing and a new one that looks the same.</summary>
internal sealed record RenameHint(string Before, string Message)
{
    private const int MostColumns = 20;
    private const long LeastValues = 50;
    private const double LeastP = 0.05;
    private const double MostIndex = 0.02;

    /// <summary>
    /// Compares up to 20 missing columns with up to 20 added ones of the same kind. A hint needs at least 50 values on both sides, p above
    /// .05 and a corrected population stability index below .02; where several look alike, the one that looks most alike.
    /// </summary>
    public static IEnumerable<RenameHint> Find(
        IReadOnlyList<ReferenceColumn> missing, IReadOnlyList<string> added, IColumnSource source)
    {
        List<(ReferenceColumn Before, string Now, ColumnFinding Finding)> alike = [];
        foreach (ReferenceColumn column in missing.Take(MostColumns))
        {
            foreach (string name in added.Take(MostColumns))
            {
                Interruption.Look();
                if (Compare(column, name, source) is
                    { Verdict: not DriftVerdict.NotTested, PValue: > LeastP, PopulationStabilityIndexCorrected: < MostIndex } finding
                    && Math.Min(finding.Reference.Count, finding.Current.Count) >= LeastValues)
                {
                    alike.Add((column, name, finding));
                }
            }
        }

        HashSet<string> taken = new(StringComparer.Ordinal);
        foreach ((ReferenceColumn before, string now, ColumnFinding finding) in alike.OrderBy(a => a.Finding.PopulationStabilityIndex))
        {
            if (!taken.Contains(before.Name) && taken.Add(now))
            {
                taken.Add(before.Name);
                yield return new RenameHint(
                    before.Name, $"The column is not in the new data, and '{now}' is new and looks the same (p {PValueText.Of(finding.LogPValue)}): was it renamed?");
            }
        }
    }

    private static ColumnFinding? Compare(ReferenceColumn column, string name, IColumnSource source) => column switch
    {
        NumericColumn numeric => source.Count(numeric, name) is { OtherType: null, Tally: NumericTally tally } ? NumericCheck.Compare(numeric, tally) : null,
        CategoryColumn category => source.Count(category, name) is { OtherType: null, Tally: CategoryTally tally } ? CategoryCheck.Compare(category, tally) : null,
        _ => null,
    };
}
