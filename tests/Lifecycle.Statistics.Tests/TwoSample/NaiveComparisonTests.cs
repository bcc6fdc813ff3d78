using System.Diagnostics;
using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class NaiveComparisonTests
{
    [Property(MaxTest = 300)]
    public void One_merge_gives_what_the_definitions_give(sbyte[] first, sbyte[] second)
    {
        double[] a = Naive.Finite(Naive.Hostile(first)), b = Naive.Finite(Naive.Hostile(second));
        if (a.Length == 0 || b.Length == 0)
        {
            Assert.Throws<ArgumentException>(() => TwoSample.Compare(Naive.Hostile(first), Naive.Hostile(second)));
            return;
        }

        TwoSampleComparison all = TwoSample.Compare(Naive.Hostile(first), Naive.Hostile(second));
        Same(a, b, all);
        foreach (TestResult test in (TestResult[])[all.KolmogorovSmirnov, all.MannWhitney, all.AndersonDarling, all.CramerVonMises])
        {
            Assert.InRange(test.PValue, double.Epsilon, 1);
            Assert.True(double.IsFinite(test.LogPValue));
        }
    }

    /// <summary>Sizes up to 2,000, with and without ties, overlapping or apart.</summary>
    [Theory]
    [InlineData(1, 2000)]
    [InlineData(2000, 1)]
    [InlineData(2, 3)]
    [InlineData(255, 256)]
    [InlineData(257, 511)]
    [InlineData(2000, 1999)]
    public void One_merge_gives_what_the_definitions_give_for_larger_samples(int n, int m)
    {
        foreach (int law in n + m > 3000 ? (int[])[0, 1] : [0, 1, 2, 3, 4])
        {
            RandomStream random = new(31, (ulong)(n * 10 + law));
            double[] a = Draw(random, n, law, 0), b = Draw(random, m, law, 0.25);
            Same(a, b, TwoSample.Compare(a, b));
        }
    }

    [Fact]
    public void Blocks_of_runs_equal_the_walk_run_by_run()
    {
        for (int pair = 0; pair < 60; pair++)
        {
            RandomStream random = new(32, (ulong)pair);
            int n = 1 + random.NextBelow(9000), m = 1 + random.NextBelow(pair % 3 == 0 ? 20 : 9000), law = pair % 5;
            SortedSample a = new(Draw(random, n, law, 0)), b = new(Draw(random, m, law, 0.1));
            SameWalk(a.DoubleKeysAndEnd, b.DoubleKeysAndEnd, SampleMerge.Plain(a.DoubleKeys, b.DoubleKeys, 1));
        }
    }

    /// <summary>Pools that fill their blocks to the last place: around every multiple of 256, split in many ways, with and without ties.</summary>
    [Fact]
    public void Full_blocks_of_runs_equal_the_walk_run_by_run()
    {
        for (int size = 255; size <= 2305; size += size % 256 == 1 ? 254 : 1)
        {
            foreach (int n in (int[])[1, 7, 128, size / 4, size / 2 - 12, size / 2, size - 128, size - 1])
            {
                RandomStream random = new(35, (ulong)(size * 4099 + n));
                double[] first = Draw(random, n, n % 5 == 4 ? 4 : 0, 0), second = Draw(random, size - n, n % 5 == 4 ? 4 : 0, 0.1);
                SortedSample a = new(first), b = new(second);
                SameWalk(a.DoubleKeysAndEnd, b.DoubleKeysAndEnd, SampleMerge.Plain(a.DoubleKeys, b.DoubleKeys, 1));
                SortedSample x = new([.. first.Select(v => (float)v)]), y = new([.. second.Select(v => (float)v)]);
                SameWalk(x.SingleKeysAndEnd, y.SingleKeysAndEnd, SampleMerge.Plain(x.SingleKeys, y.SingleKeys, 1));
            }
        }
    }

    /// <summary>Pools from which on there are quarters: few and many values a run, quarters that are empty because one run holds them.</summary>
    [Fact]
    public void Quarters_equal_the_walk_run_by_run()
    {
        for (int size = 16_383; size <= 17_200; size += 17)
        {
            foreach (int n in (int[])[1, 300, size / 4, size / 2, size - 1])
            {
                RandomStream random = new(36, (ulong)(size * 40_961 + n));
                int values = (size % 4) switch { 0 => 1, 1 => 3, 2 => 40, _ => 0 };
                double[] first = Draw(random, n, 0, 0), second = Draw(random, size - n, 0, 0.1);
                if (values > 0)
                {
                    (first, second) = ([.. first.Select(v => Math.Round(v * values / 2))], [.. second.Select(v => Math.Round(v * values / 2))]);
                }

                SortedSample a = new(first), b = new(second);
                SameWalk(a.DoubleKeysAndEnd, b.DoubleKeysAndEnd, SampleMerge.Plain(a.DoubleKeys, b.DoubleKeys, 1));
            }
        }
    }

    private static void SameWalk<TKey>(ReadOnlyMemory<TKey> a, ReadOnlyMemory<TKey> b, MergeTotals plain)
        where TKey : unmanaged, System.Numerics.IBinaryInteger<TKey>, System.Numerics.IMinMaxValue<TKey>, System.Numerics.IUnsignedNumber<TKey>
    {
        MergeTotals blocks = SampleMerge.Walk(a.Span, b.Span);
        Assert.Equal((plain.Above, plain.Below), SampleMerge.Extremes(a.Span, b.Span));
        Assert.Equal(blocks, SampleMerge.WalkInParallel(a, b));
        Close.Relative(plain.AndersonDarling, blocks.AndersonDarling, 1e-13);
        Close.Relative(plain.Distance, blocks.Distance, 1e-13);
        Close.Relative(plain.SquaredDistance, blocks.SquaredDistance, 1e-13);
        Assert.Equal(plain with { AndersonDarling = 0, Distance = 0, SquaredDistance = 0 }, blocks with { AndersonDarling = 0, Distance = 0, SquaredDistance = 0 });
    }

    [Fact]
    public void A_sample_sorted_once_gives_the_same_bits_every_time()
    {
        RandomStream random = new(33);
        double[] a = Draw(random, 5000, 0, 0);
        SortedSample first = new(a);
        for (int round = 0; round < 4; round++)
        {
            double[] b = Draw(random, 3000 + round, round % 2 * 2, 0.05);
            using TwoSampleComparison anew = TwoSample.Compare(a, b), reused = TwoSample.Compare(first, new SortedSample(b)), parallel = TwoSample.CompareInParallel(a, b);
            foreach (TwoSampleComparison other in (TwoSampleComparison[])[reused, parallel])
            {
                Assert.Equal(anew.KolmogorovSmirnov, other.KolmogorovSmirnov);
                Assert.Equal(anew.CramerVonMises, other.CramerVonMises);
                Assert.Equal(anew.AndersonDarling, other.AndersonDarling);
                Assert.Equal(anew.MannWhitney, other.MannWhitney);
                Assert.Equal(anew.BrunnerMunzel, other.BrunnerMunzel);
                Assert.Equal((anew.Wasserstein, anew.Energy), (other.Wasserstein, other.Energy));
            }

            Assert.Equal(anew.KolmogorovSmirnov, KolmogorovSmirnov.Test(first, b));
            float[] narrow = [.. b.Select(v => (float)v)];
            Assert.Equal(KolmogorovSmirnov.Test(first, [.. narrow.Select(v => (double)v)]), KolmogorovSmirnov.Test(first, narrow));
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20_000)]
    public void Tests_of_samples_allocate_nothing(int count)
    {
        RandomStream random = new(34);
        double[] a = Draw(random, count, 0, 0), b = Draw(random, count, 0, 0.1);
        float[] c = [.. a.Select(v => (float)v)], d = [.. b.Select(v => (float)v)];
        double sink = 0;
        long allocated = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            sink += KolmogorovSmirnov.Test(a, b, Alternative.Less, PValueMethod.Asymptotic).PValue + KolmogorovSmirnov.Test(c, d, Alternative.Greater, PValueMethod.Asymptotic).PValue;

            // The law of few values multiplies matrices.
            sink += count > 1000 ? KolmogorovSmirnov.Test(a, b).PValue + KolmogorovSmirnov.Test(c, d).PValue : 0;
            sink += CramerVonMises.Test(a, b).PValue + CramerVonMises.Test(c, d).PValue + AndersonDarling.Test(a, b).PValue + AndersonDarling.Test(c, d).PValue;
            sink += MannWhitney.Test(a, b).PValue + MannWhitney.Test(c, d).PValue + BrunnerMunzel.Test(a, b).PValue + Kuiper.Test(a, b).PValue;
            sink += Wasserstein.Distance(a, b) + Wasserstein.Distance(c, d) + EnergyDistance.Distance(a, b) + EnergyDistance.Distance(c, d);
            sink += StudentT.Welch(a, b).PValue + StudentT.Test(a, b).PValue;
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // Without its optimizer the compiler of the runtime keeps a few short-lived objects on the heap.
        bool isPlain = typeof(TwoSample).Assembly.GetCustomAttributes(typeof(DebuggableAttribute), false).Cast<DebuggableAttribute>().Any(a => a.IsJITOptimizerDisabled);
        Assert.True(double.IsFinite(sink));
        Assert.InRange(allocated, 0, isPlain ? 512 : 0);
    }

    [Property(MaxTest = 100)]
    public void Singles_and_doubles_agree(sbyte[] first, sbyte[] second)
    {
        float[] a = [.. first.Select(x => x / 8f)], b = [.. second.Select(x => x / 8f)];
        if (a.Length == 0 || b.Length == 0)
        {
            return;
        }

        double[] wideA = [.. a.Select(x => (double)x)], wideB = [.. b.Select(x => (double)x)];
        Assert.Equal(KolmogorovSmirnov.Test(wideA, wideB), KolmogorovSmirnov.Test(a, b));
        Assert.Equal(KolmogorovSmirnov.Test(wideA, wideB), KolmogorovSmirnov.Test(new SortedSample(a), new SortedSample(wideB)));
        Assert.Equal(MannWhitney.Test(wideA, wideB), MannWhitney.Test(a, b));
        Assert.Equal(AndersonDarling.Test(wideA, wideB), AndersonDarling.Test(a, b));
        Assert.Equal(Wasserstein.Distance(wideA, wideB), Wasserstein.Distance(a, b));
    }

    [Fact]
    public void Constants_and_single_values_are_not_different()
    {
        TwoSampleComparison same = TwoSample.Compare((double[])[1, 1, 1], [1, 1]);
        Assert.Equal(1, same.KolmogorovSmirnov.PValue);
        Assert.Equal(1, same.AndersonDarling.PValue);
        Assert.Equal(1, same.MannWhitney.PValue);
        Assert.Equal(0, same.Wasserstein);
        Assert.Equal(1, TwoSample.Compare((double[])[1], [2]).KolmogorovSmirnov.PValue);
    }

    private static void Same(double[] a, double[] b, TwoSampleComparison all)
    {
        (long above, long below) = Naive.Reach(a, b);
        Assert.Equal((above, below), new SamplePair(all.First, all.Second).Extremes());
        Close.Relative(Math.Max(above, below) / ((double)a.Length * b.Length), all.KolmogorovSmirnov.Statistic, 1e-14);
        double u1 = Naive.RankSum(a, b) - a.Length * (a.Length + 1) / 2.0;
        Assert.Equal(u1, all.MannWhitney.Statistic);
        Close.Absolute(1 - u1 / ((double)a.Length * b.Length), all.ProbabilityOfGreater, 1e-14);
        Close.Relative(Naive.CramerVonMises(a, b), all.CramerVonMises.Statistic, 1e-12);
        Close.Relative(Naive.Wasserstein(a, b), all.Wasserstein, 1e-12);
        double cramer = Naive.Cramer(a, b);
        Close.Relative(Math.Sqrt(2 * cramer), all.Energy, 1e-12);
        Close.Relative(Naive.AndersonDarling(a, b), all.AndersonDarling.Statistic, 1e-12);
    }

    /// <summary>Laws: normal, five values, far apart, one value, exponents of every size.</summary>
    private static double[] Draw(RandomStream random, int count, int law, double shift)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            double normal = random.NextGaussian();
            values[i] = law switch
            {
                0 => normal + shift,
                1 => random.NextBelow(5) + (shift > 0 && random.NextBelow(8) == 0 ? 1 : 0),
                2 => normal + 100 * shift,
                3 => 4.5,
                _ => Math.Round(Math.Exp(8 * normal), 2),
            };
        }

        return values;
    }
}
