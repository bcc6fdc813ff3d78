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
        (long above, long below) = Naive.Reach(a, b);
        Assert.Equal((above, below), new SamplePair(all.First, all.Second).Extremes());
        Close.Relative(Math.Max(above, below) / ((double)a.Length * b.Length), all.KolmogorovSmirnov.Statistic, 1e-14);
        double u1 = Naive.RankSum(a, b) - a.Length * (a.Length + 1) / 2.0;
        Assert.Equal(u1, all.MannWhitney.Statistic);
        Close.Absolute(1 - u1 / ((double)a.Length * b.Length), all.ProbabilityOfGreater, 1e-14);
        Close.Relative(Naive.Wasserstein(a, b), all.Wasserstein, 1e-10);
        Close.Absolute(Naive.AndersonDarling(a, b), all.AndersonDarling.Statistic, 1e-10);
        foreach (TestResult test in (TestResult[])[all.KolmogorovSmirnov, all.MannWhitney, all.AndersonDarling])
        {
            Assert.InRange(test.PValue, double.Epsilon, 1);
            Assert.True(double.IsFinite(test.LogPValue));
        }
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
}
