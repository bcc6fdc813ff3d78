using System.Numerics;

namespace Lifecycle.Statistics;

internal static partial class SampleMerge
{
    /// <summary>The same walk, each pair of parts on a thread of its own; the same bits.</summary>
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

        MergePair[] pairs = [default, default];
        MergeParts parts = Parts(a.Span, b.Span);
        (pairs[0], pairs[1]) = (parts.Low, parts.High);
        Parallel.Invoke(() => Merge(a.Span, b.Span, ref pairs[0], whole: true), () => Merge(a.Span, b.Span, ref pairs[1], whole: true));
        MergeTotals totals = new MergeParts(pairs[0], pairs[1]).Totals();
        return IsSound(totals) ? totals : Walk(a.Span, b.Span);
    }
}
