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
        // One row of each of its own four cells, then one of each cell of all other rows.
        double[] left = new double[8], rows = new double[8];
        for (int c = 0; c < 4; c++)
        {
            rows[c] = Cell(_counts[series], c);
            left[c] = rows[c] < 1 ? Points[series].Value : _metric.Value(_counts[series] + One(c), _counts[0] + One(c));
            rows[c + 4] = series == 0 ? 0 : Cell(_counts[0], c) - rows[c];
            left[c + 4] = rows[c + 4] < 1 || !_metric.DependsOnAll ? Points[series].Value : _metric.Value(_counts[series], _counts[0] + One(c));
        }

        return Bootstrap(left, rows);
    }

    public override double Acceleration(int[] series, bool isGreatest)
    {
        double[] left = new double[4 * series.Length + 4], rows = new double[left.Length];
        double[] points = Array.ConvertAll(series, s => Points[s].Value), values = new double[series.Length];
        for (int i = 0; i < series.Length; i++)
        {
            for (int c = 0; c < 4; c++)
            {
                rows[4 * i + c] = Cell(_counts[series[i]], c);
                left[4 * i + c] = Extreme(i, c, rows[4 * i + c]);
            }
        }

        for (int c = 0; c < 4; c++)
        {
            rows[^(4 - c)] = Math.Max(0, Cell(_counts[0], c) - series.Sum(s => Cell(_counts[s], c)));
            left[^(4 - c)] = Extreme(-1, c, rows[^(4 - c)]);
        }

        return Bootstrap(left, rows);

        double Extreme(int group, int cell, double count)
        {
            points.CopyTo(values, 0);
            for (int i = 0; count >= 1 && i < series.Length; i++)
            {
                if (i == group || _metric.DependsOnAll)
                {
                    values[i] = _metric.Value(i == group ? _counts[series[i]] + One(cell) : _counts[series[i]], _counts[0] + One(cell));
                }
            }

            return isGreatest ? values.Max() : values.Min();
        }
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

    /// <summary>One row less of a cell.</summary>
    private static ConfusionCounts One(int cell) => cell switch
    {
        0 => new(-1, 0, 0, 0),
        1 => new(0, -1, 0, 0),
        2 => new(0, 0, -1, 0),
        _ => new(0, 0, 0, -1),
    };
}
