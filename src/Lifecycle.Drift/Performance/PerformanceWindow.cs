namespace Lifecycle.Drift;

/// <summary>A window of predictions and what is known of it.</summary>
internal sealed class PerformanceWindow(int number, DateTimeOffset opened)
{
    public int Number { get; } = number;

    public DateTimeOffset Opened { get; } = opened;

    /// <summary>When it closed; null while it is open.</summary>
    public DateTimeOffset? Closed { get; set; }

    /// <summary>Its predictions, once it is closed.</summary>
    public int Rows { get; set; }

    public bool IsTooSmall { get; set; }

    public bool IsFinal { get; set; }

    /// <summary>Why judging it failed, which is logged once; null when it did not.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The last judgement; null before the first.</summary>
    public PerformancePoint? Point { get; set; }

    /// <summary>The labels that the last judgement knew.</summary>
    public KnownLabels Known { get; set; }

    /// <summary>Whether the closing or the judgement is newer than what was saved.</summary>
    public bool IsUnsaved { get; set; } = true;

    /// <summary>Metrics whose fall was told: by estimate and by labels.</summary>
    public HashSet<(PerformanceMetric Metric, bool ByLabels)> Told { get; } = [];
}
