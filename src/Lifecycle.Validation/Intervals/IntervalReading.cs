using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Reads an interval from replicates; NaN stands for a replicate without a figure.</summary>
internal static class IntervalReading
{
    private const double MostUndefined = 0.01;

    /// <summary>
    /// A replicate without a figure is left out, which is the same as drawing it again until it has one; above 1 % there are too few rows.
    /// </summary>
    public static BootstrapFigure Of(MetricValue point, double[] drawn, BootstrapInterval kind, double confidence, Func<double> acceleration)
    {
        double[] defined = drawn.AsSpan().Contains(double.NaN) ? Array.FindAll(drawn, d => !double.IsNaN(d)) : drawn;
        if (drawn.Length - defined.Length > MostUndefined * drawn.Length)
        {
            return BootstrapFigure.Undefined(UndefinedReason.TooFewRows);
        }

        if (!defined.AsSpan().ContainsAnyExcept(defined[0]))
        {
            return BootstrapFigure.Undefined(UndefinedReason.ZeroVariance);
        }

        Interval interval = kind switch
        {
            BootstrapInterval.Percentile => Statistics.Bootstrap.Percentile(defined, confidence),
            BootstrapInterval.Basic => Statistics.Bootstrap.Basic(point.Value, defined, confidence),
            _ => acceleration() is var a && double.IsFinite(a)
                ? Statistics.Bootstrap.BiasCorrected(point.Value, defined, a, confidence)
                : new Interval(double.NaN, double.NaN),
        };
        return double.IsNaN(interval.Lower) ? BootstrapFigure.Undefined(UndefinedReason.TooFewRows) : new BootstrapFigure(point, interval.Lower, interval.Upper);
    }
}
