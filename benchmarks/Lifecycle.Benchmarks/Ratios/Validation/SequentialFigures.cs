using Lifecycle.Statistics;
using Lifecycle.Validation;

namespace Lifecycle.Benchmarks.Ratios.Validation;

/// <summary>
/// How often sequential comparisons call equal models different when somebody looks after every row: 10,000 streams of 5,000 rows each.
/// </summary>
internal static class SequentialFigures
{
    private const int Streams = 10_000;
    private const int Rows = 5_000;

    public static IEnumerable<Figure> Measure()
    {
        double[] rates =
        [
            Rate(() => SequentialComparison.OfDecisions(), (run, random) => run.Add(random.NextDouble() < 0.8, random.NextDouble() < 0.8)),
            Rate(() => SequentialComparison.OfLosses(), (run, random) => run.Add(random.NextDouble(), random.NextDouble())),
            Rate(() => SequentialComparison.OfUnboundedLosses(0.3), (run, random) => run.Add(random.NextGaussian(), random.NextGaussian())),
        ];
        Console.Error.WriteLine($"decisions {100 * rates[0]:0.00} %, losses {100 * rates[1]:0.00} %, unbounded losses {100 * rates[2]:0.00} %");
        yield return new Figure("validation.sequential.null.worst", 100 * rates.Max(), "%", AtLeast: false, 6);
    }

    private static double Rate(Func<SequentialComparison> start, Action<SequentialComparison, RandomStream> row)
    {
        int rejected = 0;
        Parallel.For(0, Streams, stream =>
        {
            RandomStream random = new(123, (ulong)stream);
            SequentialComparison run = start();
            for (int i = 0; i < Rows && !run.IsDecided; i++)
            {
                row(run, random);
            }

            if (run.IsDecided)
            {
                Interlocked.Increment(ref rejected);
            }
        });
        return (double)rejected / Streams;
    }
}
