using Lifecycle.Drift;
using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>Stream detectors: time an update, and charts with an exact run length.</summary>
internal static class StreamFigures
{
    private const int Values = 1 << 20;
    private const int Rounds = 15;

    public static IEnumerable<Figure> Measure()
    {
        yield return PerUpdate("drift.stream.ddm", 20, () => new Ddm());
        yield return PerUpdate("drift.stream.eddm", 20, () => new Eddm());
        yield return PerUpdate("drift.stream.hddma", 20, () => new HddmA());
        yield return PerUpdate("drift.stream.hddmw", 20, () => new HddmW());
        yield return PerUpdate("drift.stream.pagehinkley", 20, () => new PageHinkley());
        yield return PerUpdate("drift.stream.cusum", 20, () => new Cusum());
        yield return PerUpdate("drift.stream.ewma", 20, () => new Ewma { Limit = 6 });
        yield return PerUpdate("drift.stream.adwin.clock32", 60, () => new Adwin());
    }

    /// <summary>A million runs of each chart with an exact run length: the largest distance from it.</summary>
    public static IEnumerable<Figure> MeasureExactCharts()
    {
        const int runs = 1_000_000;
        List<double> errors = [];
        foreach (double shift in (double[])[0, 0.5, 1, 2])
        {
            StreamLaw law = StreamLaw.Gaussian(shift, 1);
            Add(() => new TabularCusum { Mean = 0, StandardDeviation = 1, Threshold = 4, Direction = ChangeDirection.Up }, RunLength.OfCusum(0.5, 4, shift, ChangeDirection.Up));
            Add(() => new Ewma { Mean = 0, StandardDeviation = 1, Weight = 0.1, Limit = 2.814, SteadyLimits = true }, RunLength.OfEwma(0.1, 2.814, shift, steadyLimits: true));
            Add(() => new Shewhart { Mean = 0, StandardDeviation = 1, Limit = 3 }, RunLength.OfShewhart(3, shift));

            void Add(Func<StreamDetector> create, double exact) => errors.Add(Math.Abs(RunLength.Measure(create, law, 1_000_000, runs, seed: 5) / exact - 1));
        }

        yield return new Figure("drift.arl.error.max", 100 * errors.Max(), "%", AtLeast: false, 1);
    }

    private static Figure PerUpdate(string name, double goal, Func<StreamDetector> create)
    {
        RandomStream random = new(5);
        double[] errors = new double[Values];
        for (int i = 0; i < errors.Length; i++)
        {
            errors[i] = random.NextDouble() < 0.2 ? 1 : 0;
        }

        double best = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            StreamDetector detector = create();
            best = Math.Min(best, RatioRunner.Time(() =>
            {
                foreach (double error in errors)
                {
                    detector.Update(error);
                }
            }));
        }

        return new Figure(name, best * 1e9 / Values, "ns", AtLeast: false, goal);
    }
}
