using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>Six statistics from one merge, and each alone, from unsorted values against scipy: 1M + 1M, N(0, 1) and N(.05, 1).</summary>
internal static class TwoSampleFigures
{
    private const int Values = 1_000_000, Rounds = 60, PeerRounds = 3;
    private const string Package = "python3-scipy";
    private static double _sink;

    public static IEnumerable<Figure> Measure()
    {
        (double[] oldDoubles, double[] newDoubles) = Samples();
        float[] old = [.. oldDoubles.Select(v => (float)v)], now = [.. newDoubles.Select(v => (float)v)];
        SortedSample sorted = new(old);
        double six = Best(Rounds, () => Six(TwoSample.Compare(old, now))), sixDoubles = Best(Rounds, () => Six(TwoSample.Compare(oldDoubles, newDoubles)));
        double together = Best(Rounds, () => Six(TwoSample.CompareInParallel(old, now)));
        using (Peer? peer = Peer.Start("drift_scipy.py", "six"))
        {
            double? theirs = Theirs(peer);
            six = Math.Min(six, Best(Rounds, () => Six(TwoSample.Compare(old, now))));
            sixDoubles = Math.Min(sixDoubles, Best(Rounds, () => Six(TwoSample.Compare(oldDoubles, newDoubles))));
            together = Math.Min(together, Best(Rounds, () => Six(TwoSample.CompareInParallel(old, now))));
            yield return new Figure("drift.six.1m.f32", six * 1e3, "ms", AtLeast: false, 20);
            yield return new Figure("drift.six.1m.f64", sixDoubles * 1e3, "ms", AtLeast: false, 55);
            yield return new Figure("drift.six.1m.f32.2cores", together * 1e3, "ms", AtLeast: false, 12);
            yield return Ratio("drift.six.1m.f32.vs_scipy", theirs, six, 200);
            yield return Ratio("drift.six.1m.f64.vs_scipy", theirs, sixDoubles, 75);
        }

        using (Peer? peer = Peer.Start("drift_scipy.py", "ks"))
        {
            double? theirs = Theirs(peer);
            yield return Ratio("drift.ks.1m.f32.vs_scipy", theirs, Best(Rounds, () => Keep(KolmogorovSmirnov.Test(old, now))), 40);
            yield return Ratio("drift.ks.1m.f64.vs_scipy", theirs, Best(Rounds, () => Keep(KolmogorovSmirnov.Test(oldDoubles, newDoubles))), 14);
            yield return Ratio("drift.ks.1m.f32.cached.vs_scipy", theirs, Best(Rounds, () => Keep(KolmogorovSmirnov.Test(sorted, now))), 70);
        }

        using (Peer? peer = Peer.Start("drift_scipy.py", "wasserstein"))
        {
            double ours = Best(Rounds, () => _sink += Wasserstein.Distance(oldDoubles, newDoubles));
            yield return Ratio("drift.wasserstein.1m.f64.vs_scipy", Theirs(peer), ours, 12);
        }

        using (Peer? peer = Peer.Start("drift_scipy.py", "mannwhitney"))
        {
            double ours = Best(Rounds, () => Keep(MannWhitney.Test(oldDoubles, newDoubles)));
            yield return Ratio("drift.mannwhitney.1m.f64.vs_scipy", Theirs(peer), ours, 36);
        }

        yield return new Figure("drift.kstwo.500k", Kolmogorov() * 1e6, "us", AtLeast: false, 60);
    }

    private static void Six(TwoSampleComparison all)
    {
        using (all)
        {
            _sink += all.KolmogorovSmirnov.PValue + all.CramerVonMises.PValue + all.AndersonDarling.PValue + all.MannWhitney.PValue;
            _sink += all.Wasserstein + all.Energy;
        }
    }

    /// <summary>Worst of three distances, each the best of many.</summary>
    private static double Kolmogorov()
    {
        const long size = 500_000;
        return ((double[])[1.5, 2, 3]).Max(z => Best(400, () => _sink += KolmogorovDistribution.Survival(size, z / Math.Sqrt(size))));
    }

    private static void Keep(TestResult test) => _sink += test.PValue;

    private static double? Theirs(Peer? peer)
    {
        double best = double.MaxValue;
        for (int round = 0; peer is not null && round < PeerRounds; round++)
        {
            best = Math.Min(best, peer.Seconds());
        }

        return peer is null ? null : best;
    }

    private static Figure Ratio(string name, double? theirs, double ours, double goal) =>
        new(name, theirs / ours, "x", AtLeast: true, goal, theirs is null ? Package : null);

    private static double Best(int rounds, Action action)
    {
        double best = double.MaxValue;
        for (int round = 0; round < rounds; round++)
        {
            best = Math.Min(best, RatioRunner.Time(action));
        }

        return best;
    }

    private static (double[] Old, double[] Now) Samples()
    {
        RandomStream random = new(1);
        double[] old = new double[Values], now = new double[Values];
        for (int i = 0; i < Values; i++)
        {
            old[i] = random.NextGaussian();
            now[i] = random.NextGaussian() + 0.05;
        }

        return (old, now);
    }
}
