namespace Lifecycle.Statistics.Tests;

public class TestConstantTests
{
    private static readonly double[] A = [1.2, .7, 3.1, 2.2, .4, 1.9, 2.8, 1.1, .9, 2.5];
    private static readonly double[] B = [2.4, 3.3, 1.8, 4.1, 2.9, 3.7, 1.6, 2.1, 4.4, 3.0, 2.6, 3.9];

    [Fact]
    public void Epps_Singleton_agrees()
    {
        TestResult test = EppsSingleton.Test(A, B);
        Close.Relative(7.708371198225163, test.Statistic, 1e-12);
        Close.Probability(.10286433897516876, test.PValue);
        Assert.Equal(PValueMethod.NotTested, EppsSingleton.Test((double[])[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 2]).Method);
        Assert.Equal(1, EppsSingleton.Test((double[])[1, 2, 3], [1, 2, 3, 4, 5, 6]).PValue);
        Close.Relative(test.Statistic, EppsSingleton.Test([.. A.Select(x => (float)x)], [.. B.Select(x => (float)x)]).Statistic, 1e-5);
    }

    [Fact]
    public void Student_agrees()
    {
        TestResult test = StudentT.Test(A, B);
        Close.Relative(-3.2697691399081195, test.Statistic, 1e-13);
        Close.Relative(.0038331193758220383, test.PValue, 1e-10);
        Close.Relative(test.PValue / 2, StudentT.Test(A, B, Alternative.Less).PValue, 1e-13);
        Close.Relative(1 - test.PValue / 2, StudentT.Test(A, B, Alternative.Greater).PValue, 1e-13);
    }

    [Fact]
    public void Kuiper_agrees()
    {
        TestResult test = Kuiper.Test(A, B);
        Close.Relative(.5, test.Statistic, 1e-15);
        Close.Relative(.396801524837608, test.PValue, 1e-12);
        Assert.Equal(test, TwoSample.Compare(A, B).Kuiper);
        Assert.Equal(test.Statistic, Kuiper.Test([.. A.Select(x => (float)x)], [.. B.Select(x => (float)x)]).Statistic);
    }

    [Fact]
    public void Moment_tests_do_not_see_a_scale()
    {
        foreach (double scale in (double[])[1e-308, 1e-200, 1, 1e200, 2e306])
        {
            double[] a = [.. A.Select(x => x * scale)], b = [.. B.Select(x => x * scale)];
            double tolerance = scale == 1e-308 ? 1e-9 : 1e-12;
            Close.Relative(StudentT.Welch(A, B).Statistic, StudentT.Welch(a, b).Statistic, tolerance);
            Close.Relative(StudentT.Test(A, B).PValue, StudentT.Test(a, b).PValue, tolerance);
            Close.Relative(Levene.Test(A, B).PValue, Levene.Test(a, b).PValue, tolerance);
            Close.Relative(EppsSingleton.Test(A, B).Statistic, EppsSingleton.Test(a, b).Statistic, tolerance);
        }
    }

    [Fact]
    public void Samples_without_spread_are_told_apart()
    {
        Assert.Equal(1, StudentT.Test((double[])[2, 2, 2], [2, 2]).PValue);
        TestResult constants = StudentT.Welch((double[])[2, 2, 2], [5, 5]);
        Assert.Equal(PValueMethod.CompleteSeparation, constants.Method);
        Close.Relative(2 / 10.0, constants.PValue, 1e-13);
        Close.Relative(1 / 10.0, StudentT.Test((double[])[2, 2, 2], [5, 5], Alternative.Less).PValue, 1e-13);
        Assert.Equal(1, StudentT.Test((double[])[2, 2, 2], [5, 5], Alternative.Greater).PValue);
        Assert.Equal(PValueMethod.NotTested, StudentT.Welch((double[])[2], [5, 6, 7]).Method);
        Assert.Equal(PValueMethod.Asymptotic, StudentT.Test((double[])[2], [5, 6, 7]).Method);
        Assert.Equal(PValueMethod.NotTested, BrunnerMunzel.Test((double[])[2], [5, 6, 7]).Method);
        Assert.Equal(1, BrunnerMunzel.Test((double[])[2, 2], [2, 2, 2]).PValue);
        Assert.Equal(1, Levene.Test((double[])[2, 2], [7, 7, 7]).PValue);
        Assert.Equal(PValueMethod.CompleteSeparation, Levene.Test((double[])[1, 3, 1, 3], [2, 2, 2]).Method);
        Assert.Equal(PValueMethod.NotTested, Levene.Test((double[])[1], [2]).Method);
        Assert.Throws<ArgumentException>(() => StudentT.Test((double[])[double.NaN], [1, 2]));
        Assert.Throws<ArgumentException>(() => CramerVonMises.Test((float[])[1], [float.PositiveInfinity]));
    }

    [Fact]
    public void Complete_separation_has_a_p_value()
    {
        double[] low = [.. Enumerable.Range(0, 12).Select(i => (double)i)], high = [.. low.Select(x => x + 100)];
        double order = -SpecialFunctions.LogBinomial(24, 12);
        TestResult both = BrunnerMunzel.Test(low, high);
        Assert.Equal(double.PositiveInfinity, both.Statistic);
        Assert.Equal(PValueMethod.CompleteSeparation, both.Method);
        Close.Relative(Math.Log(2) + order, both.LogPValue, 1e-13);
        Close.Relative(order, BrunnerMunzel.Test(low, high, Alternative.Less).LogPValue, 1e-13);
        Assert.Equal(1, BrunnerMunzel.Test(low, high, Alternative.Greater).PValue);
        Close.Relative(order, BrunnerMunzel.Test(high, low, Alternative.Greater).LogPValue, 1e-13);
    }

    [Fact]
    public void AndersonDarling_p_goes_below_a_thousandth()
    {
        double[] a = [.. Enumerable.Range(0, 300).Select(i => (double)i)], b = [.. a.Select(x => x + 150)];
        Close.Relative(.001, AndersonDarling.Test(a, b, PValueMethod.ScholzStephensTable).PValue, 1e-12);
        TestResult test = AndersonDarling.Test(a, b);
        Assert.InRange(test.LogPValue, -200, -50);
        Assert.InRange(test.PValue, 1e-80, 1e-20);
    }

    [Fact]
    public void No_p_value_is_zero()
    {
        double[] a = [.. Enumerable.Range(0, 3000).Select(i => i % 40 * 0.5)], b = [.. a.Select(x => x + 1e6)], c = [.. a.Select(x => x + 15)];
        foreach (double[] other in (double[][])[b, c, [1e9], [3, 3, 3, 3, 3, 3], a])
        {
            TwoSampleComparison all = TwoSample.Compare(a, other);
            TestResult[] tests =
            [
                all.KolmogorovSmirnov, all.CramerVonMises, all.AndersonDarling, all.MannWhitney, all.BrunnerMunzel, all.Kuiper,
                StudentT.Test(a, other), StudentT.Welch(a, other), Levene.Test(a, other), EppsSingleton.Test(a, other),
                KolmogorovSmirnov.Test(a, other, method: PValueMethod.Asymptotic), KolmogorovSmirnov.Test(a, other, Alternative.Less),
            ];
            Assert.All(tests, t => Assert.InRange(t.PValue, double.Epsilon, 1));
            Assert.All(tests, t => Assert.InRange(t.LogPValue, -1e300, 0));
        }
    }
}
