namespace Lifecycle.Statistics.Tests;

/// <summary>Held against <c>numpy.histogram</c> 1.24.2 with the rules of Sturges and Doane.</summary>
public class EqualWidthTests
{
    /// <summary>Triples: sample size, which is also the seed; bins; the sum of counts weighted with the square of the bin's number from 1.</summary>
    [Theory]
    [InlineData("u", "sturges", (long[])[1, 1, 1, 2, 2, 5, 3, 3, 19, 5, 4, 23, 16, 5, 200, 64, 7, 1341, 100, 8, 2648, 128, 8, 3554, 1000, 11, 47852, 1024, 11, 47076])]
    [InlineData("u", "doane", (long[])[1, 1, 1, 2, 1, 2, 3, 4, 33, 5, 5, 40, 16, 6, 278, 64, 8, 1711, 100, 9, 3304, 128, 9, 4372, 1000, 12, 56457, 1024, 12, 55214])]
    [InlineData("cube", "sturges", (long[])[1, 1, 1, 2, 2, 5, 3, 3, 19, 5, 4, 20, 16, 5, 111, 64, 7, 678, 100, 8, 1226, 128, 8, 1733, 1000, 11, 22185, 1024, 11, 20555])]
    [InlineData("cube", "doane", (long[])[1, 1, 1, 2, 1, 2, 3, 4, 26, 5, 6, 40, 16, 7, 210, 64, 10, 1290, 100, 10, 1876, 128, 11, 3064, 1000, 15, 39347, 1024, 15, 36467])]
    [InlineData("steps", "sturges", (long[])[1, 1, 1, 2, 2, 5, 3, 3, 19, 5, 4, 23, 16, 5, 177, 64, 7, 1347, 100, 8, 2877, 128, 8, 3676, 1000, 11, 50597, 1024, 11, 49797])]
    [InlineData("steps", "doane", (long[])[1, 1, 1, 2, 1, 2, 3, 4, 33, 5, 5, 43, 16, 6, 278, 64, 8, 1809, 100, 9, 3672, 128, 9, 4707, 1000, 12, 63502, 1024, 12, 62743])]
    public void Bins_and_counts_are_those_of_numpy(string values, string rule, long[] expected)
    {
        for (int at = 0; at < expected.Length; at += 3)
        {
            SplitMix64 stream = new((ulong)expected[at]);
            double[] sample = new double[expected[at]];
            for (int i = 0; i < sample.Length; i++)
            {
                double u = (stream.Next() >> 11) * (1.0 / (1UL << 53));
                sample[i] = values switch { "u" => u, "cube" => Math.Pow(u, 3) * 1000 - 5, _ => Math.Floor(u * 7) };
            }

            SortedSample sorted = new(sample);
            BinEdges edges = rule == "sturges" ? BinEdges.Sturges(sorted) : BinEdges.Doane(sorted);
            long[] counts = BinCounts.Of(edges, sample).Counts.ToArray();
            Assert.Equal(expected[at + 1], edges.Values.Length - 1);
            Assert.Equal((0, 0), (counts[0], counts[^1]));
            Assert.Equal(expected[at + 2], counts[1..^1].Select((c, k) => (k + 1) * (k + 1) * c).Sum());
        }
    }

    [Fact]
    public void The_last_bin_is_closed_and_the_rest_lies_outside()
    {
        BinEdges edges = BinEdges.EqualWidth(new SortedSample((double[])[0, 10]), 5);
        long[] counts = BinCounts.Of(edges, (double[])[-1, 0, 1.9, 2, 10, Math.BitIncrement(10), 11]).Counts.ToArray();
        Assert.Equal([1, 2, 1, 0, 0, 1, 2], counts);
        Assert.Equal((0, 6), (edges.BinOf(-1e300), edges.BinOf(1e300)));
        Assert.Equal([3.5, Math.BitIncrement(4.5)], BinEdges.Sturges(new SortedSample((double[])[4, 4, 4])).Values.ToArray());
        Assert.Throws<ArgumentException>(() => BinEdges.Doane(new SortedSample((double[])[double.NaN])));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinEdges.EqualWidth(new SortedSample((double[])[1, 2]), 0));
    }
}
