using System.Numerics;
using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

internal static partial class SampleMerge
{
    /// <summary>The same walk, each half on a thread of its own; the same bits.</summary>
    /// <param name="a">Keys of the first sample and the largest key behind them.</param>
    /// <param name="b">Keys of the second sample and the largest key behind them.</param>
    public static MergeTotals WalkInParallel<TKey>(ReadOnlyMemory<TKey> a, ReadOnlyMemory<TKey> b)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>, IMinMaxValue<TKey>
    {
        int n = a.Length - 1, m = b.Length - 1;
        if ((long)n + m > LargestPool)
        {
            return Walk(a.Span, b.Span);
        }

        (MergeCursor low, MergeCursor high) = Halves(a.Span, b.Span);
        RunSums lowSums = new(n, m), highSums = new(n, m);
        Parallel.Invoke(() => Half(a.Span, b.Span, low, high.Left, ref lowSums), () => Half(a.Span, b.Span, high, low.Left, ref highSums));
        MergeTotals totals = RunSums.Totals(lowSums, highSums);
        return IsSound(totals) ? totals : Walk(a.Span, b.Span);
    }

    [SkipLocalsInit]
    private static void Half<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b, MergeCursor cursor, int otherLeft, ref RunSums sums)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>, IMinMaxValue<TKey>
    {
        Span<ulong> memory = stackalloc ulong[RunBlock.Size];
        RunBlock block = new(memory);
        block.Begin(a, b, cursor);
        while (cursor.Left > 0 && otherLeft > 0)
        {
            int steps = Steps(cursor.Left, otherLeft);
            One(a, b, memory, ref cursor, steps);
            otherLeft -= steps;
            sums.Take<TKey>(block, ref cursor, whole: true);
        }

        Rest(a, b, block, ref cursor, ref sums, whole: true);
    }
}
