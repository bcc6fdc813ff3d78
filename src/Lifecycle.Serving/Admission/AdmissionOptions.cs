namespace Lifecycle.Serving;

/// <summary>How many calls of a model run, how many wait, and how long.</summary>
public sealed class AdmissionOptions
{
    /// <summary>Calls that run at the same time, at least 1. Twice the cores by default.</summary>
    public int MaxConcurrency { get; set; } = 2 * Environment.ProcessorCount;

    /// <summary>Calls that may wait for others; 0 refuses every call that cannot begin at once. 1,024 by default.</summary>
    public int QueueLength { get; set; } = 1_024;

    /// <summary>Bytes of input tensors that may wait. A typed call of a model whose rows are not batched waits with its caller's object, which is not counted. 64 MiB by default.</summary>
    public long QueueBytes { get; set; } = 64L << 20;

    /// <summary>Most time from a call to its answer; a call may only shorten it. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> sets no limit. 30 s by default.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Levels of priority, 1 to 64; level 1 is served first. 1 by default: first come, first served.</summary>
    public int PriorityLevels { get; set; } = 1;

    internal AdmissionOptions Checked(string model)
    {
        string? wrong = MaxConcurrency < 1 ? $"MaxConcurrency is {MaxConcurrency}; use at least 1"
            : QueueLength < 0 ? $"QueueLength is {QueueLength}; use 0 or more"
            : QueueBytes < 0 ? $"QueueBytes is {QueueBytes}; use 0 or more"
            : Timeout <= TimeSpan.Zero && Timeout != System.Threading.Timeout.InfiniteTimeSpan
                ? $"Timeout is {Timeout}; use more than zero, or Timeout.InfiniteTimeSpan for no limit"
            : PriorityLevels is < 1 or > AdmissionQueue.MaximumLevels ? $"PriorityLevels is {PriorityLevels}; use 1 to {AdmissionQueue.MaximumLevels}"
            : null;
        return wrong is null ? this : throw new LifecycleException($"AdmissionOptions of the model '{model}': {wrong}.");
    }
}
