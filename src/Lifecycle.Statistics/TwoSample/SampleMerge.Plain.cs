using System.Numerics;

namespace Lifecycle.Statistics;

internal static partial class SampleMerge
{
    /// <summary>The walk run by run, for any size; <paramref name="scale"/> keeps differences of huge values finite.</summary>
    internal static MergeTotals Plain<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b, double scale)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>
    {
        long n = a.Length, m = b.Length;
        double size = (double)n + m, product = (double)n * m;
        CompensatedSum anderson = default, distance = default, squared = default;
        MergeTotals totals = default;
        double last = 0;
        long i = 0, j = 0;
        while (i < n || j < m)
        {
            Interruption.LookAt(totals.Distinct);
            TKey key = j == m || (i < n && a[(int)i] <= b[(int)j]) ? a[(int)i] : b[(int)j];
            double value = ToValue(key) * scale, share = (i * m - j * n) / product, step = totals.Distinct == 0 ? 0 : value - last;
            distance.Add(Math.Abs(share) * step);
            squared.Add(share * share * step);
            long fromI = i, fromJ = j;
            for (; i < n && a[(int)i] == key; i++)
            {
            }

            for (; j < m && b[(int)j] == key; j++)
            {
            }

            totals.AddRun(fromI, fromJ, i - fromI, j - fromJ);
            totals.Above = Math.Max(totals.Above, i * m - j * n);
            totals.Below = Math.Max(totals.Below, j * n - i * m);
            anderson.Add(AndersonTerm(fromI + fromJ, i + j - fromI - fromJ, 0.5 * ((fromI + i) * (double)m - (fromJ + j) * (double)n), size));
            last = value;
        }

        totals.AndersonDarling = anderson.Value * (size - 1) / size * (1.0 / n + 1.0 / m);
        totals.Distance = distance.Value / scale;
        totals.SquaredDistance = squared.Value / scale;
        return totals;
    }

    /// <summary>Of a run of l values above L: l gap² / (B (N - B) - N l/4), B = L + l/2; gap = m M_x - n M_y.</summary>
    private static double AndersonTerm(long lower, long run, double gap, double size)
    {
        double half = lower + 0.5 * run, spread = half * (size - half) - 0.25 * size * run;
        return spread > 0 ? run * (gap / size) * (gap / spread) : 0;
    }

    private static double ToValue<TKey>(TKey key)
        where TKey : unmanaged, IBinaryInteger<TKey> =>
        typeof(TKey) == typeof(uint) ? OrderKey.ToSingle(uint.CreateTruncating(key)) : OrderKey.ToDouble(ulong.CreateTruncating(key));
}
