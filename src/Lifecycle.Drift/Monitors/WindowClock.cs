namespace Lifecycle.Drift;

/// <summary>Two clocks: windows are as long as the monotonic one says and carry the times of the one on the wall.</summary>
internal sealed class WindowClock(TimeProvider time)
{
    private const double LeastShare = 0.001;
    private static readonly TimeSpan LeastJump = TimeSpan.FromSeconds(5);

    public DateTimeOffset Wall => time.GetUtcNow();

    public Guid NewId() => LifecycleId.New(time);

    public WindowMark Mark(uint[] counts) => new(counts, time.GetUtcNow(), time.GetTimestamp());

    /// <summary>Whether the two clocks disagree on the time since a mark, by more than a clock that is steered drifts.</summary>
    public bool Jumped(WindowMark since)
    {
        if (since.Stamp is not { } stamp)
        {
            return false;
        }

        TimeSpan passed = time.GetElapsedTime(stamp), seen = time.GetUtcNow() - since.Opened;
        return (seen - passed).Duration() > LeastJump + passed * LeastShare;
    }
}
