using System.Text.Json;

namespace Lifecycle.Statistics.Tests;

public class ScipyNumericTests
{
    private static readonly (string Name, Alternative Side)[] Sides =
        [("two-sided", Alternative.TwoSided), ("less", Alternative.Less), ("greater", Alternative.Greater)];

    [Fact]
    public void Kolmogorov_Smirnov_agrees_in_all_cases()
    {
        int checks = 0;
        foreach (JsonElement entry in ScipyOracle.Numeric.Concat(ScipyOracle.Large))
        {
            double[] a = entry.Sample("a"), b = entry.Sample("b");
            foreach ((string name, Alternative side) in Sides)
            {
                foreach ((string law, PValueMethod method) in new[] { ("exact", PValueMethod.Exact), ("asymp", PValueMethod.Asymptotic) })
                {
                    checks += Check(entry, $"ks_2samp.{name}.{law}", KolmogorovSmirnov.Test(a, b, side, method));
                }
            }
        }

        Assert.True(checks >= 6 * 160 + 3, $"{checks} cases");
    }

    [Fact]
    public void Mann_Whitney_agrees_in_all_cases()
    {
        int checks = 0;
        foreach (JsonElement entry in ScipyOracle.Numeric.Concat(ScipyOracle.Large))
        {
            double[] a = entry.Sample("a"), b = entry.Sample("b");
            foreach ((string name, Alternative side) in Sides)
            {
                checks += Check(entry, $"mannwhitneyu.{name}.asymptotic", MannWhitney.Test(a, b, side, PValueMethod.Asymptotic));
            }
        }

        Assert.True(checks >= 3 * 160 + 3, $"{checks} cases");
    }

    [Fact]
    public void Anderson_Darling_agrees_in_all_cases()
    {
        foreach (JsonElement entry in ScipyOracle.Numeric)
        {
            double[] expected = entry.Expected("anderson_ksamp.midrank")!;
            TestResult test = AndersonDarling.Test(entry.Sample("a"), entry.Sample("b"), PValueMethod.ScholzStephensTable);
            double normalized = AndersonDarling.Normalize(test.Statistic, test.FirstSize, test.SecondSize);
            Close.Absolute(expected[0], normalized, 1e-11 * Math.Max(1, Math.Abs(expected[0])), entry.Id());
            Close.Probability(expected[1], test.PValue, entry.Id());
        }
    }

    [Fact]
    public void Wasserstein_agrees_in_all_cases()
    {
        foreach (JsonElement entry in ScipyOracle.Numeric.Concat(ScipyOracle.Large))
        {
            double expected = entry.Expected("wasserstein_distance")![0];
            Close.Relative(expected, Wasserstein.Distance(entry.Sample("a"), entry.Sample("b")), 1e-12, entry.Id());
        }
    }

    private static int Check(JsonElement entry, string key, TestResult actual)
    {
        if (entry.Expected(key) is not [double statistic, double p])
        {
            return 0;
        }

        Close.Absolute(statistic, actual.Statistic, 1e-12 * Math.Max(1, Math.Abs(statistic)), $"{entry.Id()} {key}");
        if (p == 0)
        {
            Assert.True(double.IsFinite(actual.LogPValue) && actual.LogPValue < -1, $"{entry.Id()} {key}");
            return 1;
        }

        Close.Probability(p, actual.PValue, $"{entry.Id()} {key}");
        Close.Absolute(Math.Log(p), actual.LogPValue, 2e-6, $"{entry.Id()} {key}");
        return 1;
    }
}
