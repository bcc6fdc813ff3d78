using System.Buffers;

namespace Lifecycle.Statistics;

/// <summary>Order statistics without sorting (Hoare 1961).</summary>
internal static class Selection
{
    private const int Short = 16;

    /// <summary>
    /// Type 7 quantile, as numpy. Only what lies beyond a guess of the quantile is looked at: the guess takes the values for normal and
    /// reaches further than needed; where it fails, all values are partitioned.
    /// </summary>
    /// <param name="values">Values in any order, at least 1; no NaN.</param>
    /// <param name="share">In [0, 1].</param>
    public static double Quantile(ReadOnlySpan<double> values, double share)
    {
        double at = share * (values.Length - 1);
        int below = (int)at, above = Math.Min(below + 1, values.Length - 1);
        double[] kept = ArrayPool<double>.Shared.Rent(values.Length + 1);
        int count = 0, offset = 0;
        if (share is > 0 and < 0.25)
        {
            count = Keep(values, Guess(values, 2 * share + 0.01), 1, kept);
        }
        else if (share is > 0.75 and < 1)
        {
            count = Keep(values, -Guess(values, 1 - (2 * (1 - share) + 0.01)), -1, kept);
            offset = values.Length - count;
        }

        if (count == 0 || below - offset < 0 || above - offset >= count)
        {
            values.CopyTo(kept);
            (count, offset) = (values.Length, 0);
        }

        Span<double> found = kept.AsSpan(0, count);
        Partition(found, below - offset);
        double low = found[below - offset], high = low;
        if (above > below)
        {
            high = double.PositiveInfinity;
            foreach (double value in found[(above - offset)..])
            {
                high = Math.Min(high, value);
            }
        }

        ArrayPool<double>.Shared.Return(kept);
        return low + (at - below) * (high - low);
    }

    /// <summary>The quantile of a normal law with the moments of the values.</summary>
    private static double Guess(ReadOnlySpan<double> values, double share)
    {
        double sum = 0, squares = 0, origin = values[0];
        foreach (double value in values)
        {
            double gap = value - origin;
            sum += gap;
            squares += gap * gap;
        }

        double mean = sum / values.Length;
        return origin + mean + NormalDistribution.Quantile(share) * Math.Sqrt(Math.Max(0, squares / values.Length - mean * mean));
    }

    private static int Keep(ReadOnlySpan<double> values, double limit, double sign, double[] kept)
    {
        int count = 0;
        foreach (double value in values)
        {
            kept[count] = value;
            count += sign * value <= limit ? 1 : 0;
        }

        return count;
    }

    /// <summary>
    /// Moves values so that the one at a rank is where sorting would put it, with none greater before and none less behind it. NaN is not
    /// allowed.
    /// </summary>
    public static void Partition(Span<double> values, int rank)
    {
        int from = 0, to = values.Length - 1;
        while (to - from > Short)
        {
            double pivot = Median(values[from], values[from + (to - from) / 2], values[to]);
            int i = from, j = to;
            while (i <= j)
            {
                while (values[i] < pivot)
                {
                    i++;
                }

                while (values[j] > pivot)
                {
                    j--;
                }

                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    i++;
                    j--;
                }
            }

            if (rank <= j)
            {
                to = j;
            }
            else if (rank >= i)
            {
                from = i;
            }
            else
            {
                return;
            }
        }

        values.Slice(from, to - from + 1).Sort();
    }

    private static double Median(double a, double b, double c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
