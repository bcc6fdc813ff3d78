using System.Text.Json;

namespace Lifecycle.Statistics.Tests;

public class ScipyRankTests
{
    [Fact]
    public void Cramer_von_Mises_agrees_in_all_cases()
    {
        int checks = 0;
        foreach (JsonElement entry in ScipyOracle.Numeric.Concat(ScipyOracle.Large))
        {
            double[] expected = entry.Expected("cramervonmises_2samp.asymptotic")!;
            TestResult ours = CramerVonMises.Test(entry.Sample("a"), entry.Sample("b"), PValueMethod.Asymptotic);
            Statistic(expected[0], ours, entry.Id());
            // scipy's p is 1 less a series: noise below 1e-8.
            Close.Absolute(expected[1], ours.PValue, 1e-8, entry.Id());
            checks++;
        }

        Assert.Equal(163, checks);
    }

    [Fact]
    public void Cramer_von_Mises_exact_agrees_in_all_cases()
    {
        int checks = 0;
        foreach (JsonElement entry in ScipyOracle.Numeric)
        {
            if (entry.Expected("cramervonmises_2samp.exact") is not [double statistic, double p])
            {
                continue;
            }

            double[] a = entry.Sample("a"), b = entry.Sample("b");
            TestResult ours = CramerVonMises.Test(a, b);
            Assert.Equal(PValueMethod.Exact, ours.Method);
            Statistic(statistic, ours, entry.Id());
            if (p == 0)
            {
                Assert.Equal("s11-76", entry.Id());
                Assert.True(double.IsFinite(ours.LogPValue) && ours.LogPValue < 0);
                Close.Relative(2 / 4368.0, CramerVonMises.Test(a, b, ties: TieRule.Conditional).PValue, 1e-12);
            }
            else
            {
                Close.Probability(p, ours.PValue, entry.Id());
            }

            checks++;
        }

        Assert.Equal(29, checks);
    }

    [Fact]
    public void Energy_distance_agrees_in_all_cases()
    {
        int checks = 0;
        foreach (JsonElement entry in ScipyOracle.Numeric.Concat(ScipyOracle.Large))
        {
            TwoSampleComparison all = TwoSample.Compare(entry.Sample("a"), entry.Sample("b"));
            Close.Relative(entry.Expected("energy_distance")![0], all.Energy, 1e-12, entry.Id());
            Close.Relative(entry.Expected("wasserstein_distance")![0], all.Wasserstein, 1e-12, entry.Id());
            checks++;
        }

        Assert.Equal(163, checks);
    }

    [Fact]
    public void Every_figure_of_the_file_has_a_test()
    {
        string[] held =
        [
            "ks_2samp", "mannwhitneyu", "cramervonmises_2samp", "anderson_ksamp", "wasserstein_distance", "energy_distance", "ttest_ind", "levene",
            "brunnermunzel", "chi2_contingency", "g_test", "fisher_exact", "jensenshannon", "hellinger", "total_variation", "l_infinity",
        ];
        JsonElement[] entries = [.. ScipyOracle.Numeric, .. ScipyOracle.Categorical, .. ScipyOracle.Large];
        string[] keys = [.. entries.SelectMany(e => e.GetProperty("expected").EnumerateObject()).Select(p => p.Name)];
        Assert.Equal(held.Order(), keys.Select(k => k.Split('.')[0]).Distinct().Order());
        Assert.Equal(3937, keys.Length);
    }

    private static void Statistic(double expected, TestResult ours, string id) =>
        // scipy subtracts numbers as large as nm/N from each other.
        Close.Absolute(expected, ours.Statistic, 1e-12 * Math.Max(expected, (double)ours.FirstSize * ours.SecondSize / (ours.FirstSize + ours.SecondSize)), id);
}
