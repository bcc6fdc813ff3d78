using System.Buffers;

namespace Lifecycle.Statistics;

/// <summary>Drops what cannot be tested, sorts the keys of the rest in rented arrays.</summary>
internal static class SampleSorter
{
    private const int RadixFrom = 256;

    public static SortedKeys<uint> Sort(ReadOnlySpan<float> values)
    {
        uint[] keys = ArrayPool<uint>.Shared.Rent(values.Length + 1);
        int count = 0, missing = 0;
        if (values.Length < RadixFrom)
        {
            foreach (float value in values)
            {
                // Written always, kept only when finite: no branch that depends on the data.
                keys[count] = OrderKey.Of(value);
                count += float.IsFinite(value) ? 1 : 0;
                missing += float.IsNaN(value) ? 1 : 0;
            }

            keys.AsSpan(0, count).Sort();
        }
        else
        {
            uint[] spare = ArrayPool<uint>.Shared.Rent(values.Length + 1), sorted = RadixSort.Sort(values, keys, spare, out count, out missing);
            ArrayPool<uint>.Shared.Return(sorted == keys ? spare : keys);
            keys = sorted;
        }

        keys[count] = uint.MaxValue;
        return new SortedKeys<uint>(keys, count, missing, values.Length - count - missing);
    }

    public static SortedKeys<ulong> Sort(ReadOnlySpan<double> values)
    {
        ulong[] keys = ArrayPool<ulong>.Shared.Rent(values.Length + 1);
        int count = 0, missing = 0;
        if (values.Length < RadixFrom)
        {
            foreach (double value in values)
            {
                keys[count] = OrderKey.Of(value);
                count += double.IsFinite(value) ? 1 : 0;
                missing += double.IsNaN(value) ? 1 : 0;
            }

            keys.AsSpan(0, count).Sort();
        }
        else
        {
            ulong[] spare = ArrayPool<ulong>.Shared.Rent(values.Length + 1), sorted = RadixSort.Sort(values, keys, spare, out count, out missing);
            ArrayPool<ulong>.Shared.Return(sorted == keys ? spare : keys);
            keys = sorted;
        }

        keys[count] = ulong.MaxValue;
        return new SortedKeys<ulong>(keys, count, missing, values.Length - count - missing);
    }
}
