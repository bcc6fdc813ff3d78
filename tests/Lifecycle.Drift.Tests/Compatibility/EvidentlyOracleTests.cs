using System.Text.Json;

namespace Lifecycle.Drift.Tests;

/// <summary>Evidently's scores on random data equal those of its formulas written with scipy.</summary>
public sealed class EvidentlyOracleTests
{
    public static TheoryData<EvidentlyTest> Tests => [.. Enum.GetValues<EvidentlyTest>().Where(t => t != EvidentlyTest.TotalVariation)];

    [Theory]
    [MemberData(nameof(Tests))]
    public void Scores_are_those_of_scipy(EvidentlyTest test)
    {
        EvidentlyTraits traits = EvidentlyTraits.Of(test);
        EvidentlyPreset preset = DriftPolicy.Evidently.NumericMethod(test).CategoryMethod(test);
        int compared = 0;
        foreach (JsonElement entry in PresetOracle.Cases)
        {
            ColumnFinding finding = DriftCheck.Compare(PresetOracle.Rows(entry, 0), PresetOracle.Rows(entry, 1), preset)["x"];
            if (!entry.GetProperty("evidently").TryGetProperty(traits.Name, out JsonElement expected) || IsNoise(test, entry))
            {
                continue;
            }

            Assert.True(finding.Preset is not null, $"{entry.GetProperty("id")}: {finding.Reason}");
            Near(expected.GetDouble(), finding.Preset!.Score, test, entry.GetProperty("id").GetString()!);
            Assert.Equal(traits.Name, finding.Preset.Test);
            Assert.Equal(traits.IsDrift(finding.Preset.Score, traits.Threshold), finding.Preset.IsDrift);
            Assert.Equal(finding.Preset.IsDrift ? DriftVerdict.Drift : DriftVerdict.Stable, finding.Verdict);
            compared++;
        }

        Assert.True(compared >= 14, $"{compared} cases compared");
    }

    [Fact]
    public void Total_variation_is_that_of_many_tables_within_their_error()
    {
        foreach (JsonElement entry in PresetOracle.Variations)
        {
            double p = entry.GetProperty("p").GetDouble();
            PresetScore score = DriftCheck.Compare(
                PresetOracle.Rows(entry, 0), PresetOracle.Rows(entry, 1), DriftPolicy.Evidently.CategoryMethod(EvidentlyTest.TotalVariation))["x"].Preset!;
            Assert.Equal("TVD", score.Test);
            Assert.Equal(p, score.Score, 5 * Math.Sqrt(p * (1 - p) / 9_999) + 2e-4);
        }
    }

    [Fact]
    public void The_default_test_follows_the_reference_and_the_distinct_values()
    {
        foreach (JsonElement entry in PresetOracle.Cases)
        {
            ColumnBatch then = PresetOracle.Rows(entry, 0), now = PresetOracle.Rows(entry, 1);
            string[] both = [.. Enumerable.Range(0, then.RowCount).Select(i => then["x"].Text(i)!).Concat(Enumerable.Range(0, now.RowCount).Select(i => now["x"].Text(i)!))];
            int values = both.Distinct().Count();
            bool isFew = entry.TryGetProperty("labels", out _) || values <= 5;
            string expected = then.RowCount > 1000 ? (isFew ? "jensenshannon" : "wasserstein") : !isFew ? "ks" : values > 2 ? "chisquare" : "z";
            Assert.Equal(expected, DriftCheck.Compare(then, now, DriftPolicy.Evidently)["x"].Preset!.Test);
        }
    }

    [Fact]
    public void Tests_of_numbers_do_not_take_labels()
    {
        JsonElement labels = PresetOracle.Cases.First(c => c.TryGetProperty("labels", out _));
        ColumnFinding finding = DriftCheck.Compare(
            PresetOracle.Rows(labels, 0), PresetOracle.Rows(labels, 1), DriftPolicy.Evidently.CategoryMethod(EvidentlyTest.Wasserstein))["x"];
        Assert.Equal(DriftVerdict.NotTested, finding.Verdict);
        Assert.Equal("Evidently's wasserstein is for numbers and the column holds labels", finding.Reason);
    }

    /// <summary>With four values or fewer the covariance has a rank below 4, and scipy counts its rounding as the fourth.</summary>
    private static bool IsNoise(EvidentlyTest test, JsonElement entry) =>
        test == EvidentlyTest.EppsSingleton && entry.GetProperty("kind").GetString() is ("few" or "two");

    private static void Near(double expected, double actual, EvidentlyTest test, string id)
    {
        double allowed = test switch
        {
            // scipy's law in the far tail is noise below 1e-8.
            EvidentlyTest.CramerVonMises => 1e-8,
            // The root of a difference of ones.
            EvidentlyTest.Hellinger => Math.Max(1e-12 * expected, 1e-15 / Math.Max(expected, 1e-8)),
            EvidentlyTest.TwoProportions => Math.Max(1e-12 * expected, 3e-16),
            EvidentlyTest.KolmogorovSmirnov or EvidentlyTest.MannWhitney or EvidentlyTest.StudentT or EvidentlyTest.EppsSingleton or EvidentlyTest.AndersonDarling => 1e-9 * expected,
            EvidentlyTest.ChiSquare or EvidentlyTest.GTest or EvidentlyTest.FisherExact => 1e-11 * expected,
            _ => 1e-12 * Math.Abs(expected) + 1e-16,
        };
        Assert.True(Math.Abs(expected - actual) <= allowed, $"{test} {id}: {actual:R} and not {expected:R}");
    }
}
