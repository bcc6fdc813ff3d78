using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Drift.Tests;

/// <summary>A clock that a test moves, whose time on the wall can be set without the monotonic one noticing.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private readonly FakeTimeProvider _inner = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>What the clock on the wall is wrong by.</summary>
    public TimeSpan WallOffset { get; set; }

    public override long TimestampFrequency => _inner.TimestampFrequency;

    public void Advance(TimeSpan time) => _inner.Advance(time);

    public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow() + WallOffset;

    public override long GetTimestamp() => _inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _inner.CreateTimer(callback, state, dueTime, period);
}
