namespace Lifecycle.Drift.Tests;

/// <summary>
/// How often columns that did not change are called drifted by the two tools' thresholds, by the same thresholds on corrected scores, and by p ≤ .05
/// of this package. Fixed seeds; the figures stand in the guides for those who move over.
/// </summary>
public sealed class PresetFalseAlarmTests
{
    private const int Repetitions = 300;

    private static readonly EvidentlyPreset Fixed = DriftPolicy.Evidently with { Defects = Defects.Fixed };

    [Theory]
    [InlineData("normal", 0.65, 0.82)]
    [InlineData("lognormal", 0.62, 0.80)]
    [InlineData("t3", 0.87, 0.98)]
    public void Evidentlys_default_distance_calls_most_small_samples_drifted(string law, double least, double most)
    {
        int asIs = 0, corrected = 0, ours = 0;
        for (ulong i = 0; i < Repetitions; i++)
        {
            double[] then = Draw(law, 1001, 921, i), now = Draw(law, 100, 922, i);
            asIs += DriftCheck.Compare(then, now, DriftPolicy.Evidently).Verdict == DriftVerdict.Drift ? 1 : 0;
            corrected += DriftCheck.Compare(then, now, Fixed).Verdict == DriftVerdict.Drift ? 1 : 0;
            ours += DriftCheck.Compare(then, now).LogPValue <= Math.Log(0.05) ? 1 : 0;
        }

        Assert.InRange(asIs / (double)Repetitions, least, most);
        Assert.InRange(corrected / (double)Repetitions, 0, 0.33);
        Assert.InRange(ours / (double)Repetitions, 0.02, 0.10);
    }

    [Theory]
    [InlineData(3, 1000, 1000, 0.14, 0.32)]
    [InlineData(10, 1000, 1000, 0.40, 0.65)]
    [InlineData(50, 1000, 1000, 0.93, 1)]
    [InlineData(10, 500, 5000, 0.97, 1)]
    public void Evidentlys_one_sample_chi_square_takes_the_references_noise_for_drift(int labels, int n, int m, double least, double most)
    {
        EvidentlyPreset asIs = DriftPolicy.Evidently.CategoryMethod(EvidentlyTest.ChiSquare), corrected = Fixed.CategoryMethod(EvidentlyTest.ChiSquare);
        int first = 0, second = 0, ours = 0;
        for (ulong i = 0; i < Repetitions; i++)
        {
            ColumnBatch Rows(int count, ulong seed) => new(
                [BatchColumn.Of<string>("c", Samples.Whole(count, labels, seed, i).Select(v => $"label {v}").ToArray())]);
            ReferenceProfile reference = ReferenceProfile.From(Rows(n, 923));
            ColumnBatch now = Rows(m, 924);
            first += reference.Check(now, asIs)["c"].Verdict == DriftVerdict.Drift ? 1 : 0;
            second += reference.Check(now, corrected)["c"].Verdict == DriftVerdict.Drift ? 1 : 0;
            ours += reference.Check(now)["c"].LogPValue <= Math.Log(0.05) ? 1 : 0;
        }

        Assert.InRange(first / (double)Repetitions, least, most);
        Assert.InRange(second / (double)Repetitions, 0.015, 0.10);
        Assert.InRange(ours / (double)Repetitions, 0.015, 0.10);
    }

    [Fact]
    public void Evidentlys_default_distance_does_not_see_a_twentieth_of_a_standard_deviation()
    {
        int asIs = 0, ours = 0;
        const int repetitions = 60;
        for (ulong i = 0; i < repetitions; i++)
        {
            double[] then = Samples.Normal(5000, 925, i), now = Samples.Normal(5000, 926, i, shift: 0.05);
            asIs += DriftCheck.Compare(then, now, DriftPolicy.Evidently).Verdict == DriftVerdict.Drift ? 1 : 0;
            ours += DriftCheck.Compare(then, now).LogPValue <= Math.Log(0.05) ? 1 : 0;
        }

        Assert.Equal(0, asIs);
        Assert.InRange(ours / (double)repetitions, 0.4, 1);
    }

    [Theory]
    [InlineData(NannyMLMethod.JensenShannon, 1000)]
    [InlineData(NannyMLMethod.JensenShannon, 5000)]
    [InlineData(NannyMLMethod.Wasserstein, 1000)]
    [InlineData(NannyMLMethod.KolmogorovSmirnov, 1000)]
    public void NannyMLs_limits_alarm_thirty_times_too_often(NannyMLMethod method, int rows)
    {
        const int repetitions = 60;
        double Rate(Defects defects)
        {
            int alarms = 0, chunks = 0;
            NannyMLPreset preset = DriftPolicy.NannyML.Continuous(method) with { Defects = defects };
            for (ulong i = 0; i < repetitions; i++)
            {
                ColumnBatch Rows(ulong seed) => new([BatchColumn.Of<double>("x", Samples.Normal(rows, seed, i))]);
                ChunkPoint[] points = [.. ChunkedDrift.Of(Rows(927), Rows(928), preset)["x"].Points.Where(p => !p.IsReference)];
                alarms += points.Count(p => p.Verdict == DriftVerdict.Drift);
                chunks += points.Length;
            }

            return alarms / (double)chunks;
        }

        // Nominal is P(Z > 3) = .00135.
        Assert.InRange(Rate(Defects.AsIs), 0.025, 0.10);
        Assert.InRange(Rate(Defects.Fixed), 0, 0.01);
    }

    private static double[] Draw(string law, int count, ulong seed, ulong index) => law switch
    {
        "normal" => Samples.Normal(count, seed, index),
        "lognormal" => Samples.LogNormal(count, seed, index),
        _ => Samples.HeavyTailed(count, seed, index),
    };
}
