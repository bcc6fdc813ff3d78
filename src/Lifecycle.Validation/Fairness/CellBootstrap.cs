using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Bootstrap of count metrics by group. Drawing n rows with replacement and counting them is one Multinomial(n, cells/n) draw over the
/// cells of group, truth and decision: exact, and its cost does not depend on n. Replicate i uses stream i of the seed.
/// </summary>
internal sealed class CellBootstrap : GroupReplicates
{
    private const int Block = 32;
    private readonly ConfusionCounts[] _counts;
    private readonly CellFunction _metric;

    private CellBootstrap(ConfusionCounts[] counts, CellFunction metric, MetricValue[] points, double[][] drawn)
        : base(points, drawn)
    {
        _counts = counts;
        _metric = metric;
    }

    public static bool CanDraw(Metric metric, GroupMetrics groups) =>
        groups.Set is not { IsWeighted: true } && (groups.Set is null || metric.On(groups.Set.Kind) == metric)
        && (metric.OfCounts is not null || metric == Metric.PredictedPositiveShare);

    public static GroupReplicates[] Draw(GroupMetrics groups, IReadOnlyList<Metric> metrics, BootstrapOptions options)
    {
        // Series 0 is all rows; what belongs to no group is drawn with the rest and counted there only.
        ConfusionCounts[] counts = [groups.OverallCounts, .. groups.Groups.Select(g => g.Counts)];
        CellFunction[] functions = [.. metrics.Select(CellFunction.Of)];
        double[][][] drawn = [.. metrics.Select(_ => counts.Select(_ => new double[options.Replicates]).ToArray())];
        double[] cells = Cells(counts);
        MultinomialSampler sampler = new(cells);
        long rows = (long)counts[0].Total;
        Blocks.For(options.Replicates, Block, options.MaxDegreeOfParallelism, (from, to) =>
        {
            RandomStream random = new(options.Seed, 0);
            double[] buffer = new double[cells.Length];
            ConfusionCounts[] counted = new ConfusionCounts[counts.Length];
            for (int i = from; i < to; i++)
            {
                random.Reopen(options.Seed, (ulong)i);
                sampler.Draw(random, rows, buffer);
                Count(buffer, counted);
                for (int m = 0; m < functions.Length; m++)
                {
                    functions[m].Fill(counted, drawn[m], i);
                }
            }
        });
        return [.. metrics.Select((metric, m) => new CellBootstrap(
            counts, functions[m], [groups.Overall[metric], .. groups.Groups.Select(g => g[metric])], drawn[m]))];
    }

    public override double Acceleration(int series)
    {
        double[] left = new double[5], rows = new double[5];
        for (int c = 0; c < 4; c++)
        {
            rows[c] = Cell(_counts[series], c);
            left[c] = rows[c] < 1 ? Points[series].Value : Without(series, c);
        }

        left[4] = Points[series].Value;
        rows[4] = _counts[0].Total - _counts[series].Total;
        return Bootstrap(left, rows);
    }

    public override double Acceleration(int[] series, bool isGreatest)
    {
        double[] left = new double[4 * series.Length + 1], rows = new double[left.Length];
        double[] values = Array.ConvertAll(series, s => Points[s].Value);
        for (int i = 0; i < series.Length; i++)
        {
            double own = values[i];
            for (int c = 0; c < 4; c++)
            {
                rows[4 * i + c] = Cell(_counts[series[i]], c);
                values[i] = rows[4 * i + c] < 1 ? own : Without(series[i], c);
                left[4 * i + c] = isGreatest ? values.Max() : values.Min();
            }

            values[i] = own;
        }

        left[^1] = isGreatest ? values.Max() : values.Min();
        rows[^1] = Math.Max(0, _counts[0].Total - series.Sum(s => _counts[s].Total));
        return Bootstrap(left, rows);
    }

    private static double Bootstrap(double[] left, double[] rows) =>
        left.AsSpan().Contains(double.NaN) ? double.NaN : Statistics.Bootstrap.Acceleration(left, rows);

    private static double[] Cells(ConfusionCounts[] counts)
    {
        double[] cells = new double[4 * counts.Length];
        for (int c = 0; c < 4; c++)
        {
            double rest = Cell(counts[0], c);
            for (int s = 1; s < counts.Length; s++)
            {
                cells[4 * s + c] = Cell(counts[s], c);
                rest -= cells[4 * s + c];
            }

            cells[c] = rest;
        }

        return cells;
    }

    private static void Count(ReadOnlySpan<double> cells, ConfusionCounts[] counted)
    {
        ConfusionCounts all = default;
        for (int s = 0; s < counted.Length; s++)
        {
            counted[s] = new ConfusionCounts(cells[4 * s], cells[4 * s + 1], cells[4 * s + 2], cells[4 * s + 3]);
            all += counted[s];
        }

        counted[0] = all;
    }

    private static double Cell(ConfusionCounts counts, int cell) => cell switch
    {
        0 => counts.TrueNegatives,
        1 => counts.FalsePositives,
        2 => counts.FalseNegatives,
        _ => counts.TruePositives,
    };

    private double Without(int series, int cell)
    {
        ConfusionCounts one = cell switch
        {
            0 => new(-1, 0, 0, 0),
            1 => new(0, -1, 0, 0),
            2 => new(0, 0, -1, 0),
            _ => new(0, 0, 0, -1),
        };
        return _metric.Value(_counts[series] + one, _counts[0] + one);
    }
}
