namespace Lifecycle.Drift.Tests;

public sealed class StripedCountersTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(6, 16)]
    [InlineData(64, 16)]
    public void Stripes_are_a_power_of_two_of_at_least_two_a_processor_and_at_most_16(int processors, int stripes) =>
        Assert.Equal(stripes, new StripedCounters(1000, 330, processors).Stripes);

    [Theory]
    [InlineData(327)]
    [InlineData(1287)]
    [InlineData(5127)]
    public void Counters_of_a_column_take_at_most_64_KB(int width)
    {
        StripedCounters counters = new(width, width, processors: 64);
        Assert.InRange((counters.Stripes + 1) * width * sizeof(uint), 0, 65_536);
    }

    [Fact]
    public void No_count_is_lost_by_threads_that_fight_for_stripes()
    {
        const int threads = 8, each = 200_000, width = 5;
        StripedCounters counters = new(width, width, processors: 1);
        int[] row = [0, 1, 1];
        uint[] range = [1, 0, 2];
        Thread[] work = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < each; i++)
            {
                counters.Increment(row);
                counters.Increment(4);
                counters.Add(2, range);
            }
        }))];
        Array.ForEach(work, t => t.Start());
        Array.ForEach(work, t => t.Join());
        const uint all = threads * each;
        Assert.Equal([all, 2 * all, all, 0u, 3 * all], counters.Read());
    }

    [Fact]
    public void When_all_stripes_are_taken_the_shared_one_counts()
    {
        StripedCounters counters = new(3, 3, processors: 1);
        int first = counters.Enter(), second = counters.Enter();
        Assert.NotEqual(first, second);
        Assert.Equal(-1, counters.Enter());
        counters.Increment(0);
        counters.Increment([0, 2]);
        counters.Add(1, 7);
        counters.Add(0, [1u, 1u, 1u]);
        Assert.Equal([3u, 8u, 2u], counters.Read());
        counters.Leave(first);
        Assert.Equal(first, counters.Enter());
    }

    [Fact]
    public void A_difference_of_readings_survives_the_wrap_around_of_counters()
    {
        StripedCounters counters = new(1, 1, processors: 1);
        counters.Add(0, uint.MaxValue - 2);
        uint before = counters.Read()[0];
        counters.Add(0, 10);
        Assert.Equal(7u, counters.Read()[0]);
        Assert.Equal(10u, unchecked(counters.Read()[0] - before));
    }
}
