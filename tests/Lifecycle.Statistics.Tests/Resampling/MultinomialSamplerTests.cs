namespace Lifecycle.Statistics.Tests;

public class MultinomialSamplerTests
{
    [Theory]
    [InlineData(12, 0.4)]
    [InlineData(500, 0.003)]
    [InlineData(500, 0.3)]
    [InlineData(40_000, 0.97)]
    public void One_binomial_draw_has_the_binomial_law(long n, double p)
    {
        const int Draws = 40_000;
        RandomStream random = new(5);
        SortedDictionary<long, long> counts = [];
        for (int i = 0; i < Draws; i++)
        {
            long k = BinomialSampler.Draw(n, p, random);
            counts[k] = counts.GetValueOrDefault(k) + 1;
        }

        double chi = 0, restExpected = Draws, restSeen = Draws;
        int cells = 0;
        for (long k = counts.Keys.First(); k <= counts.Keys.Last(); k++)
        {
            double expected = Draws * BinomialDistribution.ProbabilityOf(k, n, p);
            if (expected >= 10)
            {
                double seen = counts.GetValueOrDefault(k);
                chi += (seen - expected) * (seen - expected) / expected;
                restExpected -= expected;
                restSeen -= seen;
                cells++;
            }
        }

        chi += restExpected > 1 ? (restSeen - restExpected) * (restSeen - restExpected) / restExpected : 0;
        Assert.True(ChiSquaredDistribution.Survival(chi, cells) > 1e-4, $"chi-square {chi} of {cells} cells");
    }

    [Fact]
    public void Draws_add_up_and_have_the_moments_of_the_law()
    {
        double[] counts = [3, 0, 40, 900, 7, 50], sums = new double[6], squares = new double[6], drawn = new double[6];
        MultinomialSampler sampler = new(counts);
        RandomStream random = new(9);
        const int Draws = 20_000;
        double products = 0;
        for (int i = 0; i < Draws; i++)
        {
            sampler.Draw(random, 1000, drawn);
            Assert.Equal(1000, drawn.Sum());
            Assert.Equal(0, drawn[1]);
            for (int c = 0; c < 6; c++)
            {
                sums[c] += drawn[c];
                squares[c] += (drawn[c] - counts[c]) * (drawn[c] - counts[c]);
            }

            products += (drawn[2] - counts[2]) * (drawn[3] - counts[3]);
        }

        for (int c = 0; c < 6; c++)
        {
            double variance = counts[c] * (1 - counts[c] / 1000);
            Close.Absolute(counts[c], sums[c] / Draws, 5 * Math.Sqrt(variance / Draws) + 1e-12);
            Close.Absolute(variance, squares[c] / Draws, 0.06 * variance + 1e-12);
        }

        Close.Absolute(-40 * 900 / 1000.0, products / Draws, 2);
    }

    [Fact]
    public void Bad_counts_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new MultinomialSampler([1, -1]));
        Assert.Throws<ArgumentException>(() => new MultinomialSampler([0, 0]));
        Assert.Throws<ArgumentException>(() => new MultinomialSampler([1, double.NaN]));
        Assert.Throws<ArgumentException>(() => new MultinomialSampler([1, 2]).Draw(new RandomStream(), 5, new double[3]));
    }

    [Fact]
    public void Poisson_multiplicities_have_their_law()
    {
        double term = Math.Exp(-1), sum = 0;
        for (byte k = 0; k < 12; k++)
        {
            // The first 32-bit word that stands for more than k lies where the distribution function ends.
            sum += term;
            uint end = (uint)Math.Min(uint.MaxValue, Math.Ceiling(sum * 4294967296.0));
            Assert.True(PoissonMultiplicity.Of(end - 1) <= k && (end == uint.MaxValue || PoissonMultiplicity.Of(end) == k + 1), $"{k}");
            term /= k + 1;
        }

        Assert.Equal((0, PoissonMultiplicity.Maximum), (PoissonMultiplicity.Of(0), PoissonMultiplicity.Of(uint.MaxValue)));
        byte[] odd = new byte[7], even = new byte[8];
        PoissonMultiplicity.Draw(new RandomStream(3), odd);
        PoissonMultiplicity.Draw(new RandomStream(3), even);
        Assert.Equal(odd, even[..7]);
        RandomStream random = new(3);
        for (int i = 0; i < 8; i += 2)
        {
            ulong bits = random.NextUInt64();
            Assert.Equal((PoissonMultiplicity.Of((uint)(bits >> 32)), PoissonMultiplicity.Of((uint)bits)), (even[i], even[i + 1]));
        }
    }

    [Fact]
    public void Bootstrap_intervals_mirror_and_accelerate()
    {
        double[] replicates = [.. Enumerable.Range(0, 1001).Select(i => i / 1000.0)];
        Interval percentile = Bootstrap.Percentile(replicates, 0.9), basic = Bootstrap.Basic(0.4, replicates, 0.9);
        Close.Absolute(0.8 - percentile.Upper, basic.Lower, 1e-12);
        Close.Absolute(0.8 - percentile.Lower, basic.Upper, 1e-12);
        Interval plain = Bootstrap.BiasCorrected(0.5, replicates, 0, 0.9);
        Close.Absolute(percentile.Lower, plain.Lower, 1e-9);
        Close.Absolute(percentile.Upper, plain.Upper, 1e-9);

        // z0 = probit(.4005), then the levels of Efron's formula with a = .05.
        double z0 = NormalDistribution.Quantile((400 + 0.5) / 1001), z = NormalDistribution.Quantile(0.95);
        Interval accelerated = Bootstrap.BiasCorrected(0.4, replicates, 0.05, 0.9);
        Close.Absolute(NormalDistribution.Cdf(z0 + (z0 - z) / (1 - 0.05 * (z0 - z))), accelerated.Lower, 1e-9);
        Close.Absolute(NormalDistribution.Cdf(z0 + (z0 + z) / (1 - 0.05 * (z0 + z))), accelerated.Upper, 1e-9);
        Close.Absolute(0.05, Bootstrap.PValueAbove(0.4, replicates, 0.05, accelerated.Lower), 0.004);
        Assert.True(double.IsNaN(Bootstrap.BiasCorrected(2, replicates, 0).Lower));
    }
}
