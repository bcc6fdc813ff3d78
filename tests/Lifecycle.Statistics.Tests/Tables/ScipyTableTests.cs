using System.Text.Json;

namespace Lifecycle.Statistics.Tests;

public class ScipyTableTests
{
    [Fact]
    public void Chi_squared_and_G_agree_in_all_cases()
    {
        foreach (JsonElement entry in ScipyOracle.Categorical)
        {
            long[] x = entry.Counts("x"), y = entry.Counts("y");
            Check(entry, "chi2_contingency.correction=True", ChiSquare.Test(x, y));
            Check(entry, "chi2_contingency.correction=False", ChiSquare.Test(x, y, correction: false));
            Check(entry, "g_test", GTest.Test(x, y));
        }
    }

    [Fact]
    public void Fisher_agrees_in_all_cases()
    {
        int checks = 0;
        foreach (JsonElement entry in ScipyOracle.Categorical)
        {
            if (entry.Expected("fisher_exact") is [double odds, double p])
            {
                long[] x = entry.Counts("x"), y = entry.Counts("y");
                TestResult test = FisherExact.Test([x, y]);
                Close.Relative(odds, test.Statistic, 1e-12, entry.Id());
                Close.Probability(p, test.PValue, entry.Id());
                checks++;
            }
        }

        Assert.InRange(checks, 53 - 5, 60);
    }

    [Fact]
    public void Distances_of_shares_agree_in_all_cases()
    {
        foreach (JsonElement entry in ScipyOracle.Categorical)
        {
            long[] x = entry.Counts("x"), y = entry.Counts("y");
            Same(entry, "jensenshannon.base2", JensenShannon.Distance(x, y, 2));
            Same(entry, "jensenshannon.nats", JensenShannon.Distance(x, y));
            // scipy subtracts the sum of √(pq) from 1; ours does not cancel.
            Close.Absolute(Math.Pow(entry.Expected("hellinger")![0], 2), Math.Pow(Hellinger.Raw(x, y), 2), 2e-15, entry.Id());
            Same(entry, "total_variation", TotalVariation.Distance(x, y));
            Close.Absolute(entry.Expected("l_infinity")![0], LInfinity.Distance(x, y), 4e-15, entry.Id());
        }
    }

    private static void Same(JsonElement entry, string key, double actual) =>
        // The squares: scipy's divergence cancels where the shares nearly agree, ours does not.
        Close.Absolute(Math.Pow(entry.Expected(key)![0], 2), actual * actual, 4e-15, $"{entry.Id()} {key}");

    private static void Check(JsonElement entry, string key, TableTest actual)
    {
        double[] expected = entry.Expected(key)!;
        // scipy's G adds terms of both signs as large as the counts.
        double tolerance = key == "g_test" ? 2e-11 : 1e-12;
        Close.Absolute(expected[0], actual.Test.Statistic, tolerance * Math.Max(1, expected[0]), $"{entry.Id()} {key}");
        Assert.Equal(expected[2], actual.DegreesOfFreedom);
        if (expected[1] == 0)
        {
            Assert.True(double.IsFinite(actual.Test.LogPValue) && actual.Test.LogPValue < -700);
            return;
        }

        Close.Probability(expected[1], actual.Test.PValue, $"{entry.Id()} {key}");
    }
}
