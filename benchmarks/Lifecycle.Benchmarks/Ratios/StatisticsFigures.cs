using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios;

/// <summary>PSI and Kolmogorov-Smirnov on a million floats against numpy and scipy.</summary>
internal static class StatisticsFigures
{
    private const int Values = 1_000_000;
    private const string Package = "python3-scipy";

    /// <summary>Against doubles, numpy's own type, and against float32.</summary>
    public static IEnumerable<Figure> PopulationStability(int rounds)
    {
        yield return PopulationStability("psi", "foundation.psi.1m.f32.vs_numpy", rounds);
        yield return PopulationStability("psi32", "foundation.psi.1m.f32.vs_numpy_f32", rounds);
    }

    private static Figure PopulationStability(string peer, string name, int rounds)
    {
        (float[] reference, float[] current) = Samples();
        BinEdges edges = BinEdges.FromQuantiles(new SortedSample(reference), BinEdges.CoarseResolution);
        BinCounts expected = BinCounts.Of(edges, reference);
        double sink = 0;
        return Against(peer, name, 50, rounds, () =>
            sink += PopulationStabilityIndex.Compare(expected.Counts, BinCounts.Of(edges, current).Counts).Value);
    }

    public static Figure KolmogorovSmirnov(int rounds)
    {
        (float[] reference, float[] current) = Samples();
        double sink = 0;
        return Against("ks", "foundation.ks.1m.f32.vs_scipy", 20, rounds, () =>
            sink += Lifecycle.Statistics.KolmogorovSmirnov.Test(reference, current).PValue);
    }

    private static Figure Against(string work, string name, double goal, int rounds, Action ours)
    {
        using Peer? peer = Peer.Start("statistics.py", work);
        if (peer is null)
        {
            return new Figure(name, null, "x", AtLeast: true, goal, Package);
        }

        for (int i = 0; i < 30; i++)
        {
            ours();
        }

        (double best, double theirs) = RatioRunner.Interleaved(rounds, () => RatioRunner.Time(ours), peer.Seconds);
        return new Figure(name, theirs / best, "x", AtLeast: true, goal);
    }

    private static (float[] Reference, float[] Current) Samples()
    {
        RandomStream random = new(1, 0);
        float[] reference = new float[Values];
        float[] current = new float[Values];
        for (int i = 0; i < Values; i++)
        {
            reference[i] = (float)random.NextGaussian();
            current[i] = (float)(random.NextGaussian() + 0.05);
        }

        return (reference, current);
    }
}
