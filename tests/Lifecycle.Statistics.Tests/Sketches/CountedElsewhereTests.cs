using System.IO.Hashing;

namespace Lifecycle.Statistics.Tests;

public sealed class CountedElsewhereTests
{
    [Fact]
    public void HashOfBytes_IsXxh64_OfAnyLength()
    {
        byte[] bytes = [.. Enumerable.Range(0, 80).Select(i => (byte)(i * 37))];
        for (int length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(XxHash64.HashToUInt64(bytes.AsSpan(0, length)), SketchHash.Of(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void AddHashes_IsTheSameAsOneByOne()
    {
        ulong[] hashes = [.. Enumerable.Range(0, 5000).Select(i => SketchHash.Of((double)i))];
        CardinalitySketch many = new(), single = new();
        many.AddHashes(hashes);
        foreach (ulong hash in hashes)
        {
            single.AddHash(hash);
        }

        Assert.Equal(single.ToBytes(), many.ToBytes());
    }

    [Fact]
    public void FromCounts_KeepsTheMostFrequent_AndWhatItMissed()
    {
        FrequentItem[] items = [.. Enumerable.Range(1, 10).Select(i => new FrequentItem((ulong)i, $"t{i}", i, 0))];
        FrequentItems all = FrequentItems.FromCounts(items, 55);
        Assert.Equal((55L, 0L, 10), (all.Count, all.MostMissed, all.ItemCount));
        FrequentItems some = FrequentItems.FromCounts(items, 55, capacity: 3);
        Assert.Equal([10L, 9, 8], some.Items().Select(i => i.Count));
        Assert.Equal(8, some.MostMissed);
        FrequentItems open = FrequentItems.FromCounts(items[8..], 55, missed: 8);
        Assert.Equal(8, open.MostMissed);
        open.Add(77, "new");
        Assert.Equal(new FrequentItem(77, "new", 9, 8), open.Find(77));
        Assert.Throws<ArgumentException>(() => FrequentItems.FromCounts([items[0], items[0]], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrequentItems.FromCounts([], -1));
    }
}
