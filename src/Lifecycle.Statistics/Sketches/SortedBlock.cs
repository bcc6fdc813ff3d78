using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lifecycle.Statistics;

/// <summary>Sorts blocks of <see cref="Length"/> numbers without a branch that depends on them: a network across vectors, then merges from both ends.</summary>
internal static partial class SortedBlock
{
    public const int Length = 256;

    private const int Column = 8;
    private const int Square = Column * Column;

    /// <summary>Sorts the block in place.</summary>
    /// <param name="values">Exactly <see cref="Length"/> numbers, no NaN.</param>
    /// <param name="spare">As many places; what they hold is lost.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sort(Span<double> values, Span<double> spare)
    {
        if (Avx512F.IsSupported)
        {
            SortWide(values);
            return;
        }

        ref double from = ref MemoryMarshal.GetReference(values), to = ref MemoryMarshal.GetReference(spare);
        for (int square = 0; square < Length; square += Square)
        {
            SortColumns(ref Unsafe.Add(ref from, square));
            for (int column = 0; column < Column; column += 2)
            {
                MergeColumns(ref Unsafe.Add(ref from, square + column), ref Unsafe.Add(ref to, square + column * Column));
            }
        }

        // Runs of 16 lie in the spare places; each round doubles them and changes sides.
        int rounds = 0;
        for (int run = 2 * Column; run < Length; run *= 2, rounds++)
        {
            ref double source = ref (rounds & 1) == 0 ? ref to : ref from;
            ref double target = ref (rounds & 1) == 0 ? ref from : ref to;
            for (int at = 0; at < Length; at += 2 * run)
            {
                Merge(ref Unsafe.Add(ref source, at), run, 1, ref Unsafe.Add(ref target, at));
            }
        }

        if ((rounds & 1) == 0)
        {
            spare[..Length].CopyTo(values);
        }
    }

    private static void MergeColumns(ref double columns, ref double target)
    {
        // Two neighbouring columns of 8: the same merge with steps of 8 and the second run one to the right.
        int i = 0, j = 1, u = Square - Column, v = u + 1;
        for (int k = 0; k < Column; k++)
        {
            double a = Unsafe.Add(ref columns, i), b = Unsafe.Add(ref columns, j);
            bool first = a <= b;
            Unsafe.Add(ref target, k) = double.MinNative(a, b);
            int step = Unsafe.BitCast<bool, byte>(first) * Column;
            i += step;
            j += Column - step;
            double c = Unsafe.Add(ref columns, u), d = Unsafe.Add(ref columns, v);
            bool second = c <= d;
            Unsafe.Add(ref target, 2 * Column - 1 - k) = double.MaxNative(c, d);
            step = Unsafe.BitCast<bool, byte>(second) * Column;
            v -= step;
            u -= Column - step;
        }
    }

    /// <summary>Merges two neighbouring runs of one length, from both ends at once: neither end can run out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Merge(ref double runs, int length, int step, ref double target)
    {
        nint i = 0, j = length, u = length - 1, v = 2 * length - 1;
        for (nint k = 0, last = 2 * length - 1; k < length; k++, last--)
        {
            double a = Unsafe.Add(ref runs, i), b = Unsafe.Add(ref runs, j);
            bool first = a <= b;
            Unsafe.Add(ref target, k) = double.MinNative(a, b);
            nint taken = Unsafe.BitCast<bool, byte>(first);
            i += taken;
            j += step - taken;
            double c = Unsafe.Add(ref runs, u), d = Unsafe.Add(ref runs, v);
            bool second = c <= d;
            Unsafe.Add(ref target, last) = double.MaxNative(c, d);
            taken = Unsafe.BitCast<bool, byte>(second);
            v -= taken;
            u -= step - taken;
        }
    }

    /// <summary>Sorts each of the 8 columns of an 8 by 8 square with the network of 19 comparators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SortColumns(ref double square)
    {
        Vector512<double> r0 = Vector512.LoadUnsafe(ref square), r1 = Vector512.LoadUnsafe(ref square, 8);
        Vector512<double> r2 = Vector512.LoadUnsafe(ref square, 16), r3 = Vector512.LoadUnsafe(ref square, 24);
        Vector512<double> r4 = Vector512.LoadUnsafe(ref square, 32), r5 = Vector512.LoadUnsafe(ref square, 40);
        Vector512<double> r6 = Vector512.LoadUnsafe(ref square, 48), r7 = Vector512.LoadUnsafe(ref square, 56);
        Order(ref r0, ref r2);
        Order(ref r1, ref r3);
        Order(ref r4, ref r6);
        Order(ref r5, ref r7);
        Order(ref r0, ref r4);
        Order(ref r1, ref r5);
        Order(ref r2, ref r6);
        Order(ref r3, ref r7);
        Order(ref r0, ref r1);
        Order(ref r2, ref r3);
        Order(ref r4, ref r5);
        Order(ref r6, ref r7);
        Order(ref r2, ref r4);
        Order(ref r3, ref r5);
        Order(ref r1, ref r4);
        Order(ref r3, ref r6);
        Order(ref r1, ref r2);
        Order(ref r3, ref r4);
        Order(ref r5, ref r6);
        r0.StoreUnsafe(ref square);
        r1.StoreUnsafe(ref square, 8);
        r2.StoreUnsafe(ref square, 16);
        r3.StoreUnsafe(ref square, 24);
        r4.StoreUnsafe(ref square, 32);
        r5.StoreUnsafe(ref square, 40);
        r6.StoreUnsafe(ref square, 48);
        r7.StoreUnsafe(ref square, 56);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Order(ref Vector512<double> low, ref Vector512<double> high)
    {
        Vector512<double> least = Vector512.MinNative(low, high);
        high = Vector512.MaxNative(low, high);
        low = least;
    }
}
