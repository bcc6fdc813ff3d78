using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Bounds of group disparities. The lower one is simultaneous over all contrasts; the upper one needs no correction, because showing that
/// all gaps are small is an intersection-union test (Berger 1982).
/// </summary>
internal static class Disparities
{
    public const string OverallName = "(overall)";
    private const int Shown = 20;

    public static Disparity Of(GroupMetrics groups, FairnessMetric metric, double confidence)
    {
        if (metric.WhyNotGated is { } why)
        {
            throw new ArgumentException(why, nameof(metric));
        }

        if (groups.Set is { IsWeighted: true })
        {
            throw new InvalidOperationException("Bounds of group gaps need rows that all count alike; the set has weights. Evaluate it without them, or compare point values.");
        }

        if (metric.Reference is { } reference)
        {
            _ = groups[reference];
        }

        ContrastFamily family = new(groups, metric);
        bool isOneRate = metric.Rates is [{ IsProportion: true }];
        Homogeneity? homogeneity = isOneRate ? HomogeneityTest.Of(groups, metric.Rates[0]) : null;
        Func<GroupShrinkage?>? shrink = isOneRate ? () => GroupShrinkage.Of(groups, metric.Rates[0]) : null;
        if (family.Judged.Any(j => j < 2) || family.Contrasts.Count == 0)
        {
            return new Disparity(metric, confidence)
            {
                Value = MetricValue.Undefined(UndefinedReason.TooFewGroups),
                Judged = family.Judged,
                NotJudged = family.NotJudged,
                Homogeneity = homogeneity,
                Shrink = shrink,
            };
        }

        double z = NormalDistribution.Quantile(confidence);
        double c = SimultaneousBounds.CriticalValue(family, confidence, groups.Options.Draws, groups.Options.Seed);
        double near = Math.Max(0, family.Contrasts.Max(k => k.Distance - c * k.Error));
        double far = family.Contrasts.Max(k => k.Distance + z * k.Error);
        List<GroupContrast> contrasts =
            [.. family.Contrasts.OrderByDescending(k => Width(Value(k, family.Cells, metric), metric.IsRatio)).Take(Shown).Select(k => Show(k, family.Cells, metric, c))];
        GroupContrast worst = contrasts[0];
        double plain = metric.Comparison == GroupComparison.ToReference ? worst.Value
            : metric.IsRatio ? (double.IsNaN(worst.Value) ? 1 : Math.Min(worst.Value, 1 / worst.Value)) : Math.Abs(worst.Value);
        return new Disparity(metric, confidence)
        {
            Value = MetricValue.Of(plain),
            Lower = metric.IsRatio ? Math.Exp(-far) : near,
            Upper = metric.IsRatio ? Math.Exp(-near) : far,
            CriticalValue = c,
            OneSided = z,
            All = family.Contrasts,
            WorstPair = worst,
            Contrasts = contrasts,
            Judged = family.Judged,
            NotJudged = family.NotJudged,
            Homogeneity = homogeneity,
            Shrink = shrink,
        };
    }

    /// <summary>How far apart; two rates of 0 (a ratio that is NaN) are not apart at all.</summary>
    private static double Width(double value, bool isRatio) => double.IsNaN(value) ? 0 : isRatio ? Math.Abs(Math.Log(value)) : Math.Abs(value);

    private static double Value(Contrast contrast, IReadOnlyList<GroupCell> cells, FairnessMetric metric)
    {
        (double first, double second) = contrast.Plain(cells);
        return metric.IsRatio ? first / second : first - second;
    }

    private static GroupContrast Show(Contrast contrast, IReadOnlyList<GroupCell> cells, FairnessMetric metric, double c)
    {
        double low = contrast.Estimate - c * contrast.Error, high = contrast.Estimate + c * contrast.Error;
        (double first, double second) = contrast.Plain(cells);
        double value = Value(contrast, cells, metric);
        return metric.IsRatio
            ? new GroupContrast(contrast.Metric.Name, contrast.First, contrast.Second, first, second, value, Math.Exp(low), Math.Exp(high))
            : new GroupContrast(contrast.Metric.Name, contrast.First, contrast.Second, first, second, value, low, high);
    }
}
