namespace Lifecycle.Validation;

/// <summary>Which rates of which groups a fairness metric compares: the judged cells and the contrasts between them.</summary>
internal sealed class ContrastFamily
{
    private const double LeastExpected = 5;
    private readonly List<GroupCell> _cells = [];
    private readonly List<Contrast> _contrasts = [];
    private readonly List<UnjudgedGroup> _notJudged = [];
    private readonly List<int> _judged = [];

    public ContrastFamily(GroupMetrics groups, FairnessMetric metric)
    {
        List<int[]> byRate = [.. metric.Rates.Select(rate => Judge(groups, rate, metric.IsRatio))];
        GroupCell[] cells = [.. _cells];
        if (metric.Combine == Combine.Mean)
        {
            AddAverages(cells, byRate, metric);
            return;
        }

        for (int r = 0; r < byRate.Count; r++)
        {
            Add(cells, byRate[r], metric, metric.Rates[r]);
        }
    }

    public IReadOnlyList<GroupCell> Cells => _cells;

    public IReadOnlyList<Contrast> Contrasts => _contrasts;

    public IReadOnlyList<UnjudgedGroup> NotJudged => _notJudged;

    public IReadOnlyList<int> Judged => _judged;

    /// <summary>Whether the contrasts of each rate are all pairs of its cells, which stand together.</summary>
    public bool IsAllPairs { get; private set; }

    private int[] Judge(GroupMetrics groups, Metric metric, bool isRatio)
    {
        List<GroupResult> part = [.. groups.Groups.Where(g => !g.IsMissing || groups.Options.Missing == MissingGroup.Judge)];
        double pooled = metric.Share is { } s ? part.Sum(g => s.Successes(g.Counts)) / Math.Max(1, part.Sum(g => s.Trials(g.Counts))) : 0;
        List<int> judged = [];
        foreach (GroupResult group in part)
        {
            bool isSmall = group.Counts.Total < groups.Options.MinimumShare * groups.OverallCounts.Total;
            (GroupCell? cell, UndefinedReason reason, double rows) = metric switch
            {
                { Share: { } share } => Rate(groups, group, metric, share, isRatio, pooled),
                { OfCounts: not null } => Function(groups, group, metric, isRatio),
                _ => OfRows(group, metric, isRatio),
            };
            if (cell is null || isSmall)
            {
                _notJudged.Add(new UnjudgedGroup(group.Key, metric.Name, cell is null ? reason : UndefinedReason.TooFewRows, rows));
                continue;
            }

            judged.Add(_cells.Count);
            _cells.Add(cell);
        }

        _judged.Add(judged.Count);
        return [.. judged];
    }

    private static (GroupCell? Cell, UndefinedReason Reason, double Rows) Rate(
        GroupMetrics groups, GroupResult group, Metric metric, CountShare share, bool isRatio, double pooled)
    {
        double trials = share.Trials(group.Counts);
        if (trials < groups.Options.MinimumDenominator || (isRatio && trials * pooled < LeastExpected))
        {
            return (null, group.Counts.Total == 0 ? UndefinedReason.NoRows : trials == 0 ? share.Reason : UndefinedReason.TooFewRows, trials);
        }

        return (new RateCell(group.Key, metric, (long)share.Successes(group.Counts), (long)trials, isRatio), default, trials);
    }

    private static (GroupCell? Cell, UndefinedReason Reason, double Rows) Function(GroupMetrics groups, GroupResult group, Metric metric, bool isRatio)
    {
        double least = Math.Min(group.Counts.Positives, group.Counts.Negatives);
        MetricValue plain = metric.OfCounts!(group.Counts);
        if (group.Counts.Total == 0 || !plain.IsDefined)
        {
            return (null, plain.Reason ?? UndefinedReason.NoRows, least);
        }

        return least < groups.Options.MinimumDenominator
            ? (null, UndefinedReason.TooFewRows, least)
            : (CountFunctionCell.Of(group.Key, metric, group.Counts, plain.Value, isRatio), UndefinedReason.ZeroVariance, least);
    }

    private static (GroupCell? Cell, UndefinedReason Reason, double Rows) OfRows(GroupResult group, Metric metric, bool isRatio)
    {
        MetricValue plain = group[metric];
        return !plain.IsDefined || group.Rows() is not { } rows
            ? (null, plain.Reason ?? UndefinedReason.MissingMetric, group.Counts.Total)
            : NormalCell.Of(group.Key, metric, rows, isRatio);
    }

    private void Add(GroupCell[] all, int[] judged, FairnessMetric metric, Metric rate)
    {
        if (metric.Comparison == GroupComparison.ToOverall)
        {
            double rows = judged.Sum(j => all[j].Rows);
            foreach (int one in judged)
            {
                double[] weights = Array.ConvertAll(judged, j => (j == one ? 1.0 : 0.0) - all[j].Rows / rows);
                _contrasts.Add(new Contrast(all[one].Group, Disparities.OverallName, rate, judged, weights, all));
            }

            return;
        }

        IsAllPairs = metric.Reference is null;
        for (int i = 0; i < judged.Length; i++)
        {
            for (int j = metric.Reference is null ? i + 1 : 0; j < judged.Length; j++)
            {
                bool compared = metric.Reference is null ? i < j : i != j && all[judged[j]].Group == metric.Reference;
                if (compared)
                {
                    _contrasts.Add(new Contrast(all[judged[i]].Group, all[judged[j]].Group, rate, [judged[i], judged[j]], Contrast.PairWeights, all));
                }
            }
        }
    }

    private void AddAverages(GroupCell[] all, List<int[]> byRate, FairnessMetric metric)
    {
        double share = 1.0 / byRate.Count;
        int[] reference = [.. byRate.SelectMany(r => r.Where(c => all[c].Group == metric.Reference))];
        foreach (string group in byRate[0].Select(c => all[c].Group).Where(g => g != metric.Reference))
        {
            int[] own = [.. byRate.SelectMany(r => r.Where(c => all[c].Group == group))];
            if (own.Length == byRate.Count && reference.Length == byRate.Count)
            {
                double[] weights = [.. own.Select(_ => share), .. reference.Select(_ => -share)];
                _contrasts.Add(new Contrast(group, metric.Reference!, metric.Rates[0], [.. own, .. reference], weights, all));
            }
        }
    }
}
