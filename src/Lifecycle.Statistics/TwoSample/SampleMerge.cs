using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Statistics;

/// <summary>
/// One walk through two sorted samples. The pooled values are cut at a run in their middle and both halves are merged in one loop, without a
/// branch that depends on the data; the runs they yield go in blocks to <see cref="RunSums"/>. Each sample has one key more than values, the
/// largest of all, so that the walk may look behind its end.
/// </summary>
internal static partial class SampleMerge
{
    private const int LargestPool = 1 << 26;

    /// <summary>All statistics from one walk.</summary>
    /// <param name="a">Keys of the first sample and the largest key behind them.</param>
    /// <param name="b">Keys of the second sample and the largest key behind them.</param>
    public static MergeTotals Walk<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>, IMinMaxValue<TKey>
    {
        int n = a.Length - 1, m = b.Length - 1;
        if ((long)n + m <= LargestPool)
        {
            RunSums sums = new(n, m);
            Merge(a, b, ref sums, whole: true);
            MergeTotals totals = sums.ToTotals();
            if (totals.Distinct > 1 && double.IsFinite(totals.Distance) && double.IsFinite(totals.SquaredDistance))
            {
                return totals;
            }
        }

        MergeTotals plain = Plain(a[..n], b[..m], 1);
        return double.IsFinite(plain.Distance) ? plain : Plain(a[..n], b[..m], 0.125);
    }

    /// <summary>The largest differences only.</summary>
    /// <param name="a">Keys of the first sample and the largest key behind them.</param>
    /// <param name="b">Keys of the second sample and the largest key behind them.</param>
    public static (long Above, long Below) Extremes<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>, IMinMaxValue<TKey>
    {
        int n = a.Length - 1, m = b.Length - 1;
        if ((long)n + m > LargestPool)
        {
            MergeTotals totals = Plain(a[..n], b[..m], 1);
            return (totals.Above, totals.Below);
        }

        RunSums sums = new(n, m);
        Merge(a, b, ref sums, whole: false);
        return sums.Extremes;
    }

    [SkipLocalsInit]
    private static void Merge<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b, ref RunSums sums, bool whole)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>, IMinMaxValue<TKey>
    {
        Span<ulong> memory = stackalloc ulong[2 * RunBlock.Size];
        int n = a.Length - 1, m = b.Length - 1;
        (int i, int j) = Middle(a, b);
        MergeCursor low = new(0, 0, i + j), high = new(i, j, n + m);
        RunBlock first = new(memory[..RunBlock.Size]), second = new(memory[RunBlock.Size..]);
        TKey least = TKey.Min(a[0], b[0]), before = i + j == 0 ? least : i == 0 ? b[j - 1] : j == 0 ? a[i - 1] : TKey.Max(a[i - 1], b[j - 1]);
        first.Begin(ulong.CreateTruncating(least), low);
        second.Begin(ulong.CreateTruncating(before), high);
        while (low.Left > 0 || high.Left > 0)
        {
            int steps = low.Left == 0 ? high.Left : high.Left == 0 ? low.Left : Math.Min(low.Left, high.Left);
            steps = Math.Min(RunBlock.Runs, steps);
            if (low.Left > 0 && high.Left > 0)
            {
                Both(a, b, memory, ref low, ref high, steps);
            }
            else
            {
                One(a, b, low.Left > 0 ? first.Memory : second.Memory, ref low.Left > 0 ? ref low : ref high, steps);
            }

            sums.Take<TKey>(first, ref low, whole);
            sums.Take<TKey>(second, ref high, whole);
        }
    }

    /// <summary>Where the run begins that holds the middle of the pooled values.</summary>
    private static (int I, int J) Middle<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        int n = a.Length - 1, m = b.Length - 1, half = (int)(((long)n + m) / 2), from = Math.Max(0, half - m), to = Math.Min(half, n);
        while (from < to)
        {
            int middle = (from + to) / 2;
            (from, to) = a[middle] < b[half - 1 - middle] ? (middle + 1, to) : (from, middle);
        }

        TKey key = TKey.Min(a[from], b[half - from]);
        return (Below(a[..n], key), Below(b[..m], key));
    }

    /// <summary>How many keys are less.</summary>
    private static int Below<TKey>(ReadOnlySpan<TKey> keys, TKey key)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        int from = 0, to = keys.Length;
        while (from < to)
        {
            int middle = (from + to) / 2;
            (from, to) = keys[middle] < key ? (middle + 1, to) : (from, middle);
        }

        return from;
    }
}
