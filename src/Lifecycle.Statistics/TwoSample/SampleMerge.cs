using System.Numerics;
using System.Runtime.CompilerServices;

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
            RunSums low = new(n, m), high = new(n, m);
            Merge(a, b, ref low, ref high, whole: true);
            MergeTotals totals = RunSums.Totals(low, high);
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

        RunSums low = new(n, m), high = new(n, m);
        Merge(a, b, ref low, ref high, whole: false);
        return RunSums.Extremes(low, high);
    }

    private static bool IsSound(in MergeTotals totals) =>
        totals.Distinct > 1 && double.IsFinite(totals.Distance) && double.IsFinite(totals.SquaredDistance);

    [SkipLocalsInit]
    private static void Merge<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b, ref RunSums lowSums, ref RunSums highSums, bool whole)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>, IMinMaxValue<TKey>
    {
        Span<ulong> memory = stackalloc ulong[2 * RunBlock.Size];
        (MergeCursor low, MergeCursor high) = Halves(a, b);
        RunBlock first = new(memory[..RunBlock.Size]), second = new(memory[RunBlock.Size..]);
        first.Begin(a, b, low);
        second.Begin(a, b, high);
        while (low.Left > 0 && high.Left > 0)
        {
            Interruption.Look();
            Both(a, b, memory, ref low, ref high, Steps(low.Left, high.Left));
            lowSums.Take<TKey>(first, ref low, whole);
            highSums.Take<TKey>(second, ref high, whole);
        }

        Rest(a, b, first, ref low, ref lowSums, whole);
        Rest(a, b, second, ref high, ref highSums, whole);
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

    /// <summary>Steps of a round in which both halves go on; where rounds end decides where sums are rounded.</summary>
    private static int Steps(int left, int otherLeft) => Math.Min(RunBlock.Runs, Math.Min(left, otherLeft));

    /// <summary>The walk of both halves.</summary>
    private static (MergeCursor Low, MergeCursor High) Halves<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        (int i, int j) = Middle(a, b);
        return (new MergeCursor(0, 0, i + j), new MergeCursor(i, j, a.Length + b.Length - 2));
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
