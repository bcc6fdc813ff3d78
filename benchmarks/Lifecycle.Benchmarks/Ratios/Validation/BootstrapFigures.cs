using Lifecycle.Statistics;
using Lifecycle.Validation;

namespace Lifecycle.Benchmarks.Ratios.Validation;

/// <summary>
/// The exact bootstrap of group figures, the bootstrap of the area under the ROC curve, and DeLong's test, against numpy, pandas, scipy
/// and scikit-learn.
/// </summary>
internal static class BootstrapFigures
{
    private const int Rows = 48_842;
    private const string Packages = "python3-sklearn python3-pandas";
    private static readonly double[] Shares = [.30, .20, .15, .10, .08, .06, .04, .03, .02, .02];
    private static readonly Metric[] Metrics = [Metric.Accuracy, Metric.SelectionRate, Metric.TruePositiveRate, Metric.FalsePositiveRate];
    private static readonly BootstrapOptions Thousand = new() { Replicates = 1_000, WithSpread = true };

    public static IEnumerable<Figure> Measure()
    {
        EvaluationSet population = Population();
        double sink = 0;
        double ours = Best(300, () => sink += Run(GroupMetrics.Compute(population, "group")));
        yield return new Figure("validation.bootstrap.48k.10g", 1000 * ours, "ms", AtLeast: false, 5);
        yield return Against("validation_bootstrap.py", "pandas", "validation.bootstrap.48k.10g.vs_pandas_sklearn", 8000, 5, 1000, () => sink += Run(GroupMetrics.Compute(population, "group")));
        yield return Against("validation_bootstrap.py", "numpy", "validation.bootstrap.48k.10g.vs_numpy", 2, 15, 1, () => sink += Run(GroupMetrics.Compute(population, "group")));
        GroupMetrics many = EqualGroups(83, Rows / 83);
        yield return new Figure("validation.bootstrap.48k.83g", 1000 * Best(100, () => sink += Run(many)), "ms", AtLeast: false, 30);
        GC.KeepAlive(sink);
    }

    public static IEnumerable<Figure> MeasureArea()
    {
        const int Replicates = 1_000;
        (bool[] labels, double[] first, _) = Scores(50_000);
        EvaluationSet set = EvaluationSet.Of(labels, first);
        double sink = 0;
        yield return Against("validation_ranking.py", "auc", "validation.auc.bootstrap.50k.vs_sklearn", 100, 5, Replicates, () =>
            sink += Metric.AreaUnderRoc.Bootstrap(set, new BootstrapOptions { Replicates = Replicates }).Lower);
        GC.KeepAlive(sink);
    }

    public static IEnumerable<Figure> MeasureDeLong()
    {
        (bool[] labels, double[] first, double[] second) = Scores(1_000_000);
        float[] one = Array.ConvertAll(first, s => (float)s), other = Array.ConvertAll(second, s => (float)s);
        double sink = 0;
        yield return Against("validation_ranking.py", "delong", "validation.delong.1m.vs_scipy", 10, 5, 1, () => sink += DeLong.Compare(one, other, labels).PValue);
        GC.KeepAlive(sink);
    }

    /// <summary>48,842 rows in 10 groups; base rate .24, chance of a positive decision .2 + .3 label.</summary>
    public static EvaluationSet Population()
    {
        RandomStream random = new(1);
        bool[] labels = new bool[Rows], predictions = new bool[Rows];
        string[] groups = new string[Rows];
        for (int i = 0; i < Rows; i++)
        {
            double u = random.NextDouble();
            int group = 0;
            while (group < Shares.Length - 1 && u >= Shares[group])
            {
                u -= Shares[group++];
            }

            groups[i] = $"group {group}";
            labels[i] = random.NextDouble() < 0.24;
            predictions[i] = random.NextDouble() < (labels[i] ? 0.5 : 0.2);
        }

        return EvaluationSet.Of(labels, predictions).Attribute("group", groups);
    }

    public static GroupMetrics EqualGroups(int count, int rows)
    {
        RandomStream random = new(2);
        long[] positives = [.. Enumerable.Range(0, count).Select(_ => new BinomialSampler(rows, 0.24).Next(random))];
        long[] hits = [.. positives.Select(n => new BinomialSampler(n, 0.5).Next(random))], alarms = [.. positives.Select(n => new BinomialSampler(rows - n, 0.2).Next(random))];
        return GroupMetrics.FromCounts(
            [.. Enumerable.Range(0, count).Select(g => $"group {g:00}")],
            [.. alarms.Select((a, g) => rows - positives[g] - a)], alarms, [.. hits.Select((h, g) => positives[g] - h)], hits);
    }

    public static double Best(int rounds, Action action)
    {
        double best = double.MaxValue;
        for (int i = 0; i < rounds; i++)
        {
            best = Math.Min(best, RatioRunner.Time(action));
        }

        return best;
    }

    private static double Run(GroupMetrics groups) => groups.Intervals(Metrics, Thousand).Sum(i => i.Overall.Lower + i.Ratio!.Value.Upper);

    private static Figure Against(string script, string work, string name, double goal, int rounds, double times, Action ours)
    {
        using Peer? peer = Peer.Start(script, work);
        if (peer is null)
        {
            return new Figure(name, null, "x", AtLeast: true, goal, Packages);
        }

        double best = Best(10, ours), theirs = double.MaxValue;
        for (int i = 0; i < rounds; i++)
        {
            theirs = Math.Min(theirs, peer.Seconds());
            best = Math.Min(best, Best(4, ours));
        }

        Console.Error.WriteLine($"{name}: {1000 * best:0.00} ms, peer {1000 * times * theirs:0.0} ms");
        return new Figure(name, times * theirs / best, "x", AtLeast: true, goal);
    }

    private static (bool[] Labels, double[] First, double[] Second) Scores(int rows)
    {
        RandomStream random = new(1);
        bool[] labels = new bool[rows];
        double[] first = new double[rows], second = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            labels[i] = random.NextDouble() < 0.3;
            first[i] = random.NextGaussian() + (labels[i] ? 1 : 0);
            second[i] = first[i] + 0.5 * random.NextGaussian();
        }

        return (labels, first, second);
    }
}
