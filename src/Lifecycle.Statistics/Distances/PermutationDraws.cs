using System.Buffers;

namespace Lifecycle.Statistics;

/// <summary>
/// Wasserstein-1 and energy distance of random assignments of the pooled values to two samples. Between two chosen ranks the difference
/// of the distribution functions is linear in the rank, so sums of gap, rank·gap and rank²·gap give a draw in O(m).
/// </summary>
internal static class PermutationDraws
{
    // Different ranks of tied values give the same distance up to rounding.
    private const double Alike = 1e-10;

    public static (SampleDistance Wasserstein, SampleDistance Energy) Judge(SortedSample small, SortedSample large, ulong seed, int draws)
    {
        int m = small.Count, size = m + large.Count;
        double[] sums = ArrayPool<double>.Shared.Rent(4 * (size + 1));
        ulong[] marks = ArrayPool<ulong>.Shared.Rent((size >> 6) + 1);
        Span<int> ranks = stackalloc int[DistanceSignificance.LargestPermutation];
        ranks = ranks[..m];
        Span<double> gaps = sums.AsSpan(3 * (size + 1), size);
        PooledGaps.Fill(small, large, gaps, ranks);
        PrefixSums prefix = new(gaps, sums);
        (double wasserstein, double energy) = prefix.Distances(ranks, size);
        marks.AsSpan().Clear();
        int further = 0, stronger = 0;
        for (int i = 0; i < draws; i++)
        {
            Interruption.Look();
            Choose(new RandomStream(seed, (ulong)i), size, ranks, marks);
            (double w, double e) = prefix.Distances(ranks, size);
            further += w >= wasserstein * (1 - Alike) ? 1 : 0;
            stronger += e >= energy * (1 - Alike) ? 1 : 0;
        }

        ArrayPool<double>.Shared.Return(sums);
        ArrayPool<ulong>.Shared.Return(marks);
        MergeTotals totals = new SamplePair(small, large).Walk();
        return (SampleDistance.Of(totals.Distance, further, DistanceLaw.Permutation, draws),
            SampleDistance.Of(totals.Energy, stronger, DistanceLaw.Permutation, draws));
    }

    /// <summary>Ascending ranks of 1 .. size, every subset equally likely (Floyd's algorithm).</summary>
    private static void Choose(RandomStream random, int size, Span<int> ranks, ulong[] marks)
    {
        for (int k = 0; k < ranks.Length; k++)
        {
            int top = size - ranks.Length + k, rank = random.NextBelow(top + 1);
            rank = (marks[rank >> 6] >> rank & 1) == 1 ? top : rank;
            marks[rank >> 6] |= 1UL << rank;
            ranks[k] = rank + 1;
        }

        foreach (int rank in ranks)
        {
            marks[rank - 1 >> 6] = 0;
        }

        ranks.Sort();
    }

    private readonly ref struct PrefixSums
    {
        private readonly Span<double> _gap, _first, _second;

        /// <summary>Sums over the gaps after ranks 1 .. r, at index r.</summary>
        public PrefixSums(ReadOnlySpan<double> gaps, double[] store)
        {
            int length = gaps.Length + 1;
            _gap = store.AsSpan(0, length);
            _first = store.AsSpan(length, length);
            _second = store.AsSpan(2 * length, length);
            _gap[0] = _first[0] = _second[0] = 0;
            for (int r = 1; r < length; r++)
            {
                Interruption.LookAt(r);
                double gap = r < gaps.Length ? gaps[r] : 0, rank = r;
                _gap[r] = _gap[r - 1] + gap;
                _first[r] = _first[r - 1] + rank * gap;
                _second[r] = _second[r - 1] + rank * rank * gap;
            }
        }

        /// <summary>Σ |D| gap and Σ D² gap over ranks r with D = j N - r m, j = chosen ranks at or below r.</summary>
        public (double Absolute, double Square) Distances(ReadOnlySpan<int> ranks, int size)
        {
            double absolute = 0, square = 0;
            int from = 1, chosen = ranks.Length;
            for (int j = 0; j <= chosen; j++)
            {
                int to = j < chosen ? ranks[j] - 1 : size - 1;
                if (to < from)
                {
                    continue;
                }

                // D is positive up to rank j N / m and negative from there on.
                int middle = (int)Math.Clamp((long)j * size / chosen, from - 1, to);
                double level = (double)j * size, slope = chosen;
                double gap = _gap[to] - _gap[from - 1], first = _first[to] - _first[from - 1], second = _second[to] - _second[from - 1];
                absolute += level * (2 * _gap[middle] - _gap[from - 1] - _gap[to]) - slope * (2 * _first[middle] - _first[from - 1] - _first[to]);
                square += level * level * gap - 2 * level * slope * first + slope * slope * second;
                from = to + 1;
            }

            return (absolute, square);
        }
    }
}
