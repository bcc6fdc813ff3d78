using System.Numerics;
using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

/// <summary>The gaps between neighbouring pooled values of two samples.</summary>
internal static class PooledGaps
{
    /// <summary>√(2 Σ (i/n - j/m)² Δv) over the pooled values, i and j = counts at or below.</summary>
    public static double Energy(SortedSample first, SortedSample second) => first.IsSingle && second.IsSingle
        ? Energy(first.Singles, second.Singles)
        : Energy(first.Values, second.Values);

    /// <summary>After pooled rank r = 1 .. N - 1 comes the gap at index r; the pooled ranks of one sample go to <paramref name="ranks"/>.</summary>
    /// <param name="small">The sample whose pooled ranks are wanted.</param>
    /// <param name="large">The other sample.</param>
    /// <param name="gaps">Length N.</param>
    /// <param name="ranks">Length of the small sample, or empty when not wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(SortedSample small, SortedSample large, Span<double> gaps, Span<int> ranks)
    {
        ReadOnlySpan<double> a = small.Values, b = large.Values;
        int i = 0, j = 0;
        double last = Math.Min(a[0], b[0]);
        while (i < a.Length || j < b.Length)
        {
            bool left = j == b.Length || (i < a.Length && a[i] <= b[j]);
            double value = left ? a[i] : b[j];
            gaps[i + j] = value - last;
            last = value;
            if (left)
            {
                i++;
                if (!ranks.IsEmpty)
                {
                    ranks[i - 1] = i + j;
                }
            }
            else
            {
                j++;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Energy<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : struct, INumber<T>
    {
        double n = a.Length, m = b.Length, last = 0;
        CompensatedSum sum = default;
        int i = 0, j = 0;
        while (i < a.Length || j < b.Length)
        {
            bool left = j == b.Length || (i < a.Length && a[i] <= b[j]);
            double value = double.CreateTruncating(left ? a[i] : b[j]);
            double difference = i * m - j * n;
            sum.Add(i + j == 0 ? 0 : difference * difference * (value - last));
            last = value;
            i += left ? 1 : 0;
            j += left ? 0 : 1;
        }

        return Math.Sqrt(2 * sum.Value) / n / m;
    }
}
