using System.Buffers;
using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

/// <summary>Drops what cannot be tested, sorts the keys of the rest in rented arrays.</summary>
internal static class SampleSorter
{
    private const int RadixFrom = 256;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SortedKeys<uint> Sort(ReadOnlySpan<float> values)
    {
        uint[] keys = ArrayPool<uint>.Shared.Rent(values.Length), spare = ArrayPool<uint>.Shared.Rent(values.Length);
        int count = 0, missing = 0;
        foreach (float value in values)
        {
            // Written always, kept only when finite: no branch that depends on the data.
            keys[count] = OrderKey.Of(value);
            count += float.IsFinite(value) ? 1 : 0;
            missing += float.IsNaN(value) ? 1 : 0;
        }

        if (count < RadixFrom)
        {
            keys.AsSpan(0, count).Sort();
        }
        else if (RadixSort.Sort(keys, spare, count) == spare)
        {
            (keys, spare) = (spare, keys);
        }

        ArrayPool<uint>.Shared.Return(spare);
        return new SortedKeys<uint>(keys, count, missing, values.Length - count - missing);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SortedKeys<ulong> Sort(ReadOnlySpan<double> values)
    {
        ulong[] keys = ArrayPool<ulong>.Shared.Rent(values.Length), spare = ArrayPool<ulong>.Shared.Rent(values.Length);
        int count = 0, missing = 0;
        foreach (double value in values)
        {
            keys[count] = OrderKey.Of(value);
            count += double.IsFinite(value) ? 1 : 0;
            missing += double.IsNaN(value) ? 1 : 0;
        }

        if (count < RadixFrom)
        {
            keys.AsSpan(0, count).Sort();
        }
        else if (RadixSort.Sort(keys, spare, count) == spare)
        {
            (keys, spare) = (spare, keys);
        }

        ArrayPool<ulong>.Shared.Return(spare);
        return new SortedKeys<ulong>(keys, count, missing, values.Length - count - missing);
    }
}
