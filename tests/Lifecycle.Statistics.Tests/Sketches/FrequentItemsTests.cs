using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class FrequentItemsTests
{
    /// <summary>Rare items last and first, alternating, each new: the orders that throw the most counters out.</summary>
    [Theory]
    [InlineData("heavy first")]
    [InlineData("heavy last")]
    [InlineData("round robin")]
    [InlineData("shuffled")]
    public void No_count_is_too_small_none_too_large_by_more_than_the_bound_and_no_frequent_item_is_missed(string order)
    {
        const int capacity = 32;
        List<int> items = [.. Enumerable.Range(0, 40).SelectMany(i => Enumerable.Repeat(i, 200 / (i + 1))), .. Enumerable.Range(1000, 2000)];
        switch (order)
        {
            case "heavy last":
                items.Reverse();
                break;
            case "round robin":
                items = [.. items.GroupBy(i => i).SelectMany(g => g.Select((item, round) => (item, round))).OrderBy(p => p.round).ThenBy(p => p.item).Select(p => p.item)];
                break;
            case "shuffled":
                int[] shuffled = [.. items];
                new RandomStream(3).Shuffle<int>(shuffled);
                items = [.. shuffled];
                break;
        }

        FrequentItems whole = new(capacity);
        FrequentItems[] parts = [new(capacity), new(capacity), new(capacity)];
        for (int i = 0; i < items.Count; i++)
        {
            whole.Add($"item {items[i]}");
            parts[3 * i / items.Count].Add($"item {items[i]}");
        }

        Holds(whole, items, capacity);
        parts[0].Merge(parts[1]);
        Holds(parts[0], items[..(int)parts[0].Count], capacity);
        parts[2].Merge(parts[0]);
        Holds(parts[2], items, capacity);
        parts[2].Add("item 5");
        Holds(parts[2], [.. items, 5], capacity);
        Holds(FrequentItems.FromBytes(parts[2].ToBytes()), [.. items, 5], capacity);
    }

    [Property(MaxTest = 100)]
    public void Few_items_are_counted_exactly(byte[] some)
    {
        FrequentItems summary = new(256), other = new(256);
        foreach (byte item in some)
        {
            summary.Add(item % 16 / 4.0);
            other.Add(item % 16 / 4.0, 2);
        }

        FrequentItems left = FrequentItems.FromBytes(summary.ToBytes()), right = FrequentItems.FromBytes(other.ToBytes());
        left.Merge(other);
        right.Merge(summary);
        Assert.Equal(left.ToBytes(), right.ToBytes());
        foreach (IGrouping<double, byte> group in some.GroupBy(i => i % 16 / 4.0))
        {
            Assert.Equal(new FrequentItem(SketchHash.Of(group.Key), group.Key.ToString("R", System.Globalization.CultureInfo.InvariantCulture), 3 * group.Count(), 0), left.Find(SketchHash.Of(group.Key)));
        }
    }

    [Fact]
    public void A_small_summary_inside_a_large_one_keeps_its_doubt()
    {
        FrequentItems small = new(4), large = new(100);
        for (int i = 0; i < 100; i++)
        {
            small.Add($"{i % 10}");
        }

        large.Merge(small);
        Assert.Equal(small.MostMissed, large.MostMissed);
        large.Add("new");
        Assert.Equal(large.MostMissed, large.Find(SketchHash.Of("new"))?.Error);
        Assert.Equal(large.ToBytes(), FrequentItems.FromBytes(large.ToBytes()).ToBytes());
    }

    [Fact]
    public void Texts_are_cut_and_mended()
    {
        FrequentItems summary = new(8);
        summary.Add(new string('é', 1_000_000));
        summary.Add("\ud800x");
        Assert.Equal([new string('é', 128), "\ufffdx"], summary.Items().Select(i => i.Text).OrderByDescending(t => t!.Length));
        Assert.Equal(summary.ToBytes(), FrequentItems.FromBytes(summary.ToBytes()).ToBytes());
        byte[] good = summary.ToBytes();
        for (int length = 0; length < good.Length; length++)
        {
            Assert.Throws<FormatException>(() => FrequentItems.FromBytes(good.AsSpan(0, length)));
        }
    }

    private static void Holds(FrequentItems summary, List<int> items, int capacity)
    {
        Dictionary<ulong, long> exact = items.GroupBy(i => i).ToDictionary(g => SketchHash.Of($"item {g.Key}"), g => (long)g.Count());
        Assert.Equal(items.Count, summary.Count);
        Assert.InRange(summary.MostMissed, 0, items.Count / capacity);
        foreach (FrequentItem item in summary.Items())
        {
            Assert.InRange(exact[item.Hash], item.AtLeast, item.Count);
            Assert.InRange(item.Error, 0, items.Count / capacity);
        }

        foreach ((ulong hash, long count) in exact)
        {
            Assert.True(summary.Find(hash) is not null || count <= summary.MostMissed);
        }
    }
}
