namespace Lifecycle.Statistics.Tests;

public class RandomStreamTests
{
    [Theory]
    [InlineData(0UL, 0xe220a8397b1dcdafUL, 0x99ec5f36cb75f2b4UL, 0xbf6e1f784956452aUL)]
    [InlineData(42UL, 0xbdd732262feb6e95UL, 0x15780b2e0c2ec716UL, 0x6104d9866d113a7eUL)]
    public void Golden_words_of_splitmix_and_xoshiro(ulong seed, ulong split, ulong first, ulong second)
    {
        Assert.Equal(split, new SplitMix64(seed).Next());
        RandomStream random = new(new SplitMix64(seed));
        Assert.Equal(first, random.NextUInt64());
        Assert.Equal(second, random.NextUInt64());
    }

    [Fact]
    public void Streams_of_one_seed_share_no_word()
    {
        HashSet<ulong> seen = [];
        for (ulong i = 0; i < 200; i++)
        {
            RandomStream random = new(7, i);
            for (int k = 0; k < 5; k++)
            {
                Assert.True(seen.Add(random.NextUInt64()));
            }
        }

        Assert.Equal(new RandomStream(7, 3).NextUInt64(), new RandomStream(7, 3).NextUInt64());
    }

    [Fact]
    public void Doubles_and_bounded_numbers_are_even()
    {
        RandomStream random = new();
        int[] counts = new int[7];
        double sum = 0;
        for (int i = 0; i < 70_000; i++)
        {
            double u = random.NextDouble();
            Assert.InRange(u, 0, 0.9999999999999999);
            sum += u;
            counts[random.NextBelow(7)]++;
        }

        Close.Absolute(0.5, sum / 70_000, 0.005);
        Assert.All(counts, c => Assert.InRange(c, 9_600, 10_400));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextBelow(0));
    }

    [Fact]
    public void Gaussian_draws_in_bulk_are_those_drawn_one_by_one()
    {
        RandomStream one = new(7, 3), bulk = new(7, 3);
        double[] drawn = new double[300_000];
        bulk.FillGaussian(drawn.AsSpan(0, 1));
        bulk.FillGaussian(drawn.AsSpan(1));
        Assert.All(drawn, d => Assert.Equal(one.NextGaussian(), d));
        Assert.Contains(drawn, d => Math.Abs(d) > 3.66);
        Assert.Equal(one.NextUInt64(), bulk.NextUInt64());
    }

    [Fact]
    public void Gaussian_draws_follow_the_normal_law()
    {
        const int Count = 100_000;
        RandomStream random = new(1);
        double[] draws = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            draws[i] = random.NextGaussian();
        }

        Array.Sort(draws);
        double distance = 0;
        for (int i = 0; i < Count; i++)
        {
            double cdf = NormalDistribution.Cdf(draws[i]);
            distance = Math.Max(distance, Math.Max((i + 1.0) / Count - cdf, cdf - (double)i / Count));
        }

        Assert.True(KolmogorovDistribution.Survival(Count, distance) > 0.01, $"D {distance}");
        Assert.InRange(draws.Count(x => Math.Abs(x) > 3.6541528853610088), 8, 48);
    }

    [Theory]
    [InlineData(5, 0.2)]
    [InlineData(40, 0.9)]
    [InlineData(100, 0.35)]
    [InlineData(100_000, 0.6)]
    public void Binomial_draws_have_mean_and_variance_of_the_law(long n, double p)
    {
        const int Draws = 40_000;
        BinomialSampler sampler = new(n, p);
        RandomStream random = new(11);
        double sum = 0, squares = 0;
        for (int i = 0; i < Draws; i++)
        {
            double d = sampler.Next(random);
            Assert.InRange(d, 0, n);
            sum += d - n * p;
            squares += (d - n * p) * (d - n * p);
        }

        double variance = n * p * (1 - p);
        Assert.True(Math.Abs(sum / Draws) < 4.5 * Math.Sqrt(variance / Draws), $"mean off by {sum / Draws}");
        Assert.InRange(squares / Draws / variance, 0.96, 1.04);
    }

    [Fact]
    public void Binomial_draws_by_rejection_fit_their_probabilities()
    {
        BinomialSampler sampler = new(60, 0.4);
        RandomStream random = new(3);
        long[] counts = new long[61];
        for (int i = 0; i < 100_000; i++)
        {
            counts[sampler.Next(random)]++;
        }

        double chi = 0;
        for (int k = 12; k <= 36; k++)
        {
            double expected = 100_000 * BinomialDistribution.ProbabilityOf(k, 60, 0.4);
            chi += (counts[k] - expected) * (counts[k] - expected) / expected;
        }

        Assert.True(ChiSquaredDistribution.Survival(chi, 25) > 0.001, $"chi-squared {chi}");
    }

    [Fact]
    public void Degenerate_binomials_are_constant()
    {
        RandomStream random = new();
        Assert.Equal(0, new BinomialSampler(10, 0).Next(random));
        Assert.Equal(10, new BinomialSampler(10, 1).Next(random));
        Assert.Equal(0, default(BinomialSampler).Next(random));
    }
}
