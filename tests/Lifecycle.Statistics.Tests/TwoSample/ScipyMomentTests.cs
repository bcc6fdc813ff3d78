using System.Text.Json;

namespace Lifecycle.Statistics.Tests;

public static class ScipyMomentTests
{
    [Fact]
    public static void Welch_agrees_in_all_cases()
    {
        foreach (JsonElement entry in ScipyOracle.Numeric)
        {
            // scipy itself loses digits when both samples are 1e12 ± 1e3.
            double tolerance = entry.AreHuge() == 2 ? 1e-5 : 1e-12, loose = Math.Max(tolerance, 1e-6);
            Check(entry, "ttest_ind.welch", StudentT.Welch(entry.Sample("a"), entry.Sample("b")), tolerance, loose);
        }
    }

    [Fact]
    public static void Levene_agrees_in_all_cases()
    {
        foreach (JsonElement entry in ScipyOracle.Numeric)
        {
            bool huge = entry.AreHuge() > 0;
            TestResult ours = Levene.Test(entry.Sample("a"), entry.Sample("b"));
            Check(entry, "levene.median", ours, huge ? 1e-6 : 1e-12, huge ? 1e-5 : 1e-6);
            Assert.Equal(ours.Statistic, Levene.Test(new SortedSample(entry.Sample("a")), new SortedSample(entry.Sample("b"))).Statistic, 1e-10 * ours.Statistic);
        }
    }

    [Fact]
    public static void Brunner_Munzel_agrees_in_all_cases()
    {
        int separated = 0;
        foreach (JsonElement entry in ScipyOracle.Numeric)
        {
            double[] a = entry.Sample("a"), b = entry.Sample("b");
            TestResult ours = BrunnerMunzel.Test(a, b);
            JsonElement figures = entry.GetProperty("expected").GetProperty("brunnermunzel");
            if (figures[0].ValueKind == JsonValueKind.Null || figures[1].ValueKind == JsonValueKind.Null)
            {
                Assert.True(a.Max() < b.Min() || b.Max() < a.Min(), entry.Id());
                Assert.Equal(PValueMethod.CompleteSeparation, ours.Method);
                Assert.Equal(a.Max() < b.Min() ? double.PositiveInfinity : double.NegativeInfinity, ours.Statistic);
                Close.Relative(Math.Log(2) - SpecialFunctions.LogBinomial(a.Length + b.Length, a.Length), ours.LogPValue, 1e-12);
                separated++;
                continue;
            }

            Close.Relative(figures[0].GetDouble(), ours.Statistic, 1e-12, entry.Id());
            // scipy's p is 1 less a distribution function.
            Close.Absolute(figures[1].GetDouble(), ours.PValue, 2e-14, entry.Id());
        }

        Assert.Equal(30, separated);
    }

    private static int AreHuge(this JsonElement entry) => entry.GetProperty("kinds").EnumerateArray().Count(k => k.GetString() == "huge");

    private static void Check(JsonElement entry, string key, TestResult actual, double statistic, double loose)
    {
        double[] expected = entry.Expected(key)!;
        Close.Relative(expected[0], actual.Statistic, statistic, $"{entry.Id()} {key}");
        if (expected[1] == 0)
        {
            Assert.True(double.IsFinite(actual.LogPValue) && actual.LogPValue < -1, $"{entry.Id()} {key}");
            return;
        }

        Close.Absolute(expected[1], actual.PValue, loose > 1e-6 ? loose * expected[1] : 1e-9, $"{entry.Id()} {key}");
        Close.Relative(expected[1], actual.PValue, loose, $"{entry.Id()} {key}");
    }
}
