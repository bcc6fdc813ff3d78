using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Statistics;

/// <summary>
/// Brownian bridges at pooled ranks that are dense in the tails: every one of the first and last 64 ranks, then steps growing by 3 % of
/// the rank to the middle. Drawn once for a grid, kept, and shared by all samples of about the same pooled size; immutable.
/// </summary>
internal sealed class BridgeDraws
{
    private const int DenseRanks = 64;
    private const double Growth = 0.03;
    private const int SizeBits = 8;
    private const int Kept = 2;
    private static readonly Lock Gate = new();
    private static readonly List<BridgeDraws> Recent = [];

    private readonly long _size;
    private readonly ulong _seed;
    private readonly int _draws, _stride;
    private readonly long[] _ranks;

    // By rank, then by draw: a sum over ranks is a sum of rows, in the same order for every vector width.
    private readonly float[] _bridges;

    private BridgeDraws(long size, ulong seed, int draws)
    {
        (_size, _seed, _draws) = (size, seed, draws);
        _ranks = Ranks(size);
        _stride = (draws + 15) & ~15;
        _bridges = GC.AllocateUninitializedArray<float>(_ranks.Length * _stride);
        double[] path = new double[_ranks.Length], roots = new double[_ranks.Length + 1];
        for (int k = 0; k <= _ranks.Length; k++)
        {
            long from = k == 0 ? 0 : _ranks[k - 1], to = k < _ranks.Length ? _ranks[k] : size;
            roots[k] = Math.Sqrt((double)(to - from) / size);
        }

        for (int i = 0; i < _stride; i++)
        {
            Interruption.Look();
            RandomStream random = new(seed, (ulong)i);
            double w = 0;
            for (int k = 0; k < path.Length; k++)
            {
                path[k] = w += roots[k] * random.NextGaussian();
            }

            double end = w + roots[^1] * random.NextGaussian();
            for (int k = 0; k < path.Length; k++)
            {
                _bridges[k * _stride + i] = (float)(path[k] - end * _ranks[k] / size);
            }
        }
    }

    /// <summary>Bridges for a pooled size; sizes that agree in their first eight bits share them.</summary>
    public static BridgeDraws Of(long pooled, ulong seed, int draws)
    {
        int drop = Math.Max(0, 64 - BitOperations.LeadingZeroCount((ulong)pooled) - SizeBits);
        long size = pooled >> drop << drop;
        lock (Gate)
        {
            int at = Recent.FindIndex(b => b._size == size && b._seed == seed && b._draws == draws);
            BridgeDraws found = at < 0 ? new BridgeDraws(size, seed, draws) : Recent[at];
            if (at >= 0 || Recent.Count == Kept)
            {
                Recent.RemoveAt(at < 0 ? Kept - 1 : at);
            }

            Recent.Insert(0, found);
            return found;
        }
    }

    /// <summary>
    /// For each draw Σ |B| w and Σ B² w, w = gaps assigned to the next rank of the grid; only the first draws of the arrays count.
    /// </summary>
    /// <param name="gaps">The gap before each value in ascending order; the first is not used.</param>
    public (double[] Absolute, double[] Square) Sums(ReadOnlySpan<double> gaps)
    {
        double[] absolute = new double[_stride], square = new double[_stride];
        Add(Weights(gaps), absolute, square);
        return (absolute, square);
    }

    /// <summary>Refers √(nm/N) W₁ to Σ |B| w and (nm/N) energy²/2 to Σ B² w, w = pooled gaps.</summary>
    public (SampleDistance Wasserstein, SampleDistance Energy) Judge(SortedSample first, SortedSample second)
    {
        double n = first.Count, m = second.Count, scale = n / (n + m) * m;
        MergeTotals totals = new SamplePair(first, second).Walk();
        double wasserstein = totals.Distance, energy = totals.Energy;
        int pooled = first.Count + second.Count;
        double[] gaps = ArrayPool<double>.Shared.Rent(pooled);
        PooledGaps.Fill(first, second, gaps, []);
        (double[] absolute, double[] square) = Sums(gaps.AsSpan(0, pooled));
        ArrayPool<double>.Shared.Return(gaps);
        double far = Math.Sqrt(scale) * wasserstein, strong = scale * energy * energy / 2;
        int further = 0, stronger = 0;
        for (int i = 0; i < _draws; i++)
        {
            further += absolute[i] >= far ? 1 : 0;
            stronger += square[i] >= strong ? 1 : 0;
        }

        return (SampleDistance.Of(wasserstein, further, DistanceLaw.Bridges, _draws),
            SampleDistance.Of(energy, stronger, DistanceLaw.Bridges, _draws));
    }

    internal static long[] Ranks(long size)
    {
        List<long> lower = [];
        for (double rank = 1; rank <= size / 2; rank += rank < DenseRanks ? 1 : Math.Max(1, Growth * rank))
        {
            lower.Add((long)rank);
        }

        return [.. lower.Concat(lower.Select(r => size - r)).Append(size / 2).Where(r => r > 0 && r < size).Distinct().Order()];
    }

    private double[] Weights(ReadOnlySpan<double> gaps)
    {
        double[] weights = new double[_ranks.Length];
        int next = 0, pooled = gaps.Length;
        for (int r = 1; r < pooled; r++)
        {
            Interruption.LookAt(r);

            // Ranks count from the nearer end: the grid's size may be a little smaller.
            long rank = r <= pooled / 2 ? r : _size - (pooled - r);
            while (next < _ranks.Length - 1 && _ranks[next] < rank)
            {
                next++;
            }

            weights[next] += gaps[r];
        }

        return weights;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(double[] weights, double[] absolute, double[] square)
    {
        for (int k = 0; k < weights.Length; k++)
        {
            if (weights[k] == 0)
            {
                continue;
            }

            Interruption.Look();
            Vector<double> weight = new(weights[k]);
            ref float row = ref _bridges[k * _stride];
            ref double a = ref MemoryMarshal.GetArrayDataReference(absolute), s = ref MemoryMarshal.GetArrayDataReference(square);
            for (int i = 0; i < _stride; i += Vector<float>.Count)
            {
                Vector.Widen(Vector.LoadUnsafe(ref row, (nuint)i), out Vector<double> low, out Vector<double> high);
                nuint left = (nuint)i, right = (nuint)(i + Vector<double>.Count);
                (Vector.LoadUnsafe(ref a, left) + Vector.Abs(low) * weight).StoreUnsafe(ref a, left);
                (Vector.LoadUnsafe(ref a, right) + Vector.Abs(high) * weight).StoreUnsafe(ref a, right);
                (Vector.LoadUnsafe(ref s, left) + low * low * weight).StoreUnsafe(ref s, left);
                (Vector.LoadUnsafe(ref s, right) + high * high * weight).StoreUnsafe(ref s, right);
            }
        }
    }
}
