using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Statistics;

/// <summary>One walk through two sorted samples.</summary>
internal static partial class SampleMerge
{
    /// <summary>All statistics from one walk.</summary>
    public static MergeTotals Walk<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>
    {
        MergeTotals totals = Plain(a, b, 1);
        return double.IsFinite(totals.Distance) ? totals : Plain(a, b, 0.125);
    }

    /// <summary>The largest differences only; the data decide no branch but that of ties.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (long Above, long Below) Extremes<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>
    {
        MergeTotals totals = Plain(a, b, 1);
        return (totals.Above, totals.Below);
    }
}
