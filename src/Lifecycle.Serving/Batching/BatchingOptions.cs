namespace Lifecycle.Serving;

/// <summary>How rows of waiting callers are put into one run. Only models whose first dimension counts rows are batched.</summary>
public sealed class BatchingOptions
{
    /// <summary>Whether rows of several callers may share a run. On by default; off gives the same bits for the same row, whoever else calls.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Most rows of a batch. A call with more runs alone, in pieces of so many. At least 1; 32 by default.</summary>
    public int MaxBatchRows { get; set; } = 32;

    /// <summary>Batches that run at the same time, at least 1 and never more than <see cref="AdmissionOptions.MaxConcurrency"/>. The number of cores by default.</summary>
    public int Workers { get; set; } = Environment.ProcessorCount;

    /// <summary>How long a free worker waits for a fuller batch. Zero by default: whatever waits runs now. With more, no call runs on its caller's thread. Whole milliseconds.</summary>
    public TimeSpan MaxDelay { get; set; }

    internal BatchingOptions Checked(string model)
    {
        string? wrong = MaxBatchRows < 1 ? $"MaxBatchRows is {MaxBatchRows}; use at least 1"
            : Workers < 1 ? $"Workers is {Workers}; use at least 1"
            : MaxDelay < TimeSpan.Zero ? $"MaxDelay is {MaxDelay}; use zero or more"
            : null;
        return wrong is null ? this : throw new LifecycleException($"BatchingOptions of the model '{model}': {wrong}.");
    }
}

/// <summary>Why a batch was started.</summary>
public enum BatchRelease
{
    /// <summary>It had as many rows as a batch may have.</summary>
    Full,

    /// <summary>A worker was free.</summary>
    Idle,

    /// <summary>Its oldest call had waited <see cref="BatchingOptions.MaxDelay"/>.</summary>
    Delay,

    /// <summary>The deadline of a call came near.</summary>
    Deadline,

    /// <summary>The host stops.</summary>
    Stop,
}
