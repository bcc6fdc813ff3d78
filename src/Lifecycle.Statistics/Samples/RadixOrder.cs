namespace Lifecycle.Statistics;

/// <summary>The stable order of values by a radix sort of (key, index) pairs, 11 bits a pass, in O(n).</summary>
public static class RadixOrder
{
    private const int Bits = 11;
    private const int Buckets = 1 << Bits;

    /// <summary>Indices of the values in ascending order; equal values keep their order, NaN is not allowed.</summary>
    public static int[] Ascending(ReadOnlySpan<double> values)
    {
        (ulong Key, int Index)[] pairs = new (ulong, int)[values.Length], spare = new (ulong, int)[values.Length];
        ulong all = ulong.MaxValue, any = 0;
        for (int i = 0; i < values.Length; i++)
        {
            ulong key = OrderKey.Of(values[i]);
            pairs[i] = (key, i);
            all &= key;
            any |= key;
        }

        Span<int> starts = stackalloc int[Buckets];
        for (int shift = 0; shift < 64; shift += Bits)
        {
            if ((((all ^ any) >> shift) & (Buckets - 1)) == 0)
            {
                continue;
            }

            starts.Clear();
            foreach ((ulong key, _) in pairs)
            {
                starts[(int)(key >> shift) & (Buckets - 1)]++;
            }

            int sum = 0;
            foreach (ref int start in starts)
            {
                (start, sum) = (sum, sum + start);
            }

            foreach ((ulong Key, int Index) pair in pairs)
            {
                spare[starts[(int)(pair.Key >> shift) & (Buckets - 1)]++] = pair;
            }

            (pairs, spare) = (spare, pairs);
        }

        int[] order = new int[pairs.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = pairs[i].Index;
        }

        return order;
    }

    /// <summary>Ranks from 1, ties sharing the mean of their ranks.</summary>
    public static double[] MidRanks(ReadOnlySpan<double> values)
    {
        int[] order = Ascending(values);
        double[] ranks = new double[order.Length];
        for (int from = 0, to; from < order.Length; from = to)
        {
            for (to = from + 1; to < order.Length && values[order[to]] == values[order[from]]; to++)
            {
            }

            for (int k = from; k < to; k++)
            {
                ranks[order[k]] = 0.5 * (from + to + 1);
            }
        }

        return ranks;
    }
}
