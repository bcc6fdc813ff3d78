namespace Lifecycle.Drift;

/// <summary>The beginning of a sub-window: what the counters said then, and when that was.</summary>
/// <param name="Counts">The reading.</param>
/// <param name="Opened">By the clock on the wall.</param>
/// <param name="Stamp">By the monotonic clock; null when another process opened the sub-window.</param>
internal sealed record WindowMark(uint[] Counts, DateTimeOffset Opened, long? Stamp)
{
    /// <summary>Labels of the sub-window that the reference does not have, by column; null while it is open or where a column holds numbers.</summary>
    public UnseenLabels?[]? Unseen { get; init; }
}
