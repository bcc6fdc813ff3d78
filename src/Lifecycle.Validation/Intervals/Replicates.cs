using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Replicates of one figure. Replicate i draws from stream i of the seed, so results do not depend on threads. A replicate without a figure (one class
/// only, say) is drawn again from its own stream; when that happens to more than 1 % there are too few rows.
/// </summary>
internal static class Replicates
{
    private const double MostRedraws = 0.01;
    private const int Block = 16;

    /// <param name="replicates">How many.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="figure">Makes the figure of a draw; called once a block of replicates, for buffers of its own.</param>
    /// <param name="threads">Most threads; -1 for all.</param>
    /// <returns>The replicates in order; null when there are too few rows.</returns>
    public static double[]? Draw(int replicates, ulong seed, Func<Func<RandomStream, MetricValue>> figure, int threads = -1)
    {
        double[] drawn = new double[replicates];
        int redraws = 0;
        Parallel.For(0, (replicates + Block - 1) / Block, new ParallelOptions { MaxDegreeOfParallelism = threads }, block =>
        {
            Func<RandomStream, MetricValue> draw = figure();
            RandomStream random = new(seed, 0);
            for (int i = block * Block; i < Math.Min(replicates, (block + 1) * Block); i++)
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

    /// <summary>Leaves out one row after the other, or one of 1,000 equal blocks of many rows; null when a figure is undefined then.</summary>
    public static double? RowAcceleration(int rows, Func<byte[], MetricValue> figure)
    {
        const int Blocks = 1_000, MostRowsLeftOutOneByOne = 10_000;
        int blocks = rows > MostRowsLeftOutOneByOne ? Blocks : rows;
        double[] left = new double[blocks], alike = new double[blocks];
        Array.Fill(alike, 1);
        Parallel.For(0, (blocks + Block - 1) / Block, part =>
        {
            byte[] multiplicities = new byte[rows];
            Array.Fill(multiplicities, (byte)1);
            for (int b = part * Block; b < Math.Min(blocks, (part + 1) * Block); b++)
            {
                int from = (int)((long)b * rows / blocks), to = (int)((long)(b + 1) * rows / blocks);
                multiplicities.AsSpan(from, to - from).Clear();
                left[b] = figure(multiplicities).Or(double.NaN);
                multiplicities.AsSpan(from, to - from).Fill(1);
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
