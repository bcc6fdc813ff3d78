using System.Numerics;

namespace Lifecycle.Statistics.Tests;

public class DiscreteTests
{
    [Theory]
    [InlineData(0, 0.3)]
    [InlineData(1, 0.5)]
    [InlineData(17, 0.01)]
    [InlineData(60, 0.77)]
    public void Binomial_probabilities_sum_to_the_distribution_function(int n, double p)
    {
        double sum = 0;
        for (int k = 0; k <= n; k++)
        {
            double exact = (double)Choose(n, k) * Math.Pow(p, k) * Math.Pow(1 - p, n - k);
            Close.Relative(exact, BinomialDistribution.ProbabilityOf(k, n, p), 1e-12);
            sum += exact;
            Close.Absolute(sum, BinomialDistribution.Cdf(k, n, p), 1e-13);
            Close.Absolute(1 - sum, BinomialDistribution.Survival(k, n, p), 1e-13);
        }

        Assert.Equal(0, BinomialDistribution.Cdf(-1, n, p));
    }

    [Fact]
    public void McNemar_sums_of_the_page_agree()
    {
        Close.Relative(0.09873714670538905, 2 * BinomialDistribution.Cdf(10, 30, 0.5), 1e-12);
        Close.Relative(4.4344492637551645e-06, 2 * BinomialDistribution.Cdf(59, 180, 0.5), 1e-12);
        Close.Relative(0.11034354370414343, 2 * BinomialDistribution.Cdf(1124, 2326, 0.5), 1e-11);
    }

    [Fact]
    public void Hypergeometric_probabilities_are_ratios_of_binomials()
    {
        for (int k = 0; k <= 8; k++)
        {
            double exact = (double)(Choose(20, k) * Choose(13, 8 - k)) / (double)Choose(33, 8);
            Close.Relative(exact, HypergeometricDistribution.ProbabilityOf(k, 20, 13, 8), 1e-12);
        }

        Assert.Equal(double.NegativeInfinity, HypergeometricDistribution.LogProbability(9, 20, 13, 8));
        Assert.Equal(0, HypergeometricDistribution.LogProbability(20, 20, 13, 33));
    }

    [Fact]
    public void Poisson_binomial_of_equal_trials_is_binomial()
    {
        PoissonBinomialDistribution law = new([.. Enumerable.Repeat(0.13, 400)]);
        Close.Relative(400 * 0.13, law.Mean, 1e-12);
        Close.Relative(400 * 0.13 * 0.87, law.Variance, 1e-12);
        for (int k = -1; k <= 400; k += 3)
        {
            Close.Absolute(BinomialDistribution.ProbabilityOf(k, 400, 0.13), law.ProbabilityOf(k), 1e-14);
            Close.Absolute(BinomialDistribution.Cdf(k, 400, 0.13), law.Cdf(k), 1e-13);
            Close.Absolute(BinomialDistribution.LogSurvival(k, 400, 0.13), law.LogSurvival(k), 1e-9);
        }

        Assert.Equal(52, law.Quantile(0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PoissonBinomialDistribution([0.5, 1.1]));
        Assert.Equal(1, new PoissonBinomialDistribution([]).Cdf(0));
    }

    [Fact]
    public void Poisson_binomial_equals_the_listing_of_all_outcomes()
    {
        double[] p = [0, 1, 0.01, 0.3, 0.999, 0.5, 0.42, 1e-12];
        double[] chances = new double[p.Length + 1];
        for (int set = 0; set < 1 << p.Length; set++)
        {
            chances[int.PopCount(set)] += p.Select((x, i) => (set >> i & 1) == 1 ? x : 1 - x).Aggregate(1.0, (x, y) => x * y);
        }

        PoissonBinomialDistribution law = new(p);
        for (int k = 0; k <= p.Length; k++)
        {
            Close.Relative(chances[k], law.ProbabilityOf(k), 1e-13);
            Close.Relative(chances.Skip(k + 1).Sum(), law.Survival(k), 1e-13);
        }

        Assert.Equal(8, law.Trials);
        Assert.Equal(double.NegativeInfinity, law.LogSurvival(7));
    }

    [Fact]
    public void Poisson_binomial_tails_beyond_doubles_are_finite()
    {
        // All of 2000 trials of 1/1000 and of 1/10: a product.
        double[] p = [.. Enumerable.Range(0, 2000).Select(i => i % 2 == 0 ? 1e-3 : 0.1)];
        PoissonBinomialDistribution law = new(p);
        Close.Relative(p.Sum(Math.Log), law.LogSurvival(1999), 1e-9);
        Assert.InRange(law.LogSurvival(1500), law.LogSurvival(1600), law.LogSurvival(1400));
        Assert.Equal(0, law.Survival(1500));
    }

    private static BigInteger Choose(int n, int k)
    {
        BigInteger value = 1;
        for (int i = 1; i <= k; i++)
        {
            value = value * (n - k + i) / i;
        }

        return value;
    }
}
