using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Replicates of one figure. Replicate i draws from stream i of the seed, so results do not depend on threads. A replicate without a
/// figure (one class only, say) is drawn again from its own stream; when that happens to more than 1 % there are too few rows.
/// </summary>
internal static class Replicates
{
    private const double MostRedraws = 0.01;
    private const int Block = 16;
    private const int BlocksLeftOut = 1_000;
    private const int MostRowsLeftOutOneByOne = 10_000;

    /// <summary>Into how many blocks rows fall that are left out in turn: each row alone, or 1,000 equal blocks.</summary>
    public static int BlocksOf(int rows) => rows > MostRowsLeftOutOneByOne ? BlocksLeftOut : rows;

    /// <summary>Sets how often the rows of a block are taken. Rows are dealt to blocks in turn, so that sorted rows do no harm.</summary>
    public static void Take(byte[] multiplicities, int block, int blocks, byte times)
    {
        for (int i = block; i < multiplicities.Length; i += blocks)
        {
            multiplicities[i] = times;
        }
    }

    /// <param name="replicates">How many.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="figure">Makes the figure of a draw; called once a block of replicates, for buffers of its own.</param>
    /// <param name="threads">Most threads; -1 for all.</param>
    /// <returns>The replicates in order; null when there are too few rows.</returns>
    public static double[]? Draw(int replicates, ulong seed, Func<Func<RandomStream, MetricValue>> figure, int threads = -1)
    {
        double[] drawn = new double[replicates];
        int redraws = 0;
        Blocks.For(replicates, Block, threads, (from, to) =>
        {
            Func<RandomStream, MetricValue> draw = figure();
            RandomStream random = new(seed, 0);
            for (int i = from; i < to; i++)
            {
                random.Reopen(seed, (ulong)i);
                MetricValue value = draw(random);
                while (!value.IsDefined && Interlocked.Increment(ref redraws) <= MostRedraws * replicates)
                {
                    value = draw(random);
                }

                drawn[i] = value.Or(double.NaN);
            }
        });
        return redraws > MostRedraws * replicates ? null : drawn;
    }

    /// <summary>
    /// Leaves out one row after the other, or one of 1,000 equal blocks of many rows; null when a figure is undefined then.
    /// </summary>
    public static double? RowAcceleration(int rows, Func<int, int, byte[], MetricValue> without, int threads = -1)
    {
        int blocks = BlocksOf(rows);
        double[] left = new double[blocks], alike = new double[blocks];
        Array.Fill(alike, 1);
        Blocks.For(blocks, Block, threads, (from, to) =>
        {
            byte[] ones = new byte[rows];
            Array.Fill(ones, (byte)1);
            for (int b = from; b < to; b++)
            {
                left[b] = without(b, blocks, ones).Or(double.NaN);
            }
        });
        double acceleration = Statistics.Bootstrap.Acceleration(left, alike);
        return double.IsNaN(acceleration) || left.AsSpan().Contains(double.NaN) ? null : acceleration;
    }

    /// <summary>Leaves out one row of each cell in turn; null when the figure is undefined then.</summary>
    public static double? CellAcceleration(double[] cells, Func<double[], MetricValue> figure)
    {
        List<double> left = [], rows = [];
        double[] without = (double[])cells.Clone();
        for (int c = 0; c < cells.Length; c++)
        {
            if (cells[c] < 1)
            {
                continue;
            }

            without[c] = cells[c] - 1;
            MetricValue value = figure(without);
            without[c] = cells[c];
            if (!value.IsDefined)
            {
                return null;
            }

            left.Add(value.Value);
            rows.Add(cells[c]);
        }

        return Statistics.Bootstrap.Acceleration(left.ToArray(), rows.ToArray());
    }
}
