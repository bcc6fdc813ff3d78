namespace Lifecycle.Validation;

/// <summary>Which rates of which groups a fairness metric compares: the judged cells and the contrasts between them.</summary>
internal sealed class ContrastFamily
{
    private const double LeastExpected = 5;
    private readonly List<RateCell> _cells = [];
    private readonly List<Contrast> _contrasts = [];
    private readonly List<UnjudgedGroup> _notJudged = [];
    private readonly List<int> _judged = [];

    public ContrastFamily(GroupMetrics groups, FairnessMetric metric)
    {
        List<int[]> byRate = [.. metric.Rates.Select(rate => Judge(groups, rate, metric.IsRatio))];
        RateCell[] cells = [.. _cells];
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

    public IReadOnlyList<RateCell> Cells => _cells;

    public IReadOnlyList<Contrast> Contrasts => _contrasts;

    public IReadOnlyList<UnjudgedGroup> NotJudged => _notJudged;

    public IReadOnlyList<int> Judged => _judged;

    private int[] Judge(GroupMetrics groups, Metric rate, bool isRatio)
    {
        CountShare share = rate.Share!;
        List<GroupResult> part = [.. groups.Groups.Where(g => !g.IsMissing || groups.Options.Missing == MissingGroup.Judge)];
        double pooled = part.Sum(g => share.Successes(g.Counts)) / Math.Max(1, part.Sum(g => share.Trials(g.Counts)));
        List<int> judged = [];
        foreach (GroupResult group in part)
        {
            double trials = share.Trials(group.Counts);
            bool isSmall = group.Counts.Total < groups.Options.MinimumShare * groups.OverallCounts.Total;
            if (isSmall || trials < groups.Options.MinimumDenominator || (isRatio && trials * pooled < LeastExpected))
            {
                UndefinedReason reason = group.Counts.Total == 0 ? UndefinedReason.NoRows : trials == 0 ? share.Reason : UndefinedReason.TooFewRows;
                _notJudged.Add(new UnjudgedGroup(group.Key, rate.Name, reason, trials));
                continue;
            }

            judged.Add(_cells.Count);
            _cells.Add(new RateCell(group.Key, rate, (long)share.Successes(group.Counts), (long)trials, isRatio));
        }

        _judged.Add(judged.Count);
        return [.. judged];
    }

    private void Add(RateCell[] all, int[] judged, FairnessMetric metric, Metric rate)
    {
        if (metric.Comparison == GroupComparison.ToOverall)
        {
            double rows = judged.Sum(j => (double)all[j].Trials);
            foreach (int one in judged)
            {
                double[] weights = Array.ConvertAll(judged, j => (j == one ? 1.0 : 0.0) - all[j].Trials / rows);
                _contrasts.Add(new Contrast(all[one].Group, Disparities.OverallName, rate, judged, weights, all));
            }

            return;
        }

        for (int i = 0; i < judged.Length; i++)
        {
            for (int j = 0; j < judged.Length; j++)
            {
                bool compared = metric.Reference is null ? i < j : i != j && all[judged[j]].Group == metric.Reference;
                if (compared)
                {
                    _contrasts.Add(new Contrast(all[judged[i]].Group, all[judged[j]].Group, rate, [judged[i], judged[j]], [1, -1], all));
                }
            }
        }
    }

    private void AddAverages(RateCell[] all, List<int[]> byRate, FairnessMetric metric)
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
