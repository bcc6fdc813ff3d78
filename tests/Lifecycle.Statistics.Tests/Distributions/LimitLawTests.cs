namespace Lifecycle.Statistics.Tests;

public class LimitLawTests
{
    [Theory]
    [InlineData(10, .3, .27053557479999946)]
    [InlineData(50, .19234, .042852420918647605)]
    [InlineData(139, .15, .003399906998400009)]
    [InlineData(500, .0608, .04757382944847599)]
    [InlineData(5000, .0192, .04947898364727643)]
    [InlineData(15000, .0101, .09310650714358537)]
    public void Kolmogorov_tails_agree_with_kstwo(long size, double distance, double expected) =>
        Close.Probability(expected, KolmogorovDistribution.Survival(size, distance));

    [Fact]
    public void Kolmogorov_law_is_exact_for_two_values()
    {
        // P(D < x) = 2 (2x - 1/2)² for x in [1/4, 1/2], 1 - 2 (1 - x)² above.
        Close.Relative(1 - 2 * Math.Pow(2 * 0.4 - 0.5, 2), KolmogorovDistribution.Survival(2, 0.4), 1e-12);
        Close.Relative(2 * 0.09, KolmogorovDistribution.Survival(2, 0.7), 1e-12);
        Assert.Equal(1, KolmogorovDistribution.Survival(2, 0.25));
        Assert.Equal(0, KolmogorovDistribution.Survival(2, 1));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(9_000)]
    public void Methods_meet_where_they_change(long size)
    {
        double border = Math.Sqrt(2.2 / size);
        Close.Relative(KolmogorovDistribution.Survival(size, border * (1 - 1e-12)), KolmogorovDistribution.Survival(size, border * (1 + 1e-12)), 6e-6);
        double inner = Math.Pow(1.4 / size, 2 / 3.0);
        Close.Absolute(KolmogorovDistribution.Survival(size, inner * (1 - 1e-12)), KolmogorovDistribution.Survival(size, inner * (1 + 1e-12)), 2e-6);
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20)]
    public void Integral_in_the_middle_equals_the_full_sum(double z)
    {
        const long Size = 500_000;
        double x = z / Math.Sqrt(Size), sum = 0;
        double largest = double.NegativeInfinity, last = Math.Floor(Size * (1 - x));
        for (int pass = 0; pass < 2; pass++)
        {
            for (long j = 0; j <= last; j++)
            {
                double q = x + (double)j / Size;
                double term = SpecialFunctions.LogBinomialTerm(j, Size - j, q, (double)(Size - j) / Size - x) - Math.Log(q);
                largest = pass == 0 ? Math.Max(largest, term) : largest;
                sum += pass == 1 ? Math.Exp(term - largest) : 0;
            }
        }

        Close.Absolute(Math.Log(x) + largest + Math.Log(sum), KolmogorovDistribution.LogOneSided(Size, x), 2e-9);
    }

    [Fact]
    public void Log_of_an_extreme_distance_is_finite_and_monotone()
    {
        double previous = 0;
        for (double x = 0.001; x < 1; x += 0.013)
        {
            double log = KolmogorovDistribution.LogSurvival(5_000_000, x);
            Assert.True(double.IsFinite(log) && log < previous, $"{x}: {log}");
            previous = log;
        }
    }

    [Theory]
    [InlineData(.5, .746814373530344)]
    [InlineData(1, .357266673214019)]
    [InlineData(2.492, .0500221863596079)]
    [InlineData(3.878, .0100014098845005)]
    [InlineData(6, 9.67451941520923e-4)]
    [InlineData(10, 1.38150354106859e-5)]
    [InlineData(50, 2.65562414446257e-23)]
    public void Anderson_Darling_law_agrees(double statistic, double expected) =>
        Close.Relative(expected, AndersonDarlingDistribution.Survival(statistic), 1e-12);

    [Fact]
    public void Anderson_Darling_law_is_smooth_at_the_change_of_method()
    {
        double below = AndersonDarlingDistribution.Survival(0.5 - 1e-9), above = AndersonDarlingDistribution.Survival(0.5 + 1e-9);
        Close.Absolute(below, above, 1e-8);
        Assert.Equal(1, AndersonDarlingDistribution.Survival(-1));
        Assert.True(double.IsFinite(AndersonDarlingDistribution.LogSurvival(1e7)));
    }

    [Theory]
    [InlineData(.05, .876280931041349)]
    [InlineData(.2, .267470430540775)]
    [InlineData(.46136, .0500003831326513)]
    [InlineData(1.167860, .000999990914874557)]
    [InlineData(2, 1.27807361727817e-5)]
    [InlineData(5, 3.05392903310339e-12)]
    [InlineData(20, 1.097209316565387e-44)]
    public void CramerVonMises_tail_matches_Smirnov(double statistic, double expected)
    {
        Close.Relative(expected, CramerVonMisesDistribution.Survival(statistic), 1e-12);
        Close.Relative(Math.Log(expected), CramerVonMisesDistribution.LogSurvival(statistic), 1e-11);
        Close.Absolute(1 - expected, CramerVonMisesDistribution.Cdf(statistic), 1e-14);
    }

    [Theory]
    [InlineData(2, .98216)]
    [InlineData(20, .99811)]
    public void CramerVonMises_tail_approaches_its_leading_term(double statistic, double ratio) =>
        Close.Absolute(ratio, Math.Sqrt(2) * SpecialFunctions.Erfc(Math.PI * Math.Sqrt(statistic / 2)) / CramerVonMisesDistribution.Survival(statistic), 6e-6);

    [Fact]
    public void Anderson_Darling_tail_approaches_its_leading_term() =>
        Close.Absolute(.97093, Math.Sqrt(3) * SpecialFunctions.Erfc(Math.Sqrt(10)) / AndersonDarlingDistribution.Survival(10), 6e-6);

    [Fact]
    public void CramerVonMises_law_is_smooth_at_the_change_of_method()
    {
        double below = CramerVonMisesDistribution.Survival(0.2 - 1e-12), above = CramerVonMisesDistribution.Survival(0.2 + 1e-12);
        Close.Absolute(below, above, 1e-11);
        Assert.Equal(1, CramerVonMisesDistribution.Survival(0));
        Assert.True(double.IsFinite(CramerVonMisesDistribution.LogSurvival(1e9)));
        Assert.Equal(double.NegativeInfinity, CramerVonMisesDistribution.LogSurvival(double.PositiveInfinity));
        Assert.True(double.IsNaN(CramerVonMisesDistribution.LogSurvival(double.NaN)));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(1.2)]
    [InlineData(2.5)]
    public void Kuiper_law_is_its_series(double x)
    {
        double sum = 0;
        for (int j = 1; j < 60; j++)
        {
            sum += 2 * (4.0 * j * j * x * x - 1) * Math.Exp(-2.0 * j * j * x * x);
        }

        Close.Absolute(sum, KuiperDistribution.Survival(x), 1e-13);
        Close.Absolute(1 - sum, KuiperDistribution.Cdf(x), 1e-13);
    }

    [Fact]
    public void Kuiper_law_reaches_far_tails()
    {
        Close.Relative(Math.Log(2 * (4 * 1e4 - 1)) - 2e4, KuiperDistribution.LogSurvival(100), 1e-13);
        Assert.Equal(1, KuiperDistribution.Survival(-3));
        Assert.Equal(0, KuiperDistribution.Cdf(0));
        Assert.Equal(double.NegativeInfinity, KuiperDistribution.LogSurvival(double.PositiveInfinity));
    }

    [Fact]
    public void The_interpolated_law_of_Anderson_and_Darling_is_the_law()
    {
        RandomStream random = new(81);
        for (int i = 0; i < 4000; i++)
        {
            double above = 0.5 * Math.Pow(256, random.NextDouble()), below = 0.03 * Math.Pow(0.4999 / 0.03, random.NextDouble());
            Assert.Equal(AndersonDarlingDistribution.SmoothSurvival(above) - above, AndersonDarlingDistribution.LogSurvival(above), 2e-14 * (1 + above));
            Close.Relative(AndersonDarlingDistribution.Series(below), AndersonDarlingDistribution.Cdf(below), 2e-13);
        }

        Assert.Equal(AndersonDarlingDistribution.Cdf(Math.BitDecrement(0.5)), AndersonDarlingDistribution.Cdf(0.5), 1e-13);
        Assert.Equal(AndersonDarlingDistribution.LogSurvival(Math.BitDecrement(64.0)), AndersonDarlingDistribution.LogSurvival(64), 1e-12);
    }
}
