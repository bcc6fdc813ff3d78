using Lifecycle.Statistics;
using Lifecycle.Validation;

namespace Lifecycle.Benchmarks.Ratios.Validation;

/// <summary>Time of the simultaneous bounds of group gaps, and how often they are wrong over 12 cells of models that are fair.</summary>
internal static class BoundsFigures
{
    private const int Runs = 4_000;
    private const int GridRuns = 5_000;

    // Groups, rows, rate, whether sizes are skewed, what is compared: a Latin choice of the whole grid, its extremes among them.
    private static readonly (int Groups, int Rows, double Rate, bool IsSkewed, FairnessMetric Metric)[] Cells =
    [
        (2, 500, 0.05, false, FairnessMetric.DemographicParityDifference),
        (2, 2_000, 0.3, true, FairnessMetric.EqualizedOddsDifference),
        (2, 50_000, 0.5, false, FairnessMetric.DemographicParityRatio),
        (5, 500, 0.3, true, FairnessMetric.DemographicParityDifference),
        (5, 5_000, 0.05, false, FairnessMetric.EqualizedOddsDifference),
        (5, 2_000, 0.5, true, FairnessMetric.DemographicParityRatio),
        (10, 500, 0.5, false, FairnessMetric.EqualizedOddsDifference),
        (10, 2_000, 0.05, true, FairnessMetric.DemographicParityDifference),
        (10, 5_000, 0.3, false, FairnessMetric.DemographicParityRatio),
        (20, 500, 0.3, true, FairnessMetric.DemographicParityDifference),
        (20, 5_000, 0.05, true, FairnessMetric.EqualizedOddsDifference),
        (20, 50_000, 0.5, false, FairnessMetric.DemographicParityRatio),
    ];

    public static IEnumerable<Figure> Measure() => [.. MeasureTime(), .. MeasureRates()];

    public static IEnumerable<Figure> MeasureTime()
    {
        GroupMetrics ten = GroupMetrics.Compute(BootstrapFigures.Population(), "group");
        GroupMetrics many = BootstrapFigures.EqualGroups(83, 2_000);
        double sink = 0;
        yield return new Figure("validation.bounds.10g", 1000 * BootstrapFigures.Best(300, () => sink += Bound(ten)), "ms", AtLeast: false, 3);
        yield return new Figure("validation.bounds.83g", 1000 * BootstrapFigures.Best(100, () => sink += Bound(many)), "ms", AtLeast: false, 25);
        GC.KeepAlive(sink);
    }

    public static IEnumerable<Figure> MeasureRates()
    {
        double worst = 0, least = 1;
        for (int cell = 0; cell < Cells.Length; cell++)
        {
            double wrong = FalseAlarms(Cells[cell], 1_000 + cell, Runs);
            Console.Error.WriteLine($"{Cells[cell]}: {100 * wrong:0.00} % false alarms");
            worst = Math.Max(worst, wrong);

            // Without a true gap the simultaneous intervals hold all gaps exactly when none excludes 0.
            least = Math.Min(least, 1 - wrong);
        }

        yield return new Figure("validation.bounds.null.worst", 100 * worst, "%", AtLeast: false, 6.5);
        yield return new Figure("validation.bounds.coverage.least", 100 * least, "%", AtLeast: true, 93);
        yield return new Figure("validation.bounds.power", 100 * Power(), "%", AtLeast: true, 99);
    }

    /// <summary>The whole grid, 288 cells; most of an hour on two cores.</summary>
    public static IEnumerable<Figure> MeasureGrid()
    {
        int[] ofGroups = [2, 5, 10, 20], ofRows = [500, 2_000, 5_000, 50_000];
        double[] rates = [0.05, 0.3, 0.5];
        bool[] skews = [false, true];
        FairnessMetric[] metrics = [FairnessMetric.DemographicParityDifference, FairnessMetric.DemographicParityRatio, FairnessMetric.EqualizedOddsDifference];
        IEnumerable<(int, int, double, bool, FairnessMetric)> grid =
            from groups in ofGroups from rows in ofRows from rate in rates from isSkewed in skews from metric in metrics select (groups, rows, rate, isSkewed, metric);
        double worst = 0;
        int cell = 3_000;
        foreach ((int, int, double, bool, FairnessMetric) one in grid)
        {
            double wrong = FalseAlarms(one, cell++, GridRuns);
            Console.Error.WriteLine($"{one}: {100 * wrong:0.00} % false alarms");
            worst = Math.Max(worst, wrong);
        }

        yield return new Figure("validation.bounds.grid.null.worst", 100 * worst, "%", AtLeast: false, 6.5);
    }

    private static double Bound(GroupMetrics groups) => groups.Disparity(FairnessMetric.DemographicParityDifference).Upper!.Value;

    private static double FalseAlarms((int Groups, int Rows, double Rate, bool IsSkewed, FairnessMetric Metric) cell, int seed, int runs)
    {
        int wrong = 0;
        Parallel.For(0, runs, run =>
        {
            (int groups, int rows, double rate, bool isSkewed, FairnessMetric metric) = cell;
            RandomStream random = new((ulong)seed, (ulong)run);
            Disparity found = Draw(random, Sizes(groups, rows, isSkewed), Enumerable.Repeat(rate, groups), (ulong)run).Disparity(metric);
            if (found.Value.IsDefined && (metric.IsRatio ? found.Upper < 1 : found.Lower > 0))
            {
                Interlocked.Increment(ref wrong);
            }
        });
        return (double)wrong / runs;
    }

    private static double Power()
    {
        int found = 0;
        Parallel.For(0, Runs, run =>
        {
            GroupMetrics groups = Draw(new RandomStream(2_000, (ulong)run), [1_000, 1_000], [0.3, 0.4], (ulong)run);
            if (groups.Disparity(FairnessMetric.DemographicParityDifference).Lower > 0)
            {
                Interlocked.Increment(ref found);
            }
        });
        return (double)found / Runs;
    }

    /// <summary>Even shares, or shares that fall by a fifth from one group to the next.</summary>
    private static int[] Sizes(int groups, int rows, bool isSkewed)
    {
        double[] shares = [.. Enumerable.Range(0, groups).Select(g => isSkewed ? Math.Pow(0.8, g) : 1)];
        double all = shares.Sum();
        return [.. shares.Select(s => (int)Math.Round(rows * s / all))];
    }

    /// <summary>
    /// Half of the rows are truly positive; decisions do not depend on that, so that all rates of a group are its selection rate.
    /// </summary>
    private static GroupMetrics Draw(RandomStream random, int[] sizes, IEnumerable<double> rates, ulong seed)
    {
        double[] each = [.. rates];
        long[] positives = [.. sizes.Select(n => (long)(n / 2))];
        long[] hits = [.. positives.Select((n, g) => new BinomialSampler(n, each[g]).Next(random))];
        long[] alarms = [.. sizes.Select((n, g) => new BinomialSampler(n - positives[g], each[g]).Next(random))];
        return GroupMetrics.FromCounts(
            [.. sizes.Select((_, g) => $"g{g:00}")], [.. sizes.Select((n, g) => n - positives[g] - alarms[g])], alarms, [.. positives.Select((n, g) => n - hits[g])], hits,
            new GroupOptions { Seed = seed });
    }
}
