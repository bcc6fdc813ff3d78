using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// A comparison of two models with what is known about its error: one-sided bounds at any confidence and one-sided p-values.
/// </summary>
internal sealed class PairedEstimate
{
    private readonly Func<double, (double Lower, double Upper)> _bounds;
    private readonly Func<double, double> _above, _below;

    private PairedEstimate(MetricValue value, string method, Func<double, (double, double)> bounds, Func<double, double> above, Func<double, double> below)
    {
        Value = value;
        Method = method;
        _bounds = bounds;
        _above = above;
        _below = below;
    }

    public MetricValue Value { get; }

    public string Method { get; }

    /// <summary>P-value of "it is at most the limit"; 1 when nothing is known.</summary>
    public double PValueAbove(double limit) => Value.IsDefined ? _above(limit) : 1;

    /// <summary>P-value of "it is at least the limit"; 1 when nothing is known.</summary>
    public double PValueBelow(double limit) => Value.IsDefined ? _below(limit) : 1;

    public MetricInterval At(double confidence)
    {
        if (!Value.IsDefined)
        {
            return new MetricInterval(Value, 0, 0, Method);
        }

        if (confidence == Confidence.None)
        {
            return new MetricInterval(Value, Value.Value, Value.Value, "point");
        }

        (double lower, double upper) = _bounds(confidence);
        return double.IsFinite(lower) && double.IsFinite(upper)
            ? new MetricInterval(Value, lower, upper, Method)
            : MetricInterval.Undefined(UndefinedReason.NonFinite, Method);
    }

    public static PairedEstimate Undefined(UndefinedReason reason, string method) =>
        new(MetricValue.Undefined(reason), method, _ => default, _ => 1, _ => 1);

    /// <summary>A value that cannot be otherwise: both models say the same of every row.</summary>
    public static PairedEstimate Exact(MetricValue value, string method) => new(
        value, method, _ => (value.Value, value.Value), limit => value.Value > limit ? 0 : 1, limit => value.Value < limit ? 0 : 1);

    public static PairedEstimate Normal(double value, double centre, double error, string method, double least = -1, double most = 1)
    {
        if (error == 0)
        {
            return Exact(MetricValue.Of(value), method);
        }

        return new PairedEstimate(
            MetricValue.Of(value),
            method,
            confidence => (Math.Max(least, centre - NormalDistribution.Quantile(confidence) * error), Math.Min(most, centre + NormalDistribution.Quantile(confidence) * error)),
            limit => NormalDistribution.Survival((centre - limit) / error),
            limit => NormalDistribution.Survival((limit - centre) / error));
    }

    /// <summary>Bounds ± half(1 - confidence) around a value, with half decreasing in its argument.</summary>
    public static PairedEstimate Bounded(double value, Func<double, double> half, string method) => new(
        MetricValue.Of(value),
        method,
        confidence => (Math.Max(-1, value - half(1 - confidence)), Math.Min(1, value + half(1 - confidence))),
        limit => Level(value - limit, half),
        limit => Level(limit - value, half));

    public static PairedEstimate Student(PairedMeans means)
    {
        const string Method = "paired t";
        return means.StandardError > 0
            ? new PairedEstimate(
                MetricValue.Of(means.Difference),
                Method,
                confidence => (means.Interval(2 * confidence - 1).Lower, means.Interval(2 * confidence - 1).Upper),
                means.PValueAbove,
                limit => 1 - means.PValueAbove(limit))
            : Exact(MetricValue.Of(means.Difference), Method);
    }

    public static PairedEstimate Bootstrapped(MetricValue value, double[] drawn, double acceleration, string method)
    {
        if (!double.IsFinite(Statistics.Bootstrap.Bias(value.Value, drawn)))
        {
            return Undefined(UndefinedReason.TooFewRows, method);
        }

        double[] mirrored = Array.ConvertAll(drawn, d => -d);
        return new PairedEstimate(
            value,
            method,
            confidence =>
            {
                Interval found = Statistics.Bootstrap.BiasCorrected(value.Value, drawn, acceleration, 2 * confidence - 1);
                return (found.Lower, found.Upper);
            },
            limit => Statistics.Bootstrap.PValueAbove(value.Value, drawn, acceleration, limit),
            limit => Statistics.Bootstrap.PValueAbove(-value.Value, mirrored, -acceleration, -limit));
    }

    /// <summary>Bounds of two independent values, given as an interval at a two-sided confidence.</summary>
    public static PairedEstimate Independent(MetricValue value, Func<double, Interval> interval, string method) => new(
        value,
        method,
        confidence => (interval(2 * confidence - 1).Lower, interval(2 * confidence - 1).Upper),
        limit => Invert(c => interval(c).Lower > limit),
        limit => Invert(c => interval(c).Upper < limit));

    /// <summary>The least level at which a one-sided bound excludes the limit, by bisection of the two-sided confidence.</summary>
    private static double Invert(Func<double, bool> excludes)
    {
        double low = 1e-9, high = 1 - 1e-12;
        if (!excludes(low))
        {
            return 0.5;
        }

        if (excludes(high))
        {
            return 0.5e-12;
        }

        for (int round = 0; round < 60; round++)
        {
            double middle = 0.5 * (low + high);
            (low, high) = excludes(middle) ? (middle, high) : (low, middle);
        }

        return 0.5 * (1 - low);
    }

    private static double Level(double distance, Func<double, double> half)
    {
        double low = 1e-15, high = 1;
        for (int round = 0; round < 60; round++)
        {
            double middle = Math.Sqrt(low * high);
            (low, high) = half(middle) < distance ? (low, middle) : (middle, high);
        }

        return high;
    }
}
