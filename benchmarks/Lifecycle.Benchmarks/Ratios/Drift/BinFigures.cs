using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>Values into bins, the distances on them, and wide tables, against numpy.</summary>
internal static class BinFigures
{
    private const int Million = 1_000_000;

    // Singles that stay in the second-level cache.
    private const int Near = 131_072;
    private const int Rounds = 400;
    private const string Package = "python3-pandas";

    public static IEnumerable<Figure> Measure()
    {
        yield return PerValue("drift.bin.10.f32", 10, 0.5);
        yield return PerValue("drift.bin.32.f32", 32, 1.3);
        yield return PerValue("drift.bin.320.f32", 320, 2.5);

        float[] reference = Normal(Million, 1, 0), current = Normal(Million, 2, 0.05);
        BinEdges edges = BinEdges.FromQuantiles(new SortedSample(reference), BinEdges.CoarseResolution);
        BinCounts expected = BinCounts.Of(edges, reference);
        long sink = 0;
        yield return Against("bin10", "drift.bin.10.f32.vs_numpy", 130, () => sink += BinCounts.Of(edges, current).Total);
        double index = 0;
        yield return Against("psi", "drift.psi.1m.vs_evidently_calls", 400, () =>
            index += PopulationStabilityIndex.Compare(expected.Counts, BinCounts.Of(edges, current).Counts).Value);

        (double alone, double together) = WideTable.Seconds();
        yield return new Figure("drift.wide.1000x1m.1core", alone, "s", AtLeast: false, 2);
        yield return new Figure("drift.wide.1000x1m.2cores", together, "s", AtLeast: false, 1);
    }

    internal static float[] Normal(int count, ulong seed, double mean)
    {
        RandomStream random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(random.NextGaussian() + mean);
        }

        return values;
    }

    private static Figure PerValue(string name, int bins, double goal)
    {
        BinEdges edges = BinEdges.FromQuantiles(new SortedSample(Normal(100_000, 3, 0)), bins);
        float[] values = Normal(Near, 4, 0);
        BinCounts counts = new(edges);
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            best = Math.Min(best, RatioRunner.Time(() => counts.Add(values)));
        }

        return new Figure(name, best * 1e9 / Near, "ns", AtLeast: false, goal);
    }

    private static Figure Against(string work, string name, double goal, Action ours)
    {
        using Peer? peer = Peer.Start("drift_numpy.py", work);
        if (peer is null)
        {
            return new Figure(name, null, "x", AtLeast: true, goal, Package);
        }

        for (int i = 0; i < 30; i++)
        {
            ours();
        }

        (double best, double theirs) = RatioRunner.Interleaved(8, () => Math.Min(RatioRunner.Time(ours), RatioRunner.Time(ours)), peer.Seconds);
        return new Figure(name, theirs / best, "x", AtLeast: true, goal);
    }
}
