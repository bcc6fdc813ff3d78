namespace Lifecycle.Serving;

/// <summary>The ranges of the options.</summary>
internal static class RunnerLimits
{
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names it.</exception>
    public static void Check(AdmissionOptions admission, BatchingOptions batching)
    {
        AtLeast(admission.MaxConcurrency, 1, "AdmissionOptions.MaxConcurrency");
        AtLeast(admission.QueueLength, 0, "AdmissionOptions.QueueLength");
        AtLeast(admission.QueueBytes, 0, "AdmissionOptions.QueueBytes");
        AtLeast(admission.PriorityLevels, 1, "AdmissionOptions.PriorityLevels");
        AtLeast(batching.MaxBatchRows, 1, "BatchingOptions.MaxBatchRows");
        AtLeast(batching.Workers, 1, "BatchingOptions.Workers");
        if (admission.PriorityLevels > AdmissionQueue.MaximumLevels)
        {
            throw new ArgumentOutOfRangeException(
                null, $"AdmissionOptions.PriorityLevels is {admission.PriorityLevels}; use 1 to {AdmissionQueue.MaximumLevels}.");
        }

        if (admission.Timeout <= TimeSpan.Zero && admission.Timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(
                null, $"AdmissionOptions.Timeout is {admission.Timeout}; use more than zero, or Timeout.InfiniteTimeSpan for no limit.");
        }

        if (batching.MaxDelay < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(null, $"BatchingOptions.MaxDelay is {batching.MaxDelay}; use zero or more.");
        }
    }

    private static void AtLeast(long value, long least, string name)
    {
        if (value < least)
        {
            throw new ArgumentOutOfRangeException(null, $"{name} is {value}; use {least} or more.");
        }
    }
}
