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

    /// <summary>
    /// Keys of single-precision values in the upper half, row numbers with the label as their highest bit in the lower; NaN is not
    /// allowed.
    /// </summary>
    public static ulong[] Pack(ReadOnlySpan<float> values, ReadOnlySpan<bool> labels)
    {
        ulong[] pairs = GC.AllocateUninitializedArray<ulong>(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            pairs[i] = ((ulong)OrderKey.Of(values[i]) << 32) | (labels[i] ? 1u << 31 : 0) | (uint)i;
        }

        return pairs;
    }

    /// <summary>Sorts pairs by their upper halves; equal ones keep their order.</summary>
    /// <returns>The pairs, in the same array or in another.</returns>
    public static ulong[] SortPacked(ulong[] pairs)
    {
        ulong[] spare = GC.AllocateUninitializedArray<ulong>(pairs.Length);
        int[] starts = new int[3 * Buckets];
        foreach (ulong pair in pairs)
        {
            uint key = (uint)(pair >> 32);
            starts[key & (Buckets - 1)]++;
            starts[Buckets + ((key >> Bits) & (Buckets - 1))]++;
            starts[2 * Buckets + (key >> (2 * Bits))]++;
        }

        for (int pass = 0; pass < 3; pass++)
        {
            int shift = 32 + pass * Bits, sum = 0;
            Span<int> places = starts.AsSpan(pass * Buckets, Buckets);
            if (places.Contains(pairs.Length))
            {
                continue;
            }

            foreach (ref int start in places)
            {
                (start, sum) = (sum, sum + start);
            }

            foreach (ulong pair in pairs)
            {
                spare[places[(int)(pair >> shift) & (Buckets - 1)]++] = pair;
            }

            (pairs, spare) = (spare, pairs);
        }

        return pairs;
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
