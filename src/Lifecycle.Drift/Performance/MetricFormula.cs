using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Values of metrics on sorted rows, what moves them, and why there is none.</summary>
internal static class MetricFormula
{
    /// <summary>The value; NaN when it is not defined.</summary>
    public static double Value(PerformanceMetric metric, ScoredRows rows, ReadOnlySpan<double> probabilities) => rows.Count == 0 ? double.NaN
        : RatioForm.Of(metric) is { } form ? form.Value(rows, probabilities)
        : metric.Kind == MetricKind.AreaUnderRoc ? RankForm.Area(rows, probabilities)
        : RankForm.AveragePrecision(rows, probabilities);

    /// <summary>The value, or the reason why there is none.</summary>
    public static MetricEstimate Of(PerformanceMetric metric, ScoredRows rows, ReadOnlySpan<double> probabilities)
    {
        double value = Value(metric, rows, probabilities);
        return double.IsNaN(value) ? MetricEstimate.Undefined(metric, Reason(rows, probabilities)) : new MetricEstimate(metric, value);
    }

    /// <summary>Variance of the value from the chance of the labels, given the probabilities: Σ p(1 - p)(∂M/∂y)².</summary>
    public static double LabelNoise(PerformanceMetric metric, ScoredRows rows, ReadOnlySpan<double> probabilities)
    {
        double[] slopes = new double[rows.Count];
        LabelSlopes(metric, rows, probabilities, slopes);
        double noise = 0;
        for (int i = 0; i < slopes.Length; i++)
        {
            noise += probabilities[i] * (1 - probabilities[i]) * slopes[i] * slopes[i];
        }

        return noise;
    }

    /// <summary>How the value moves with the label of each row.</summary>
    public static void LabelSlopes(PerformanceMetric metric, ScoredRows rows, ReadOnlySpan<double> probabilities, Span<double> slopes)
    {
        if (RatioForm.Of(metric) is { } form)
        {
            (double no, double yes) = form.LabelSlopes(rows, probabilities);
            for (int i = 0; i < rows.Count; i++)
            {
                slopes[i] = rows.Predicted[i] ? yes : no;
            }
        }
        else if (metric.Kind == MetricKind.AreaUnderRoc)
        {
            RankForm.AreaSlopes(rows, probabilities, perLabel: true, slopes);
        }
        else
        {
            RankForm.PrecisionSlopes(rows, probabilities, perLabel: true, slopes);
        }
    }

    /// <summary>Standard error of the measured value times the root of the rows (infinitesimal jackknife); NaN when the value is not defined.</summary>
    public static double UnitError(PerformanceMetric metric, ScoredRows rows, ReadOnlySpan<double> labels)
    {
        if (RatioForm.Of(metric) is { } form)
        {
            return form.UnitError(rows, labels);
        }

        double[] slopes = new double[rows.Count];
        if (metric.Kind == MetricKind.AreaUnderRoc)
        {
            RankForm.AreaSlopes(rows, labels, perLabel: false, slopes);
        }
        else
        {
            RankForm.PrecisionSlopes(rows, labels, perLabel: false, slopes);
        }

        double squares = 0;
        foreach (double slope in slopes)
        {
            squares += slope * slope;
        }

        return Math.Sqrt(squares * slopes.Length);
    }

    private static string Reason(ScoredRows rows, ReadOnlySpan<double> probabilities)
    {
        if (rows.Count == 0)
        {
            return "there are no rows";
        }

        double positives = 0;
        foreach (double probability in probabilities)
        {
            positives += probability;
        }

        return string.Create(
            CultureInfo.InvariantCulture, $"there is only one class: all {rows.Count:N0} rows are {(positives > 0 ? "positive" : "negative")}");
    }
}
