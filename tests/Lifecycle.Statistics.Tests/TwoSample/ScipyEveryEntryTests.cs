using System.Text.Json;

namespace Lifecycle.Statistics.Tests;

/// <summary>
/// Goes through the file itself, entry by entry: a key that no comparison knows, or an entry that is passed over, fails. The tests beside it
/// say more about each case.
/// </summary>
public class ScipyEveryEntryTests
{
    private const double Noise = 1e-12;

    [Fact]
    public void All_3937_entries_are_compared()
    {
        int compared = 0;
        foreach (JsonElement entry in ScipyOracle.Numeric.Concat(ScipyOracle.Large))
        {
            double[] a = entry.Sample("a"), b = entry.Sample("b");
            foreach (JsonProperty expected in entry.GetProperty("expected").EnumerateObject())
            {
                Numbers(entry, expected.Name, Figures(expected.Value), a, b);
                compared++;
            }
        }

        foreach (JsonElement entry in ScipyOracle.Categorical)
        {
            long[] x = entry.Counts("x"), y = entry.Counts("y");
            foreach (JsonProperty expected in entry.GetProperty("expected").EnumerateObject())
            {
                Labels($"{entry.Id()} {expected.Name}", expected.Name, Figures(expected.Value), x, y);
                compared++;
            }
        }

        Assert.Equal(3937, compared);
    }

    private static void Numbers(JsonElement entry, string key, double[] expected, double[] a, double[] b)
    {
        string[] parts = key.Split('.');
        string about = $"{entry.Id()} {key}";
        int huge = entry.TryGetProperty("kinds", out JsonElement kinds) ? kinds.EnumerateArray().Count(k => k.GetString() == "huge") : 0;
        switch (parts[0])
        {
            case "ks_2samp":
                Test(expected, KolmogorovSmirnov.Test(a, b, Side(parts[1]), parts[2] == "exact" ? PValueMethod.Exact : PValueMethod.Asymptotic), about, Noise, 1e-6);
                break;
            case "mannwhitneyu":
                Test(expected, MannWhitney.Test(a, b, Side(parts[1]), PValueMethod.Asymptotic), about, Noise, 1e-6);
                break;
            case "cramervonmises_2samp":
                Ranks(expected, CramerVonMises.Test(a, b, parts[1] == "exact" ? PValueMethod.Exact : PValueMethod.Asymptotic), about);
                break;
            case "anderson_ksamp":
                TestResult table = AndersonDarling.Test(a, b, PValueMethod.ScholzStephensTable);
                Close.Absolute(expected[0], AndersonDarling.Normalize(table.Statistic, a.Length, b.Length), 1e-11 * Math.Max(1, Math.Abs(expected[0])), about);
                Close.Probability(expected[1], table.PValue, about);
                break;
            case "wasserstein_distance":
                Close.Relative(expected[0], Wasserstein.Distance(a, b), Noise, about);
                break;
            case "energy_distance":
                Close.Relative(expected[0], EnergyDistance.Distance(a, b), Noise, about);
                break;
            case "ttest_ind":
                Test(expected, StudentT.Welch(a, b), about, huge == 2 ? 1e-5 : Noise, huge == 2 ? 1e-5 : 1e-6);
                break;
            case "levene":
                Test(expected, Levene.Test(a, b), about, huge > 0 ? 1e-6 : Noise, huge > 0 ? 1e-5 : 1e-6);
                break;
            case "brunnermunzel":
                TestResult ours = BrunnerMunzel.Test(a, b);
                if (expected.Any(double.IsNaN))
                {
                    Assert.Equal(PValueMethod.CompleteSeparation, ours.Method);
                    break;
                }

                Close.Relative(expected[0], ours.Statistic, Noise, about);
                Close.Absolute(expected[1], ours.PValue, 2e-14, about);
                break;
            default:
                Assert.Fail($"No test holds '{about}'.");
                break;
        }
    }

    private static void Labels(string about, string key, double[] expected, long[] x, long[] y)
    {
        switch (key)
        {
            case "chi2_contingency.correction=True":
                Table(expected, ChiSquare.Test(x, y), about, Noise);
                break;
            case "chi2_contingency.correction=False":
                Table(expected, ChiSquare.Test(x, y, correction: false), about, Noise);
                break;
            case "g_test":
                Table(expected, GTest.Test(x, y), about, 2e-11);
                break;
            case "fisher_exact":
                Test(expected, FisherExact.Test([x, y]), about, Noise, 1e-6);
                break;
            case "jensenshannon.base2":
                Square(expected[0], JensenShannon.Distance(x, y, 2), about);
                break;
            case "jensenshannon.nats":
                Square(expected[0], JensenShannon.Distance(x, y), about);
                break;
            case "hellinger":
                Square(expected[0], Hellinger.Raw(x, y), about);
                break;
            case "total_variation":
                Square(expected[0], TotalVariation.Distance(x, y), about);
                break;
            case "l_infinity":
                Close.Absolute(expected[0], LInfinity.Distance(x, y), 4e-15, about);
                break;
            default:
                Assert.Fail($"No test holds '{about}'.");
                break;
        }
    }

    private static void Table(double[] expected, TableTest actual, string about, double tolerance)
    {
        Assert.Equal(expected[2], actual.DegreesOfFreedom);
        Close.Absolute(expected[0], actual.Test.Statistic, tolerance * Math.Max(1, expected[0]), about);
        Tail(expected[1], actual.Test, about, 1e-6);
    }

    private static void Test(double[] expected, TestResult actual, string about, double statistic, double p)
    {
        Close.Absolute(expected[0], actual.Statistic, statistic * Math.Max(statistic > Noise ? 0 : 1, Math.Abs(expected[0])), about);
        Tail(expected[1], actual, about, p);
    }

    private static void Tail(double expected, TestResult actual, string about, double relative)
    {
        if (expected == 0)
        {
            Assert.True(double.IsFinite(actual.LogPValue) && actual.LogPValue < -1, about);
            return;
        }

        Close.Relative(expected, actual.PValue, relative, about);
        Close.Absolute(expected, actual.PValue, Math.Max(1e-9, relative > 1e-6 ? relative : 0), about);
    }

    /// <summary>scipy's p is 1 less a series, noise below 1e-8; its statistic a difference of numbers as large as nm/N.</summary>
    private static void Ranks(double[] expected, TestResult actual, string about)
    {
        double scale = (double)actual.FirstSize * actual.SecondSize / (actual.FirstSize + actual.SecondSize);
        Close.Absolute(expected[0], actual.Statistic, Noise * Math.Max(expected[0], scale), about);
        if (expected[1] == 0)
        {
            Assert.True(double.IsFinite(actual.LogPValue) && actual.LogPValue < 0, about);
            return;
        }

        Close.Absolute(expected[1], actual.PValue, 1e-8, about);
    }

    /// <summary>The squares: scipy's divergence cancels where the shares nearly agree.</summary>
    private static void Square(double expected, double actual, string about) => Close.Absolute(expected * expected, actual * actual, 4e-15, about);

    private static Alternative Side(string name) => name switch { "less" => Alternative.Less, "greater" => Alternative.Greater, _ => Alternative.TwoSided };

    private static double[] Figures(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Null ? double.NaN : v.GetDouble())]
        : [value.GetDouble()];
}
