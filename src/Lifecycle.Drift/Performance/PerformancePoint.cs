using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>What is known of one metric in one window.</summary>
public sealed record MetricPoint
{
    /// <summary>The metric.</summary>
    public PerformanceMetric Metric => Estimated.Metric;

    /// <summary>Estimated from scores alone, over all predictions of the window.</summary>
    public required MetricEstimate Estimated { get; init; }

    /// <summary>Measured on the predictions that have their label by now; undefined before the first.</summary>
    public required MetricEstimate Realized { get; init; }

    /// <summary>
    /// Measured likewise, each label weighted by 1/P(labelled by now in its tenth of the window's scores): labels that come early are not a random
    /// sample of the window.
    /// </summary>
    public required MetricEstimate Reweighted { get; init; }

    /// <summary>The value on the reference; NaN when it is not defined there.</summary>
    public double Reference { get; init; } = double.NaN;

    /// <summary>A window of this size is called worse below this: the reference minus three of its sampling errors, or what was asked for. NaN: never.</summary>
    public double Limit { get; init; } = double.NaN;

    /// <summary>Whether the estimate is below <see cref="Limit"/>.</summary>
    public bool EstimateFell => Estimated.Value < Limit;

    /// <summary>Below this the measured value is called worse; wider than <see cref="Limit"/>, as fewer rows have labels. NaN: never.</summary>
    public double RealizedLimit { get; init; } = double.NaN;

    /// <summary>Whether the measured value is below <see cref="RealizedLimit"/>.</summary>
    public bool RealizedFell => Realized.Value < RealizedLimit;

    /// <summary>Estimate and measurement in one line.</summary>
    public override string ToString() => Realized.IsDefined
        ? string.Create(CultureInfo.InvariantCulture, $"{Estimated}, realized {Realized.Value:0.0000}") : Estimated.ToString();
}

/// <summary>How well a model predicts in one window: estimated at once, measured as labels come.</summary>
public sealed record PerformancePoint
{
    /// <summary>Monitor, model and time. The end of a window that is open is now.</summary>
    public required DriftWindow Window { get; init; }

    /// <summary>Whether the window still takes predictions.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Whether the predictions have left the memory, so that no label changes the point any more.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Predictions.</summary>
    public required int Rows { get; init; }

    /// <summary>Predictions that have their label by now.</summary>
    public int Labelled { get; init; }

    /// <summary>Share of predictions that have their label by now, in [0, 1]; 0 without predictions.</summary>
    public double Coverage => Rows == 0 ? 0 : (double)Labelled / Rows;

    /// <summary>How long the labels took.</summary>
    public LabelDelay LabelDelay { get; init; }

    /// <summary>The metrics, in the order in which they were asked for.</summary>
    public required IReadOnlyList<MetricPoint> Metrics { get; init; }

    /// <summary>Why the estimate should not be trusted, each a sentence; empty when nothing speaks against it.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The estimate of the first metric.</summary>
    public MetricEstimate Estimated => Metrics[0].Estimated;

    /// <summary>The measured value of the first metric.</summary>
    public MetricEstimate Realized => Metrics[0].Realized;

    /// <summary>The measured value of the first metric, weighted against the bias of early labels.</summary>
    public MetricEstimate Reweighted => Metrics[0].Reweighted;

    /// <summary>What is known of a metric.</summary>
    /// <exception cref="ArgumentException">The metric was not asked for.</exception>
    public MetricPoint this[PerformanceMetric metric] => Metrics.FirstOrDefault(m => m.Metric == metric)
        ?? throw new ArgumentException($"The metric '{metric}' was not asked for; there are {string.Join(", ", Metrics.Select(m => m.Metric.Name))}.", nameof(metric));

    /// <summary>One line for a person.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Rows:N0} predictions, {Coverage:P0} labelled: {string.Join("; ", Metrics)}{(Warnings.Count > 0 ? " (doubtful)" : "")}");
}
