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
