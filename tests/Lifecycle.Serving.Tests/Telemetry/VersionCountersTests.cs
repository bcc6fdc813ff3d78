using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Serving.Tests;

public sealed class VersionCountersTests
{
    private const int Threads = 8;
    private const int Calls = 50_000;

    // Ticks of one second of this clock are its frequency: a run of 2^28 ticks and more is not added to the small number.
    private static readonly FakeTimeProvider Clock = new();

    /// <summary>Calls that are moved from one number to another are neither lost nor seen twice, also while somebody looks.</summary>
    [Theory]
    [InlineData(1L)]
    [InlineData((1L << 28) - 1)]
    [InlineData(1L << 28)]
    [InlineData(1L << 38)]
    public async Task Single_FromManyThreads_IsExact_AndNeverGoesBack(long ticks)
    {
        VersionCounters counters = new();
        Task[] callers = [.. Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Calls; i++)
            {
                counters.Single(ticks, i + 1);
            }
        }))];
        ServingStatistics seen = counters.Snapshot(Clock);
        while (!Task.WhenAll(callers).IsCompleted)
        {
            ServingStatistics now = counters.Snapshot(Clock);
            Assert.True(now.Successes >= seen.Successes && now.SuccessTime >= seen.SuccessTime, $"{now.Successes} after {seen.Successes}");
            seen = now;
        }

        await Task.WhenAll(callers);
        ServingStatistics all = counters.Snapshot(Clock);
        long calls = (long)Threads * Calls;
        TimeSpan time = Clock.GetElapsedTime(0, calls * ticks);
        Assert.Equal((calls, calls, calls, time, time), (all.Successes, all.Rows, all.Executions, all.SuccessTime, all.InferTime));
        BatchStatistics batch = Assert.Single(all.Batches);
        Assert.Equal((1, calls, time), (batch.Rows, batch.Executions, batch.Infer));
    }

    [Fact]
    public void Singles_CountAsSoManyCalls()
    {
        VersionCounters counters = new();
        counters.Singles(0, 0, 1);
        counters.Singles(3, Clock.TimestampFrequency, 1);
        counters.Single(Clock.TimestampFrequency, 2);
        counters.Failure(Clock.TimestampFrequency);
        ServingStatistics all = counters.Snapshot(Clock);
        Assert.Equal((4, 1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)), (all.Successes, all.Failures, all.SuccessTime, all.FailureTime));
    }
}
