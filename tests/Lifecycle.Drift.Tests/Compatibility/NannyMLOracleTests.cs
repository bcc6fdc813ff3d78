using System.Text.Json;

namespace Lifecycle.Drift.Tests;

/// <summary>NannyML's scores and limits on random data equal those of its formulas written with scipy and numpy.</summary>
public sealed class NannyMLOracleTests
{
    public static TheoryData<NannyMLMethod, bool> Methods => new()
    {
        { NannyMLMethod.JensenShannon, false }, { NannyMLMethod.Hellinger, false }, { NannyMLMethod.KolmogorovSmirnov, false },
        { NannyMLMethod.KolmogorovSmirnov, true }, { NannyMLMethod.Wasserstein, false }, { NannyMLMethod.Wasserstein, true },
        { NannyMLMethod.LInfinity, false }, { NannyMLMethod.ChiSquare, false },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public void Scores_and_limits_are_those_of_scipy(NannyMLMethod method, bool isEstimated)
    {
        NannyMLPreset preset = (DriftPolicy.NannyML with { EstimateFrom = isEstimated ? 1 : int.MaxValue }).ColumnMethod("x", method);
        string key = NannyMLPreset.NameOf(method) + (isEstimated ? ".estimated" : "");
        int compared = 0;
        foreach (JsonElement entry in PresetOracle.Cases)
        {
            if (!entry.TryGetProperty("nannyml", out JsonElement all) || !all.TryGetProperty(key, out JsonElement expected))
            {
                continue;
            }

            string id = entry.GetProperty("id").GetString()!;
            PresetScore? score = DriftCheck.Compare(PresetOracle.Rows(entry, 0), PresetOracle.Rows(entry, 1), preset)["x"].Preset;
            Assert.True(score is not null, id);
            double value = expected[0].GetDouble(), other = expected[1].GetDouble();
            Near(value, score.Score, $"{key} {id}");
            if (method == NannyMLMethod.ChiSquare)
            {
                Assert.Equal(other, score.PValue!.Value, 1e-11 * other);
                Assert.Null(score.Threshold);
                Assert.Equal(other < 0.05, score.IsDrift);
            }
            else
            {
                Near(other, score.Threshold!.Value, $"limit of {key} {id}");
                Assert.Equal(value > other, score.IsDrift);
            }

            compared++;
        }

        Assert.True(compared >= 20, $"{compared} cases compared");
    }

    [Theory]
    [InlineData(NannyMLMethod.KolmogorovSmirnov)]
    [InlineData(NannyMLMethod.Wasserstein)]
    [InlineData(NannyMLMethod.JensenShannon)]
    [InlineData(NannyMLMethod.Hellinger)]
    public void Large_references_are_estimated_on_ten_thousand_bins(NannyMLMethod method)
    {
        double[] then = PresetOracle.Lattice(20_000, 2654435783, 1, 0);
        bool isBinned = method is NannyMLMethod.JensenShannon or NannyMLMethod.Hellinger;
        foreach (JsonElement entry in PresetOracle.Large)
        {
            double[] now = PresetOracle.Lattice(20_000, 2246822541, 1.05, entry.GetProperty("offset").GetDouble());
            JsonElement expected = entry.GetProperty("nannyml").GetProperty(NannyMLPreset.NameOf(method) + (isBinned ? "" : ".estimated"));
            PresetScore score = DriftCheck.Compare(then, now, DriftPolicy.NannyML.Continuous(method)).Preset!;
            Near(expected[0].GetDouble(), score.Score, $"{method}");
            Near(expected[1].GetDouble(), score.Threshold!.Value, $"limit of {method}");
        }
    }

    private static void Near(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-12 * Math.Abs(expected) + 3e-15, $"{what}: {actual:R} and not {expected:R}");
}
