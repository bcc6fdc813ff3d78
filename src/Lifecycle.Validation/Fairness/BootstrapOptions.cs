using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>How an interval is read from replicates.</summary>
public enum BootstrapInterval
{
    /// <summary>Bias-corrected and accelerated (Efron 1987).</summary>
    BCa,

    /// <summary>Quantiles of the replicates, type 7 as numpy.</summary>
    Percentile,

    /// <summary>Quantiles of the replicates, mirrored at the estimate.</summary>
    Basic,
}

/// <summary>Settings of a bootstrap of group figures.</summary>
public sealed record BootstrapOptions
{
    /// <summary>Replicates, at least 100; 2,000 by default.</summary>
    public int Replicates { get; init; } = 2_000;

    /// <summary>Two-sided confidence, in (0, 1); 0.95 by default.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>How intervals are read.</summary>
    public BootstrapInterval Interval { get; init; } = BootstrapInterval.BCa;

    /// <summary>
    /// Whether intervals of the greatest minus the least group value and of their ratio are given too. They are percentile intervals and
    /// cannot show equality: the greatest of several estimates exceeds the least also when all groups are alike. <see
    /// cref="GroupMetrics.Disparity"/> can.
    /// </summary>
    public bool WithSpread { get; init; }

    /// <summary>Seed of the draws; replicate i uses stream i.</summary>
    public ulong Seed { get; init; } = RandomStream.DefaultSeed;

    /// <summary>Most threads; -1 for as many as there are processors. Results do not depend on it.</summary>
    public int MaxDegreeOfParallelism { get; init; } = -1;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Replicates, 100);
        if (!(Confidence > 0 && Confidence < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Confidence), Confidence, "A confidence lies strictly between 0 and 1, for example 0.95.");
        }

        if (MaxDegreeOfParallelism is 0 or < -1)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxDegreeOfParallelism), MaxDegreeOfParallelism, "Use -1 for all processors, or at least 1.");
        }
    }
}
