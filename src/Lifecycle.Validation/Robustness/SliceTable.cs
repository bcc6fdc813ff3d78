namespace Lifecycle.Validation;

/// <summary>The groups of a set's attributes that have enough rows for a metric of their own.</summary>
internal sealed class SliceTable
{
    private const int LeastRows = 30;
    private const int MostSlices = 200;

    private readonly (string Name, int[] Rows)[] _slices;
    private readonly Dictionary<Metric, MetricValue[]> _before = [];

    public SliceTable(EvaluationSet set) => _slices =
    [
        .. set.Attributes.SelectMany(a => Groups(a, set)).Where(s => s.Rows.Length >= LeastRows)
            .OrderByDescending(s => s.Rows.Length).ThenBy(s => s.Name, StringComparer.Ordinal).Take(MostSlices),
    ];

    public SliceDrop? Worst(Metric metric, EvaluationSet plain, EvaluationSet tried)
    {
        if (!_before.TryGetValue(metric, out MetricValue[]? before))
        {
            _before.Add(metric, before = [.. _slices.Select(s => Of(metric, plain, s))]);
        }

        SliceDrop? worst = null;
        for (int i = 0; i < _slices.Length; i++)
        {
            MetricValue after = before[i].IsDefined ? Of(metric, tried, _slices[i]) : before[i];
            if (after.IsDefined)
            {
                double drop = (before[i].Value - after.Value) * (metric.Direction == Direction.LowerIsBetter ? -1 : 1);
                worst = !(drop <= worst?.Drop) ? new SliceDrop(_slices[i].Name, _slices[i].Rows.Length, drop) : worst;
            }
        }

        return worst;
    }

    private static MetricValue Of(Metric metric, EvaluationSet set, (string Name, int[] Rows) slice) =>
        metric.Compute(set.WithoutColumns().Rows(slice.Rows));

    private static IEnumerable<(string Name, int[] Rows)> Groups(GroupColumn attribute, EvaluationSet set)
    {
        List<int>[] rows = [.. attribute.Values.Select(_ => new List<int>())];
        for (int i = 0; i < set.Count; i++)
        {
            rows[attribute.Codes[i]].Add(i);
        }

        return rows.Select((r, g) => ($"{attribute.Name}={attribute.Values[g]}", r.ToArray()));
    }
}
