namespace Lifecycle.Validation;

/// <summary>Differential fairness with smoothed rates (Foulds et al. 2020), concentration 1.</summary>
internal static class DifferentialFairnessMetrics
{
    private const double Concentration = 1;

    public static MetricValue Of(IReadOnlyList<ConfusionCounts> groups, Func<ConfusionCounts, double> positives)
    {
        if (groups.Count < 2)
        {
            return MetricValue.Undefined(groups.Count == 0 ? UndefinedReason.NoRows : UndefinedReason.TooFewGroups);
        }

        double[] rates = [.. groups.Select(g => (positives(g) + Concentration / 2) / (g.Total + Concentration))];
        double[] others = [.. groups.Select(g => (g.Total - positives(g) + Concentration / 2) / (g.Total + Concentration))];
        return MetricValue.Of(Math.Max(Span(rates), Span(others)));
    }

    public static MetricValue Amplification(IReadOnlyList<ConfusionCounts> groups)
    {
        MetricValue decisions = Of(groups, c => c.PredictedPositives), labels = Of(groups, c => c.Positives);
        return decisions.IsDefined ? MetricValue.Of(decisions.Value - labels.Value) : decisions;
    }

    private static double Span(double[] rates) => Math.Log(rates.Max()) - Math.Log(rates.Min());
}
