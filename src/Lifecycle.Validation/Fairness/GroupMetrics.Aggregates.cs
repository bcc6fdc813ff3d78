namespace Lifecycle.Validation;

public sealed partial class GroupMetrics
{
    /// <summary>The least value of a group.</summary>
    public GroupAggregate Minimum(Metric metric) => Over(metric, values => (MetricValue.Of(values[0].Value), values[0].Key, values[0].Key));

    /// <summary>The greatest value of a group.</summary>
    public GroupAggregate Maximum(Metric metric) => Over(metric, values => (MetricValue.Of(values[^1].Value), values[^1].Key, values[^1].Key));

    /// <summary>Greatest minus least value; undefined when fewer than two groups have one.</summary>
    public GroupAggregate Difference(Metric metric) => Pairs(metric, values => (MetricValue.Of(values[^1].Value - values[0].Value), values[0].Key, values[^1].Key));

    /// <summary>Least over greatest value; not clipped, undefined for 0/0 and when fewer than two groups have one.</summary>
    public GroupAggregate Ratio(Metric metric) => Pairs(metric, values =>
        (MetricValue.Quotient(values[0].Value, values[^1].Value, UndefinedReason.ZeroBaseline), values[0].Key, values[^1].Key));

    /// <summary>Largest distance of a group from the overall value.</summary>
    public GroupAggregate DifferenceToOverall(Metric metric) => AgainstOverall(metric, (value, overall) => MetricValue.Of(Math.Abs(value - overall)), largest: true);

    /// <summary>Least ratio of a group and the overall value, the smaller over the greater one.</summary>
    public GroupAggregate RatioToOverall(Metric metric) => AgainstOverall(
        metric,
        (value, overall) => MetricValue.Quotient(value, overall, UndefinedReason.ZeroBaseline) is { IsDefined: true } ratio
            ? MetricValue.Of(ratio.Value > 1 ? 1 / ratio.Value : ratio.Value)
            : MetricValue.Undefined(UndefinedReason.ZeroBaseline),
        largest: false);

    /// <summary>The signed difference of a group and a reference group that lies farthest from 0.</summary>
    public GroupAggregate DifferenceToReference(Metric metric, string reference) =>
        Against(metric, reference, (value, other) => MetricValue.Of(value - other), Math.Abs);

    /// <summary>The ratio of a group and a reference group that lies farthest from 1; may exceed 1.</summary>
    public GroupAggregate RatioToReference(Metric metric, string reference) => Against(
        metric, reference, (value, other) => Compatibility.Ratio(Options.Compat, value, other), r => r > 0 ? Math.Abs(Math.Log(r)) : double.PositiveInfinity);

    private bool TakesPart(GroupResult group) => !group.IsMissing || Options.Missing == MissingGroup.Judge;

    private List<UnjudgedGroup> Unjudged(Metric metric) =>
    [
        .. _groups.Where(TakesPart).Select(g => (g.Key, Value: g[metric])).Where(g => !g.Value.IsDefined)
            .Select(g => new UnjudgedGroup(g.Key, metric.Name, g.Value.Reason!.Value, g.Value.Denominator ?? 0)),
    ];

    private GroupAggregate Over(Metric metric, Func<List<(string Key, double Value)>, (MetricValue, string, string)> aggregate)
    {
        List<(string Key, double Value)> values = Defined(metric);
        List<UnjudgedGroup> left = Unjudged(metric);
        if (values.Count == 0)
        {
            return new GroupAggregate(MetricValue.Undefined(left.Count > 0 ? left[0].Reason : UndefinedReason.NoRows), null, null, left);
        }

        (MetricValue result, string least, string most) = aggregate(values);
        return new GroupAggregate(result, least, most, left);
    }

    /// <summary>One group is not fair because nobody else is there; Fairlearn says that it is.</summary>
    private GroupAggregate Pairs(Metric metric, Func<List<(string Key, double Value)>, (MetricValue, string, string)> aggregate) => Over(metric, values =>
        values.Count == 1 && Options.Compat != FairnessCompat.Fairlearn
            ? (MetricValue.Undefined(UndefinedReason.TooFewGroups), values[0].Key, values[0].Key)
            : aggregate(values));

    private GroupAggregate AgainstOverall(Metric metric, Func<double, double, MetricValue> compare, bool largest)
    {
        MetricValue overall = Overall[metric];
        return !overall.IsDefined
            ? new GroupAggregate(overall, null, null, Unjudged(metric))
            : Pairs(metric, values =>
            {
                var compared = values.Select(v => (v.Key, Result: compare(v.Value, overall.Value))).ToList();
                if (compared.Find(c => !c.Result.IsDefined) is { Key: not null } undefined)
                {
                    return (undefined.Result, undefined.Key, undefined.Key);
                }

                (string key, MetricValue result) = largest ? compared.MaxBy(c => c.Result.Value) : compared.MinBy(c => c.Result.Value);
                return (result, key, key);
            });
    }

    private GroupAggregate Against(Metric metric, string reference, Func<double, double, MetricValue> compare, Func<double, double> distance)
    {
        MetricValue other = this[reference][metric];
        return !other.IsDefined
            ? new GroupAggregate(other, null, null, Unjudged(metric))
            : Over(metric, values =>
            {
                var compared = values.Where(v => v.Key != reference).Select(v => (v.Key, Result: compare(v.Value, other.Value))).ToList();
                if (compared.Count == 0)
                {
                    return (MetricValue.Undefined(UndefinedReason.TooFewGroups), reference, reference);
                }

                (string key, MetricValue result) = compared.Find(c => !c.Result.IsDefined) is { Key: not null } undefined
                    ? undefined
                    : compared.MaxBy(c => distance(c.Result.Value));
                return (result, key, reference);
            });
    }

    private List<(string Key, double Value)> Defined(Metric metric) =>
        [.. _groups.Where(TakesPart).Select(g => (g.Key, Value: g[metric])).Where(g => g.Value.IsDefined).Select(g => (g.Key, g.Value.Value)).OrderBy(g => g.Value)];
}
