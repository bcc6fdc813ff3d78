namespace Lifecycle.Validation;

/// <summary>
/// How far groups are apart, with bounds that hold for all of them at once. For differences the bounds are of the absolute gap; for ratios
/// of the smaller over the greater rate.
/// </summary>
public sealed class Disparity
{
    private GroupShrinkage? _shrinkage;

    internal Disparity(FairnessMetric metric, double confidence)
    {
        Metric = metric;
        Confidence = confidence;
    }

    /// <summary>The definition.</summary>
    public FairnessMetric Metric { get; }

    /// <summary>Confidence of each bound.</summary>
    public double Confidence { get; }

    /// <summary>The plain figure over the judged groups; undefined when fewer than two can be judged.</summary>
    public MetricValue Value { get; internal init; }

    /// <summary>Lower bound; null when undefined.</summary>
    public double? Lower { get; internal init; }

    /// <summary>Upper bound; null when undefined.</summary>
    public double? Upper { get; internal init; }

    /// <summary>The critical value c of the simultaneous bounds; null when undefined.</summary>
    public double? CriticalValue { get; internal init; }

    /// <summary>Where the plain figure comes from; null when undefined.</summary>
    public GroupContrast? WorstPair { get; internal init; }

    /// <summary>The widest contrasts, at most 20, with simultaneous intervals.</summary>
    public IReadOnlyList<GroupContrast> Contrasts { get; internal init; } = [];

    /// <summary>How many groups were judged, a rate each.</summary>
    public IReadOnlyList<int> Judged { get; internal init; } = [];

    /// <summary>Groups that could not be judged, and why.</summary>
    public IReadOnlyList<UnjudgedGroup> NotJudged { get; internal init; } = [];

    /// <summary>Pearson's test of equal rates; null unless one rate is compared.</summary>
    public Homogeneity? Homogeneity { get; internal init; }

    /// <summary>Rates drawn towards their common mean, to be shown beside raw ones; null unless one rate is compared.</summary>
    public GroupShrinkage? Shrinkage => _shrinkage ??= Shrink?.Invoke();

    internal Func<GroupShrinkage?>? Shrink { get; init; }

    internal double OneSided { get; init; }

    internal IReadOnlyList<Contrast> All { get; init; } = [];

    /// <summary>
    /// How many times the rows of which groups would decide against a limit if the estimates stayed; null when it is decided, cannot be
    /// decided by more rows (an estimate within 1e-6 of the limit), or is undefined.
    /// </summary>
    /// <param name="limit">A greatest difference, or a least ratio.</param>
    public (double Factor, string First, string Second)? Growth(double limit)
    {
        if (CriticalValue is not { } c)
        {
            return null;
        }

        double most = Metric.IsRatio ? -Math.Log(limit) : limit;
        List<Contrast> beyond = [.. All.Where(k => k.Distance > most + 1e-6)];
        if (beyond.Count > 0)
        {
            Contrast surest = beyond.MinBy(k => k.Error / (k.Distance - most))!;
            double factor = Square(c * surest.Error / (surest.Distance - most));
            return factor > 1 ? (factor, surest.First, surest.Second) : null;
        }

        List<Contrast> blocking = [.. All.Where(k => k.Distance + OneSided * k.Error > most)];
        if (blocking.Count == 0 || blocking.Any(k => k.Distance > most - 1e-6))
        {
            return null;
        }

        Contrast worst = blocking.MaxBy(k => k.Error / (most - k.Distance))!;
        return (Square(OneSided * worst.Error / (most - worst.Distance)), worst.First, worst.Second);
    }

    /// <summary>Whether the estimate is so close to the limit that no number of rows would decide.</summary>
    /// <param name="limit">A greatest difference, or a least ratio.</param>
    public bool SitsOn(double limit) => All.Count > 0 && Math.Abs(All.Max(k => k.Distance) - (Metric.IsRatio ? -Math.Log(limit) : limit)) <= 1e-6;

    private static double Square(double x) => x * x;
}

/// <summary>Two groups compared.</summary>
/// <param name="Metric">Name of the rate.</param>
/// <param name="First">The one.</param>
/// <param name="Second">The other; <c>(overall)</c> for all rows.</param>
/// <param name="FirstRate">Plain rate of the one.</param>
/// <param name="SecondRate">Plain rate of the other.</param>
/// <param name="Value">Plain difference or ratio, first against second.</param>
/// <param name="Lower">Simultaneous lower bound of the smoothed difference or ratio.</param>
/// <param name="Upper">Simultaneous upper bound.</param>
public sealed record GroupContrast(
    string Metric, string First, string Second, double FirstRate, double SecondRate, double Value, double Lower, double Upper);

/// <summary>Pearson's chi-square test that all groups have the same rate.</summary>
/// <param name="Statistic">The chi-square.</param>
/// <param name="DegreesOfFreedom">Groups minus 1.</param>
/// <param name="PValue">From the chi-square law; simulated under the pooled rate when an expected count is below 5.</param>
/// <param name="IsSimulated">Whether it was simulated.</param>
public sealed record Homogeneity(double Statistic, int DegreesOfFreedom, double PValue, bool IsSimulated);
