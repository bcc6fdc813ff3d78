namespace Lifecycle.Statistics.Tests;

public class TailTests
{
    [Fact]
    public void Logarithms_of_far_tails_agree_with_sixty_digit_values()
    {
        Close.Relative(-804.6084420137539, NormalDistribution.LogSurvival(40), 1e-14);
        Close.Relative(-978.2730904726213, ChiSquaredDistribution.LogSurvival(2000, 9), 1e-13);
        Close.Relative(-23.258542412586717, StudentTDistribution.LogSurvival(50, 7.3), 1e-13);
        Close.Relative(-82.9065837886205, FDistribution.LogSurvival(900, 3, 40), 1e-13);
    }

    [Theory]
    [InlineData(0.1, 0.1124629160182849, 0.8875370839817151)]
    [InlineData(0.5, 0.5204998778130465, 0.4795001221869535)]
    [InlineData(1.0, 0.8427007929497149, 0.15729920705028513)]
    [InlineData(2.0, 0.9953222650189527, 0.004677734981047266)]
    [InlineData(5.0, 0.9999999999984626, 1.5374597944280349e-12)]
    public void Error_functions_are_full_double_precision(double x, double erf, double erfc)
    {
        Close.Relative(erf, SpecialFunctions.Erf(x), 4e-16);
        Close.Relative(erfc, SpecialFunctions.Erfc(x), 1e-15);
        Close.Relative(-erf, SpecialFunctions.Erf(-x), 4e-16);
        Close.Relative(erfc, SpecialFunctions.ErfcScaled(x) * Math.Exp(-x * x), 4e-15);
    }

    [Fact]
    public void Erfc_in_the_far_tail_keeps_its_digits() => Close.Relative(5.395865611607901e-176, SpecialFunctions.Erfc(20), 1e-14);

    [Theory]
    [InlineData(0.1, 2.252712651734206)]
    [InlineData(0.5, 0.5723649429247001)]
    [InlineData(1.5, -0.12078223763524522)]
    [InlineData(3.0, 0.6931471805599453)]
    [InlineData(10.0, 12.801827480081469)]
    [InlineData(100.5, 361.4355404678)]
    public void Log_gamma_agrees_with_known_values(double x, double expected) => Close.Relative(expected, SpecialFunctions.LogGamma(x), 1e-13);

    [Fact]
    public void Log_gamma_is_zero_at_one_and_two()
    {
        Assert.Equal(0, SpecialFunctions.LogGamma(1));
        Assert.Equal(0, SpecialFunctions.LogGamma(2));
        Assert.Equal(double.PositiveInfinity, SpecialFunctions.LogGamma(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SpecialFunctions.LogGamma(-1));
    }

    [Theory]
    [InlineData(0.975, 1.9599639845400545)]
    [InlineData(0.5, 0)]
    [InlineData(0.025, -1.9599639845400545)]
    [InlineData(1e-20, -9.262340089798409)]
    public void Normal_quantiles_agree(double p, double z) => Close.Absolute(z, NormalDistribution.Quantile(p), 4e-15);

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e-10)]
    [InlineData(0.01)]
    [InlineData(0.3)]
    [InlineData(0.77)]
    [InlineData(0.999)]
    public void Quantiles_invert_the_distribution_functions(double p)
    {
        Close.Relative(p, NormalDistribution.Cdf(NormalDistribution.Quantile(p)), 2e-12);
        foreach (double k in (double[])[0.5, 1, 4.5, 30, 5000])
        {
            double x = ChiSquaredDistribution.Quantile(p, k), share = BetaDistribution.Quantile(p, k, 2.5);
            Close.Relative(x > 1e-300 ? p : ChiSquaredDistribution.Cdf(x, k), ChiSquaredDistribution.Cdf(x, k), 1e-11);
            Close.Relative(p, ChiSquaredDistribution.Survival(ChiSquaredDistribution.UpperQuantile(p, k), k), 1e-11);
            Close.Relative(p, StudentTDistribution.Cdf(StudentTDistribution.Quantile(p, k + 1), k + 1), 1e-11);
            Close.Relative(share > 1e-300 ? p : BetaDistribution.Cdf(share, k, 2.5), BetaDistribution.Cdf(share, k, 2.5), 1e-10);
        }
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, 40)]
    [InlineData(0.7, 12.5)]
    public void F_is_the_square_of_t_and_inverts(double numerator, double denominator)
    {
        Close.Relative(2 * StudentTDistribution.Survival(1.7, denominator), FDistribution.Survival(1.7 * 1.7, 1, denominator), 1e-12);
        foreach (double p in (double[])[1e-9, 0.1, 0.5, 0.99])
        {
            Close.Relative(p, FDistribution.Cdf(FDistribution.Quantile(p, numerator, denominator), numerator, denominator), 1e-10);
        }

        double x = FDistribution.Quantile(0.3, numerator, denominator);
        Close.Relative(FDistribution.Survival(1 / x, denominator, numerator), FDistribution.Cdf(x, numerator, denominator), 1e-12);
        Assert.Equal(0, FDistribution.Cdf(-1, numerator, denominator));
        Assert.Equal(0, FDistribution.Survival(double.PositiveInfinity, numerator, denominator));
    }
}
