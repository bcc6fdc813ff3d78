using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>How often chunks that did not change alarm. Fixed seeds: the counts are the same on every machine.</summary>
[Trait("Vectors", "any")]
public sealed class ChunkThresholdTests
{
    private const int Repetitions = 300;
    private const double Unlikely = 1e-4;

    /// <summary>Rates must lie within 25 % of nominal; bounds are what binomial counts at these rates reach in all but 1 of 10,000 cases.</summary>
    [Theory]
    [InlineData("normal", 10, 200)]
    [InlineData("normal", 20, 200)]
    [InlineData("normal", 10, 500)]
    [InlineData("normal", 20, 500)]
    [InlineData("lognormal", 10, 200)]
    [InlineData("lognormal", 20, 200)]
    [InlineData("lognormal", 10, 500)]
    [InlineData("lognormal", 20, 500)]
    public void Chunk_thresholds_keep_their_rate(string law, int chunks, int rows)
    {
        Dictionary<ChunkDistance, double[]> pValues = Enum.GetValues<ChunkDistance>().ToDictionary(d => d, _ => new double[Repetitions]);
        for (int i = 0; i < Repetitions; i++)
        {
            foreach ((ChunkDistance distance, double p) in Simulate(law, chunks, rows, (ulong)i))
            {
                pValues[distance][i] = p;
            }
        }

        foreach ((ChunkDistance distance, double[] found) in pValues)
        {
            Holds(found.Count(p => p <= 0.05), 0.05, $"{distance} {law} {chunks} x {rows}");
            Holds(found.Count(p => p <= 0.01), 0.01, $"{distance} {law} {chunks} x {rows}");
        }
    }

    /// <summary>What a chunk without a change gives in all distances; one set of counts for those that share bins.</summary>
    private static IEnumerable<(ChunkDistance Distance, double PValue)> Simulate(string law, int chunks, int rows, ulong index)
    {
        double[] all = law == "normal" ? Samples.Normal((chunks + 1) * rows, 7001, index) : Samples.LogNormal((chunks + 1) * rows, 7001, index);
        ChunkRows[] parts = [.. Enumerable.Range(0, chunks + 1).Select(c => new ChunkRows($"{c}", null, null, [.. Enumerable.Range(c * rows, rows)]))];
        ChunkRows[] past = parts[..chunks], now = parts[chunks..];
        NumericColumn column = GridBuilder.Build(new ColumnLayout("x", ColumnRole.Feature), all[..(chunks * rows)], null);
        ClassCounts[] then = CountedChunks.Count(column, all, past), last = CountedChunks.Count(column, all, now);
        ChunkThreshold threshold = ChunkThreshold.Historical();
        ChunkPhases phases = ChunkPhases.Of(threshold, past, now);
        foreach (ChunkDistance distance in Enum.GetValues<ChunkDistance>())
        {
            ChunkColumn compared = distance is ChunkDistance.KolmogorovSmirnov or ChunkDistance.Wasserstein
                ? new OrderedChunks(column, distance, all, past, all, now)
                : new CountedChunks(column, distance, then, last);
            ChunkJudge judge = new(compared, threshold, [.. Enumerable.Range(0, chunks).Select(compared.OfReference)], phases);
            yield return (distance, judge.Current("now", compared.OfCurrent(0), 0).PValue);
        }
    }

    private static void Holds(int alarms, double nominal, string cell)
    {
        double tooMany = alarms == 0 ? 1 : BinomialDistribution.Survival(alarms - 1, Repetitions, 1.25 * nominal), tooFew = BinomialDistribution.Cdf(alarms, Repetitions, 0.75 * nominal);
        Assert.True(tooMany > Unlikely && tooFew > Unlikely, $"{cell}: {alarms} alarms in {Repetitions} at {nominal}");
    }
}
