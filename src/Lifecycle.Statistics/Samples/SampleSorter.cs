using System.Buffers;
using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

/// <summary>Drops what cannot be tested, sorts the rest.</summary>
internal static class SampleSorter
{
    private const int RadixFrom = 256;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float[] Sort(ReadOnlySpan<float> values, out int missing, out int infinite)
    {
        uint[] keys = ArrayPool<uint>.Shared.Rent(values.Length), spare = ArrayPool<uint>.Shared.Rent(values.Length);
        int count = 0, nan = 0;
        foreach (float value in values)
        {
            // Written always, kept only when finite: no branch that depends on the data.
            keys[count] = OrderKey.Of(value);
            count += float.IsFinite(value) ? 1 : 0;
            nan += float.IsNaN(value) ? 1 : 0;
        }

        uint[] sorted = keys;
        if (count < RadixFrom)
        {
            keys.AsSpan(0, count).Sort();
        }
        else
        {
            sorted = RadixSort.Sort(keys, spare, count);
        }

        float[] result = GC.AllocateUninitializedArray<float>(count);
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = OrderKey.ToSingle(sorted[i]);
        }

        ArrayPool<uint>.Shared.Return(keys);
        ArrayPool<uint>.Shared.Return(spare);
        (missing, infinite) = (nan, values.Length - count - nan);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double[] Sort(ReadOnlySpan<double> values, out int missing, out int infinite)
    {
        ulong[] keys = ArrayPool<ulong>.Shared.Rent(values.Length), spare = ArrayPool<ulong>.Shared.Rent(values.Length);
        int count = 0, nan = 0;
        foreach (double value in values)
        {
            keys[count] = OrderKey.Of(value);
            count += double.IsFinite(value) ? 1 : 0;
            nan += double.IsNaN(value) ? 1 : 0;
        }

        ulong[] sorted = keys;
        if (count < RadixFrom)
        {
            keys.AsSpan(0, count).Sort();
        }
        else
        {
            sorted = RadixSort.Sort(keys, spare, count);
        }

        double[] result = GC.AllocateUninitializedArray<double>(count);
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = OrderKey.ToDouble(sorted[i]);
        }

        ArrayPool<ulong>.Shared.Return(keys);
        ArrayPool<ulong>.Shared.Return(spare);
        (missing, infinite) = (nan, values.Length - count - nan);
        return result;
    }
}
