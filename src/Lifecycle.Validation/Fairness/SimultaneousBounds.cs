using System.Numerics;
using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// Critical value of a family of contrasts by a studentised parametric bootstrap: each draw takes new figures from the smoothed ones and
/// keeps the largest |d* - d|/se*; c is the ⌈confidence · draws⌉-th smallest of these. Draw m uses stream m of the seed, whatever thread
/// it runs on.
/// </summary>
internal sealed class SimultaneousBounds
{
    private const int DrawsABlock = 128;
    private const int LeastParallelWork = 20_000;
    private readonly GroupCell[] _cells;
    private readonly Contrast[] _contrasts;
    private readonly (int From, int Count)[]? _pairs;
    private readonly ulong _seed;

    private SimultaneousBounds(ContrastFamily family, ulong seed)
    {
        _cells = [.. family.Cells];
        _contrasts = [.. family.Contrasts];
        _seed = seed;
        if (family.IsAllPairs)
        {
            int from = 0;
            _pairs = [.. family.Judged.Select(count => (from, count, from += count)).Select(b => (b.Item1, b.count))];
        }
    }

    /// <param name="family">Cells and contrasts.</param>
    /// <param name="confidence">Level of the family, in (0.5, 1).</param>
    /// <param name="draws">Number of draws.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="threads">Most threads; the result does not depend on it.</param>
    public static double CriticalValue(ContrastFamily family, double confidence, int draws, ulong seed, int threads = -1)
    {
        SimultaneousBounds bounds = new(family, seed);
        double[] largest = new double[draws];
        bool isSmall = (long)draws * bounds._cells.Length < LeastParallelWork;
        Blocks.For(draws, DrawsABlock, isSmall ? 1 : threads, (from, to) => bounds.Fill(largest.AsSpan(from, to - from), from));
        Array.Sort(largest);
        return Math.Sqrt(largest[Math.Clamp((int)Math.Ceiling(confidence * draws) - 1, 0, draws - 1)]);
    }

    /// <summary>The largest squares of consecutive draws.</summary>
    private void Fill(Span<double> largest, int first)
    {
        RandomStream random = new(_seed, 0);

        // A whole vector may be read behind the last cell of a rate; variances there are infinite, so nothing comes of it.
        double[] gaps = new double[_cells.Length + Vector<double>.Count], variances = new double[gaps.Length];
        double[] block = new double[gaps.Length], blockVariances = new double[gaps.Length];
        for (int m = 0; m < largest.Length; m++)
        {
            random.Reopen(_seed, (ulong)(first + m));
            for (int c = 0; c < _cells.Length; c++)
            {
                _cells[c].Draw(random, out double estimate, out variances[c]);
                gaps[c] = estimate - _cells[c].Estimate;
            }

            largest[m] = _pairs is null ? LargestOfContrasts(gaps, variances) : LargestOfPairs(gaps, variances, block, blockVariances);
        }
    }

    private double LargestOfPairs(double[] gaps, double[] variances, double[] block, double[] blockVariances)
    {
        Vector<double> largest = Vector<double>.Zero;
        foreach ((int from, int count) in _pairs!)
        {
            gaps.AsSpan(from, count).CopyTo(block);
            variances.AsSpan(from, count).CopyTo(blockVariances);
            block.AsSpan(count, Vector<double>.Count).Clear();
            blockVariances.AsSpan(count, Vector<double>.Count).Fill(double.PositiveInfinity);
            for (int i = 0; i < count - 1; i++)
            {
                Vector<double> gap = new(block[i]), variance = new(blockVariances[i]);
                for (int j = i + 1; j < count; j += Vector<double>.Count)
                {
                    Vector<double> distance = gap - new Vector<double>(block, j);
                    largest = Vector.Max(largest, distance * distance / (variance + new Vector<double>(blockVariances, j)));
                }
            }
        }

        double most = 0;
        for (int lane = 0; lane < Vector<double>.Count; lane++)
        {
            most = Math.Max(most, largest[lane]);
        }

        return most;
    }

    private double LargestOfContrasts(double[] gaps, double[] variances)
    {
        double largest = 0;
        foreach (Contrast contrast in _contrasts)
        {
            double gap = 0, variance = 0;
            int[] cells = contrast.Cells;
            double[] weights = contrast.Weights;
            for (int i = 0; i < cells.Length; i++)
            {
                gap += weights[i] * gaps[cells[i]];
                variance += weights[i] * weights[i] * variances[cells[i]];
            }

            largest = Math.Max(largest, gap * gap / variance);
        }

        return largest;
    }
}
