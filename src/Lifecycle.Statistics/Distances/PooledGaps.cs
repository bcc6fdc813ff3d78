using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

/// <summary>The gaps between neighbouring pooled values of two samples.</summary>
internal static class PooledGaps
{
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
            Interruption.LookAt(i + j);
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
}
