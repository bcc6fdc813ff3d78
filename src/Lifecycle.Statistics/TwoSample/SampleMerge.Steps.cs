using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Statistics;

internal static partial class SampleMerge
{
    /// <summary>Steps of both halves in one loop: while one waits for its next key, the other goes on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Both<TKey>(
        ReadOnlySpan<TKey> first, ReadOnlySpan<TKey> second, Span<ulong> memory, ref MergeCursor low, ref MergeCursor high, int steps)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>
    {
        ref TKey a = ref MemoryMarshal.GetReference(first), b = ref MemoryMarshal.GetReference(second);
        ref ulong block = ref MemoryMarshal.GetReference(memory);
        nint i = low.I, j = low.J, run = low.Run, k = high.I, l = high.J, other = high.Run;
        ulong last = low.Last, latest = high.Last;
        for (int step = steps; step > 0; step--)
        {
            ulong x = ulong.CreateTruncating(Unsafe.Add(ref a, i)), y = ulong.CreateTruncating(Unsafe.Add(ref b, j));
            ulong u = ulong.CreateTruncating(Unsafe.Add(ref a, k)), v = ulong.CreateTruncating(Unsafe.Add(ref b, l));
            nint isFirst = x <= y ? 1 : 0, isThird = u <= v ? 1 : 0;
            i += isFirst;
            j += x > y ? 1 : 0;
            k += isThird;
            l += u > v ? 1 : 0;
            ulong key = y ^ ((x ^ y) & (ulong)-isFirst), next = v ^ ((u ^ v) & (ulong)-isThird);
            run += key != last ? 1 : 0;
            other += next != latest ? 1 : 0;
            Unsafe.Add(ref block, run) = key;
            Unsafe.Add(ref block, run + RunBlock.Firsts) = (ulong)i;
            Unsafe.Add(ref block, run + RunBlock.Seconds) = (ulong)j;
            Unsafe.Add(ref block, other + RunBlock.Size) = next;
            Unsafe.Add(ref block, other + RunBlock.Size + RunBlock.Firsts) = (ulong)k;
            Unsafe.Add(ref block, other + RunBlock.Size + RunBlock.Seconds) = (ulong)l;
            last = key;
            latest = next;
        }

        low.Move((int)i, (int)j, (int)run, last, steps);
        high.Move((int)k, (int)l, (int)other, latest, steps);
    }

    /// <summary>Steps of the half that is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<TKey>(ReadOnlySpan<TKey> first, ReadOnlySpan<TKey> second, Span<ulong> memory, ref MergeCursor cursor, int steps)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>
    {
        ref TKey a = ref MemoryMarshal.GetReference(first), b = ref MemoryMarshal.GetReference(second);
        ref ulong block = ref MemoryMarshal.GetReference(memory);
        nint i = cursor.I, j = cursor.J, run = cursor.Run;
        ulong last = cursor.Last;
        for (int step = steps; step > 0; step--)
        {
            ulong x = ulong.CreateTruncating(Unsafe.Add(ref a, i)), y = ulong.CreateTruncating(Unsafe.Add(ref b, j));
            nint isFirst = x <= y ? 1 : 0;
            i += isFirst;
            j += x > y ? 1 : 0;
            ulong key = y ^ ((x ^ y) & (ulong)-isFirst);
            run += key != last ? 1 : 0;
            Unsafe.Add(ref block, run) = key;
            Unsafe.Add(ref block, run + RunBlock.Firsts) = (ulong)i;
            Unsafe.Add(ref block, run + RunBlock.Seconds) = (ulong)j;
            last = key;
        }

        cursor.Move((int)i, (int)j, (int)run, last, steps);
    }
}
