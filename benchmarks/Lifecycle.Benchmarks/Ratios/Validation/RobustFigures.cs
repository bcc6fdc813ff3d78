using System.Diagnostics;
using Lifecycle.Statistics;
using Lifecycle.Validation;

namespace Lifecycle.Benchmarks.Ratios.Validation;

/// <summary>Noise on ten million cells against numpy, and what a suite costs beside the model it asks.</summary>
internal static class RobustFigures
{
    private const int Rows = 1_000_000;
    private const int Columns = 10;
    private const int Tried = 4_096;
    private const double SecondsARow = 20e-6;

    public static IEnumerable<Figure> MeasureNoise()
    {
        const string Name = "validation.perturb.noise.10m.vs_numpy";
        using Peer? peer = Peer.Start("validation_noise.py");
        if (peer is null)
        {
            yield return new Figure(Name, null, "x", AtLeast: true, 2, "python3-numpy");
            yield break;
        }

        EvaluationSet set = Numbers(Rows);
        Perturbation noise = Perturbation.Noise(0.05);
        double sink = 0;
        double Ours() => RatioRunner.Time(() => sink += noise.Apply(set).RowCount);
        for (int i = 0; i < 20; i++)
        {
            Ours();
        }

        (double ours, double theirs) = RatioRunner.Interleaved(9, Ours, peer.Seconds);
        Console.Error.WriteLine(FormattableString.Invariant($"noise: {ours * 1e3:F1} ms, numpy {theirs * 1e3:F1} ms"));
        yield return new Figure(Name, theirs / ours, "x", AtLeast: true, 2);
    }

    public static IEnumerable<Figure> MeasureOverhead()
    {
        EvaluationSet set = Numbers(Tried).Attribute("group", Enumerable.Range(0, Tried).Select(i => i % 3 == 0 ? "a" : "b"));
        PerturbationSuite suite = PerturbationSuite.For(set);
        double best = double.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long inside = 0;
            BatchPredictor slow = (rows, scores, _) =>
            {
                long started = Stopwatch.GetTimestamp();
                double[] x = rows.Columns[0].ToDoubles();
                for (int i = 0; i < x.Length; i++)
                {
                    scores.Span[i] = double.IsNaN(x[i]) ? 0.5 : 1 / (1 + Math.Exp(-x[i]));
                }

                long until = started + (long)(rows.RowCount * SecondsARow * Stopwatch.Frequency);
                while (Stopwatch.GetTimestamp() < until)
                {
                    Thread.SpinWait(20);
                }

                inside += Stopwatch.GetTimestamp() - started;
                return ValueTask.CompletedTask;
            };
            double all = RatioRunner.Time(() => suite.RunAsync(set, slow).AsTask().GetAwaiter().GetResult());
            double model = (double)inside / Stopwatch.Frequency;
            Console.Error.WriteLine(
                FormattableString.Invariant($"suite of {suite.Perturbations.Count}: {all:F3} s, {model:F3} s of it in the model"));
            best = Math.Min(best, 100 * (all - model) / model);
        }

        yield return new Figure("validation.robust.overhead", best, "%", AtLeast: false, 5);
    }

    private static EvaluationSet Numbers(int rows)
    {
        RandomStream random = new(1);
        bool[] labels = new bool[rows];
        double[] first = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            labels[i] = i % 2 == 0;
            first[i] = random.NextGaussian() + (labels[i] ? 1 : -1);
        }

        EvaluationSet set = EvaluationSet.Of(labels, labels).Feature("x0", first);
        for (int c = 1; c < Columns; c++)
        {
            double[] values = new double[rows];
            random.FillGaussian(values);
            set = set.Feature($"x{c}", values);
        }

        return set;
    }
}
