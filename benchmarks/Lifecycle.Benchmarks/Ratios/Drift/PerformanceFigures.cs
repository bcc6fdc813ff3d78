using System.Diagnostics;
using Lifecycle.Drift;
using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>Performance without labels: the time of an estimate, what recording costs, and how often intervals hold.</summary>
internal static class PerformanceFigures
{
    private const int Million = 1_000_000;
    private const int Rounds = 2000;
    private const int Open = 8 * Million;

    private static readonly PerformanceMetric[] Metrics = [PerformanceMetric.AreaUnderRoc, PerformanceMetric.F1, PerformanceMetric.Accuracy];

    public static IEnumerable<Figure> Measure()
    {
        (double[] reference, bool[] labels) = Draw(20_000, 1, 0);
        PerformanceEstimator estimator = PerformanceEstimator.Fit(reference, labels, q => q.Calibrate(CalibrationMethod.Isotonic).KeepOpen(Open));
        double[] scores = Draw(Million, 2, 0.4).Scores;
        double sink = 0;
        yield return new Figure(
            "drift.cbpe.auc.1m",
            1000 * Best(20, () => sink += estimator.Estimate(PerformanceMetric.AreaUnderRoc, scores, withInterval: false).Value), "ms", AtLeast: false, 60);
        GC.KeepAlive(sink);

        yield return new Figure("drift.performance.record.1thread", NanosecondsOfRecording(estimator, threads: 1), "ns", AtLeast: false, 250);
        yield return new Figure("drift.performance.record.2threads", NanosecondsOfRecording(estimator, threads: 2), "ns", AtLeast: false, 500);

        double[] covered = Coverage();
        yield return new Figure("drift.cbpe.coverage.min", covered.Min(), "-", AtLeast: true, 0.93);
        yield return new Figure("drift.cbpe.coverage.max", covered.Max(), "-", AtLeast: false, 0.97);
    }

    /// <summary>Share of 2,000 chunks of 1,000 rows, shifted against a reference of 5,000, whose realized value lies in the interval.</summary>
    private static double[] Coverage()
    {
        int[] covered = new int[Metrics.Length];
        Parallel.For(0, Rounds, round =>
        {
            (double[] reference, bool[] labels) = Draw(5000, 100, 0, (ulong)(2 * round));
            (double[] scores, bool[] actual) = Draw(1000, 100, 0.4, (ulong)(2 * round + 1));
            PerformanceEstimator estimator = PerformanceEstimator.Fit(
                reference, labels, q => q.Metrics(Metrics).Calibrate(CalibrationMethod.Isotonic).Draw((ulong)round));
            IReadOnlyList<MetricEstimate> estimates = estimator.Estimate(scores);
            for (int m = 0; m < Metrics.Length; m++)
            {
                if (estimates[m].Interval!.Value.Contains(PerformanceEstimator.Measure(Metrics[m], scores, [], actual).Value))
                {
                    Interlocked.Increment(ref covered[m]);
                }
            }
        });
        return [.. covered.Select(c => c / (double)Rounds)];
    }

    /// <summary>A prediction and its label together, each call and thread, while no window closes.</summary>
    private static double NanosecondsOfRecording(PerformanceEstimator estimator, int threads)
    {
        PerformanceMonitor quality = PerformanceMonitor.Over(estimator);
        double best = double.MaxValue;
        for (int round = 0; round < 6; round++)
        {
            long started = Stopwatch.GetTimestamp();
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t =>
            {
                long first = ((long)round * threads + t) * Million / 4;
                for (long i = first; i < first + Million / 4; i++)
                {
                    quality.RecordPrediction(i, (i & 1023) / 1024.0);
                    quality.RecordLabel(i, (i & 1) == 0);
                }
            });
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / (Million / 2));
        }

        quality.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return best;
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

    private static (double[] Scores, bool[] Labels) Draw(int count, ulong seed, double shift, ulong index = 0)
    {
        RandomStream random = new(seed, index);
        double[] scores = new double[count];
        bool[] labels = new bool[count];
        for (int i = 0; i < count; i++)
        {
            double p = 1 / (1 + Math.Exp(0.8 - 1.5 * (shift + random.NextGaussian())));
            scores[i] = Math.Pow(p, 1.3);
            labels[i] = random.NextDouble() < p;
        }

        return (scores, labels);
    }
}
