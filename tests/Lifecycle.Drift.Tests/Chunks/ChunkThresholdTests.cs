using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>How often chunks that did not change alarm. Fixed seeds: the counts are the same on every machine.</summary>
public sealed class ChunkThresholdTests
{
    private const int Repetitions = 300;
    private const double Unlikely = 1e-4;

    /// <summary>Rates must lie within 25 % of nominal; bounds are what binomial counts at these rates reach in all but 1 of 10,000 cases.</summary>
    [Theory]
    [InlineData("normal", 10, 200)]
    [InlineData("normal", 20, 200)]
    [InlineData("normal", 10, 500)]
    [InlineData("lognormal", 10, 200)]
    [InlineData("lognormal", 20, 200)]
    [InlineData("lognormal", 20, 500)]
    public void Chunk_thresholds_keep_their_rate(string law, int chunks, int rows)
    {
        foreach (ChunkDistance distance in Enum.GetValues<ChunkDistance>())
        {
            int at05 = 0, at01 = 0;
            for (ulong i = 0; i < Repetitions; i++)
            {
                double p = Simulate(law, chunks, rows, distance, ChunkThreshold.Historical(), i);
                at05 += p <= 0.05 ? 1 : 0;
                at01 += p <= 0.01 ? 1 : 0;
            }

            Holds(at05, 0.05, $"{distance} {law} {chunks} x {rows}");
            Holds(at01, 0.01, $"{distance} {law} {chunks} x {rows}");
        }
    }

    private static double Simulate(string law, int chunks, int rows, ChunkDistance distance, ChunkThreshold threshold, ulong index)
    {
        double[] all = law == "normal" ? Samples.Normal((chunks + 1) * rows, 7001, index) : Samples.LogNormal((chunks + 1) * rows, 7001, index);
        ColumnBatch history = new([BatchColumn.Of<double>("x", all)]);
        ChunkedDrift drift = ChunkedDrift.OfHistory(history, Chunker.BySize(rows), chunks, threshold, distance);
        return drift["x"].Points[^1].PValue;
    }

    private static void Holds(int alarms, double nominal, string cell)
    {
        double tooMany = alarms == 0 ? 1 : BinomialDistribution.Survival(alarms - 1, Repetitions, 1.25 * nominal), tooFew = BinomialDistribution.Cdf(alarms, Repetitions, 0.75 * nominal);
        Assert.True(tooMany > Unlikely && tooFew > Unlikely, $"{cell}: {alarms} alarms in {Repetitions} at {nominal}");
    }
}
