using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Statistics;

/// <summary>What one walk through two sorted samples yields.</summary>
/// <param name="Above">max of i m - j n over the pooled values, i and j = counts at or below.</param>
/// <param name="Below">max of j n - i m.</param>
/// <param name="AndersonDarling">A² in the midrank form of Scholz and Stephens.</param>
/// <param name="TwiceRankSum">Twice the sum of the first sample's pooled midranks.</param>
/// <param name="TieTerm">Σ (l³ - l) over runs of l equal values.</param>
/// <param name="Distance">Wasserstein-1 distance.</param>
/// <param name="Distinct">Number of distinct pooled values.</param>
internal readonly record struct MergeTotals(
    long Above, long Below, double AndersonDarling, double TwiceRankSum, double TieTerm, double Distance, int Distinct);

internal static class SampleMerge
{
    public static MergeTotals Walk(SortedSample a, SortedSample b) => a.IsSingle && b.IsSingle
        ? Walk(a.Singles, b.Singles)
        : Walk(a.Values, b.Values);

    /// <summary>The largest differences only; the data decide no branch but that of ties.</summary>
    public static (long Above, long Below) Extremes(SortedSample a, SortedSample b) => a.IsSingle && b.IsSingle
        ? Extremes(a.Singles, b.Singles)
        : Extremes(a.Values, b.Values);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static MergeTotals Walk<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : struct, INumber<T>
    {
        long n = a.Length, m = b.Length, size = n + m, above = 0, below = 0;
        CompensatedSum anderson = default, distance = default, ranks = default;
        double ties = 0, last = 0;
        int i = 0, j = 0, distinct = 0;
        while (i < a.Length || j < b.Length)
        {
            T value = j == b.Length || (i < a.Length && a[i] <= b[j]) ? (i < a.Length ? a[i] : b[j]) : b[j];
            double v = double.CreateTruncating(value);
            long before = i * m - j * n, lower = i + j;
            distance.Add(distinct == 0 ? 0 : Math.Abs(before) * (v - last));
            int fromI = i, fromJ = j;
            for (; i < a.Length && a[i] == value; i++)
            {
            }

            for (; j < b.Length && b[j] == value; j++)
            {
            }

            long difference = i * m - j * n, run = i + j - lower;
            above = Math.Max(above, difference);
            below = Math.Max(below, -difference);
            double half = lower + 0.5 * run, own = 0.5 * (fromI + i), gap = size * own - half * n;
            double spread = half * (size - half) - 0.25 * size * run;
            anderson.Add(spread > 0 ? run * (gap / size) * (gap / spread) : 0);
            ranks.Add((double)(i - fromI) * (2 * lower + run + 1));
            ties += run > 1 ? (double)run * ((double)run * run - 1) : 0;
            last = v;
            distinct++;
        }

        double squared = anderson.Value * (size - 1) / size * (1.0 / n + 1.0 / m);
        return new MergeTotals(above, below, squared, ranks.Value, ties, distance.Value / n / m, distinct);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (long Above, long Below) Extremes<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : struct, INumber<T>
    {
        long n = a.Length, m = b.Length, difference = 0, above = 0, below = 0;
        int i = 0, j = 0;
        T last = T.Zero;
        ref T left = ref MemoryMarshal.GetReference(a), right = ref MemoryMarshal.GetReference(b);
        while (i < a.Length && j < b.Length)
        {
            T x = Unsafe.Add(ref left, i), y = Unsafe.Add(ref right, j), value = T.MinNative(x, y);
            if (value != last)
            {
                above = Math.Max(above, difference);
                below = Math.Max(below, -difference);
            }

            long fromLeft = Unsafe.BitCast<bool, byte>(x <= y), fromRight = Unsafe.BitCast<bool, byte>(y <= x);
            i += (int)fromLeft;
            j += (int)fromRight;
            difference += (-fromLeft & m) - (-fromRight & n);
            last = value;
        }

        // The rest of a run that ended one sample, then monotone to the end.
        for (; i < a.Length && a[i] == last; i++)
        {
            difference += m;
        }

        for (; j < b.Length && b[j] == last; j++)
        {
            difference -= n;
        }

        return (Math.Max(above, difference), Math.Max(below, -difference));
    }
}
