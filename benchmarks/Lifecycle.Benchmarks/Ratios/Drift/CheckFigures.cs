using System.Text;
using Lifecycle.Drift;
using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>The verdict and the report, against the calls that Evidently makes.</summary>
internal static class CheckFigures
{
    private const int Values = 1_000_000;
    private const int Columns = 1000;
    private const string Package = "python3-scipy python3-pandas";

    public static IEnumerable<Figure> Measure()
    {
        (float[] reference, float[] current) = Samples();
        NumericColumn stored = (NumericColumn)ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<float>("x", reference)]))["x"];
        double sink = 0;
        using (Peer? peer = Peer.Start("drift_evidently_calls.py"))
        {
            yield return Against(peer, "drift.verdict.1m.vs_evidently_calls", 300, 40, () => sink += DriftCheck.Compare(stored, current).LogPValue);
            yield return Against(peer, "drift.verdict.raw.1m.vs_evidently_calls", 60, 12, () => sink += DriftCheck.Compare(reference, current).LogPValue);
        }

        ReferenceProfile then = ReferenceProfile.From(Wide(0)), now = ReferenceProfile.Like(then).From(Wide(1));
        DriftReport report = then.Check(now);
        yield return new Figure("drift.check.1000columns", 1000 * Best(30, () => sink += then.Check(now).Alpha), "ms", AtLeast: false, 25);
        yield return new Figure("drift.report.1000.bytes", Encoding.UTF8.GetByteCount(report.ToHtml()), "B", AtLeast: false, 1_000_000);
        yield return new Figure("drift.report.1000.time", 1000 * Best(20, () => sink += report.ToHtml().Length), "ms", AtLeast: false, 150);
        GC.KeepAlive(sink);
    }

    private static Figure Against(Peer? peer, string name, double goal, int rounds, Action ours)
    {
        if (peer is null)
        {
            return new Figure(name, null, "x", AtLeast: true, goal, Package);
        }

        double best = Best(rounds, ours), theirs = double.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            theirs = Math.Min(theirs, peer.Seconds());
            best = Math.Min(best, Best(rounds / 4, ours));
        }

        return new Figure(name, theirs / best, "x", AtLeast: true, goal);
    }

    private static double Best(int rounds, Action action)
    {
        double best = double.MaxValue;
        for (int i = 0; i < rounds; i++)
        {
            best = Math.Min(best, RatioRunner.Time(action));
        }

        return best;
    }

    /// <summary>A thousand columns of 5,000 rows: most as before, some moved, one in ten a column of labels.</summary>
    private static ColumnBatch Wide(int which) => new(Enumerable.Range(0, Columns).Select<int, BatchColumn>(c =>
    {
        RandomStream random = new(7 + (ulong)which, (ulong)c);
        double shift = which == 1 && c % 20 == 0 ? c / 1000.0 : 0;
        if (c % 10 == 1)
        {
            string[] labels = new string[5000];
            for (int i = 0; i < labels.Length; i++)
            {
                labels[i] = $"label {random.NextBelow(12)}";
            }

            return BatchColumn.Of<string>($"column number {c}", labels);
        }

        double[] values = new double[5000];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextGaussian() + shift;
        }

        return BatchColumn.Of<double>($"column number {c}", values);
    }));

    private static (float[] Reference, float[] Current) Samples()
    {
        RandomStream random = new(1, 0);
        float[] reference = new float[Values], current = new float[Values];
        for (int i = 0; i < Values; i++)
        {
            reference[i] = (float)random.NextGaussian();
            current[i] = (float)(random.NextGaussian() + 0.05);
        }

        return (reference, current);
    }
}
