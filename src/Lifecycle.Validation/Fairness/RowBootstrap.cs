using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Bootstrap by group of figures that need rows: weighted rows and scores. Each row gets one Poisson(1) multiplicity a replicate, the
/// same for all metrics and for the group as for all rows. Scores are sorted once.
/// </summary>
internal sealed class RowBootstrap : GroupReplicates
{
    private const int Block = 8;
    private readonly double[][] _left;

    private RowBootstrap(MetricValue[] points, double[][] drawn, double[][] left)
        : base(points, drawn) => _left = left;

    public static GroupReplicates Draw(GroupMetrics groups, Metric metric, BootstrapOptions options)
    {
        EvaluationSet set = groups.Set ?? throw new InvalidOperationException($"{metric.Name} needs rows; these groups were made from counts.");
        options = metric.IsCustom ? options with { MaxDegreeOfParallelism = 1 } : options;
        MetricValue[] points = [groups.Overall[metric], .. groups.Groups.Select(g => g[metric])];
        int[][] members = [[.. Enumerable.Range(0, set.Count)], .. groups.Groups.Select(g => g.Members)];
        RowFigure?[] figures = [.. points.Select((p, s) => p.IsDefined ? RowFigure.For(metric, s == 0 ? set : groups.Groups[s - 1].Rows()!) : null)];
        double[][] drawn = Evaluate(figures, members, options.Replicates, options, (i, random, all) =>
        {
            random.Reopen(options.Seed, (ulong)i);
            PoissonMultiplicity.Draw(random, all);
        });
        double[][] left = [];
        if (options.Interval == BootstrapInterval.BCa)
        {
            int blocks = Replicates.BlocksOf(set.Count);
            left = Evaluate(figures, members, blocks, options, (i, _, all) =>
            {
                Array.Fill(all, (byte)1);
                Replicates.Take(all, i, blocks, 0);
            });
        }

        return new RowBootstrap(points, drawn, left);
    }

    public override double Acceleration(int series) => Of(_left[series]);

    public override double Acceleration(int[] series, bool isGreatest)
    {
        double[] left = new double[_left[0].Length];
        for (int b = 0; b < left.Length; b++)
        {
            left[b] = isGreatest ? series.Max(s => _left[s][b]) : series.Min(s => _left[s][b]);
        }

        return Of(left);
    }

    private static double Of(double[] left)
    {
        double[] alike = new double[left.Length];
        Array.Fill(alike, 1);
        return left.AsSpan().Contains(double.NaN) ? double.NaN : Statistics.Bootstrap.Acceleration(left, alike);
    }

    private static double[][] Evaluate(
        RowFigure?[] figures, int[][] members, int count, BootstrapOptions options, Action<int, RandomStream, byte[]> take)
    {
        double[][] values = [.. figures.Select(_ => new double[count])];
        Blocks.For(count, Block, options.MaxDegreeOfParallelism, (from, to) =>
        {
            RandomStream random = new(options.Seed, 0);
            byte[] all = new byte[members[0].Length];
            byte[][] own = [.. members.Select((m, s) => s == 0 ? all : new byte[m.Length])];
            for (int i = from; i < to; i++)
            {
                take(i, random, all);
                for (int s = 0; s < figures.Length; s++)
                {
                    for (int r = 0; s > 0 && r < own[s].Length; r++)
                    {
                        own[s][r] = all[members[s][r]];
                    }

                    values[s][i] = figures[s]?.Of(own[s]).Or(double.NaN) ?? double.NaN;
                }
            }
        });
        return values;
    }
}
