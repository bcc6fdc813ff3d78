using System.Numerics;
using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

/// <summary>
/// One walk through two sorted samples. The pooled values are cut at runs into quarters, small ones into halves; two neighbours are merged in one
/// loop, without a branch that depends on the data; the runs they yield go in blocks to <see cref="RunSums"/>. Each sample has one key more than
/// values, the largest of all, so that the walk may look behind its end.
/// </summary>
internal static partial class SampleMerge
{
    private const int LargestPool = 1 << 26;

    /// <summary>Pooled values from which on quarters are worth two more cuts.</summary>
    private const int LeastQuartered = 1 << 14;

    /// <summary>All statistics from one walk.</summary>
    /// <param name="a">Keys of the first sample and the largest key behind them.</param>
    /// <param name="b">Keys of the second sample and the largest key behind them.</param>
    public static MergeTotals Walk<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>, IMinMaxValue<TKey>
    {
        int n = a.Length - 1, m = b.Length - 1;
        if ((long)n + m <= LargestPool)
        {
            MergeParts parts = Parts(a, b);
            Merge(a, b, ref parts.Low, whole: true);
            Merge(a, b, ref parts.High, whole: true);
            MergeTotals totals = parts.Totals();
            if (IsSound(totals))
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

        MergeParts parts = Parts(a, b);
        Merge(a, b, ref parts.Low, whole: false);
        Merge(a, b, ref parts.High, whole: false);
        return parts.Extremes();
    }

    private static bool IsSound(in MergeTotals totals) =>
        totals.Distinct > 1 && double.IsFinite(totals.Distance) && double.IsFinite(totals.SquaredDistance);

    /// <summary>Merges two neighbours.</summary>
    [SkipLocalsInit]
    private static void Merge<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b, ref MergePair pair, bool whole)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>, IMinMaxValue<TKey>
    {
        Span<ulong> memory = stackalloc ulong[2 * RunBlock.Size];
        RunBlock first = new(memory[..RunBlock.Size]), second = new(memory[RunBlock.Size..]);
        MergeCursor low = pair.First, high = pair.Second;
        first.Begin(a, b, low);
        second.Begin(a, b, high);
        while (low.Left > 0 && high.Left > 0)
        {
            Interruption.Look();
            Both(a, b, memory, ref low, ref high, Math.Min(RunBlock.Runs, Math.Min(low.Left, high.Left)));
            pair.FirstSums.Take<TKey>(first, ref low, whole);
            pair.SecondSums.Take<TKey>(second, ref high, whole);
        }

        Rest(a, b, first, ref low, ref pair.FirstSums, whole);
        Rest(a, b, second, ref high, ref pair.SecondSums, whole);
    }

    private static void Rest<TKey>(
        ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b, in RunBlock block, ref MergeCursor cursor, ref RunSums sums, bool whole)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>
    {
        while (cursor.Left > 0)
        {
            Interruption.Look();
            One(a, b, block.Memory, ref cursor, Math.Min(RunBlock.Runs, cursor.Left));
            sums.Take<TKey>(block, ref cursor, whole);
        }
    }

    /// <summary>The walk of all parts.</summary>
    private static MergeParts Parts<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        int n = a.Length - 1, m = b.Length - 1, pool = n + m;
        (int I, int J) middle = Cut(a, b, pool / 2), low = (0, 0), high = (n, m);
        if (pool >= LeastQuartered)
        {
            (low, high) = (Cut(a, b, pool / 4), Cut(a, b, pool / 4 * 3));
            return new MergeParts(new MergePair(n, m, (0, 0), low, middle), new MergePair(n, m, middle, high, (n, m)));
        }

        return new MergeParts(new MergePair(n, m, low, middle, high), new MergePair(n, m, high, high, high));
    }

    /// <summary>Where the run begins that holds the pooled value of a rank.</summary>
    private static (int I, int J) Cut<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b, int rank)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        int n = a.Length - 1, m = b.Length - 1, from = Math.Max(0, rank - m), to = Math.Min(rank, n);
        while (from < to)
        {
            int middle = (from + to) / 2;
            (from, to) = a[middle] < b[rank - 1 - middle] ? (middle + 1, to) : (from, middle);
        }

        TKey key = TKey.Min(a[from], b[rank - from]);
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
