using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lifecycle.Statistics;

/// <content>With vectors of 512 bits the runs are merged by bitonic networks (Batcher 1968), eight comparisons at a time.</content>
internal static partial class SortedBlock
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SortWide(Span<double> values)
    {
        ref double first = ref MemoryMarshal.GetReference(values);
        for (int square = 0; square < Length; square += Square)
        {
            ref double at = ref Unsafe.Add(ref first, square);
            SortColumns(ref at);
            Transpose(ref at);
        }

        for (int run = Column; run < Length; run *= 2)
        {
            for (int at = 0; at < Length; at += 2 * run)
            {
                MergeBitonic(ref Unsafe.Add(ref first, at), run);
            }
        }
    }

    // Two sorted runs, one behind the other, become one: the second is turned round, so that both together rise and fall once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MergeBitonic(ref double runs, int run)
    {
        for (int i = 0; i < run; i += Column)
        {
            // the two runs meet from their far ends: what is less stays below, in the order of the first run
            ref double low = ref Unsafe.Add(ref runs, i), high = ref Unsafe.Add(ref runs, (2 * run) - Column - i);
            Vector512<double> a = Vector512.LoadUnsafe(ref low), b = Reverse(Vector512.LoadUnsafe(ref high));
            Vector512.MinNative(a, b).StoreUnsafe(ref low);
            Reverse(Vector512.MaxNative(a, b)).StoreUnsafe(ref high);
        }

        for (int step = run / 2; step >= Column; step /= 2)
        {
            for (int block = 0; block < 2 * run; block += 2 * step)
            {
                for (int i = block; i < block + step; i += Column)
                {
                    ref double low = ref Unsafe.Add(ref runs, i), high = ref Unsafe.Add(ref runs, i + step);
                    Vector512<double> a = Vector512.LoadUnsafe(ref low), b = Vector512.LoadUnsafe(ref high);
                    Vector512.MinNative(a, b).StoreUnsafe(ref low);
                    Vector512.MaxNative(a, b).StoreUnsafe(ref high);
                }
            }
        }

        for (int i = 0; i < 2 * run; i += Column)
        {
            ref double eight = ref Unsafe.Add(ref runs, i);
            Vector512<double> x = Vector512.LoadUnsafe(ref eight);
            x = Ordered(x, Avx512F.Shuffle4x128(x, x, 0b01_00_11_10), 0xF0);
            x = Ordered(x, Avx512F.Permute4x64(x, 0b01_00_11_10), 0xCC);
            x = Ordered(x, Avx512F.Permute2x64(x, 0b01010101), 0xAA);
            x.StoreUnsafe(ref eight);
        }
    }

    // The lesser of each pair where the bit is clear, the greater where it is set.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Ordered(Vector512<double> x, Vector512<double> partners, byte greater) =>
        Vector512.ConditionalSelect(MaskOf(greater), Vector512.MaxNative(x, partners), Vector512.MinNative(x, partners));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> MaskOf(byte bits) => bits switch
    {
        0xF0 => Vector512.Create(0L, 0, 0, 0, -1, -1, -1, -1).AsDouble(),
        0xCC => Vector512.Create(0L, 0, -1, -1, 0, 0, -1, -1).AsDouble(),
        _ => Vector512.Create(0L, -1, 0, -1, 0, -1, 0, -1).AsDouble(),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Reverse(Vector512<double> x) => Avx512F.PermuteVar8x64(x, Vector512.Create(7L, 6, 5, 4, 3, 2, 1, 0));

    // Eight columns become eight runs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref double square)
    {
        Vector512<double> r0 = Vector512.LoadUnsafe(ref square), r1 = Vector512.LoadUnsafe(ref square, 8);
        Vector512<double> r2 = Vector512.LoadUnsafe(ref square, 16), r3 = Vector512.LoadUnsafe(ref square, 24);
        Vector512<double> r4 = Vector512.LoadUnsafe(ref square, 32), r5 = Vector512.LoadUnsafe(ref square, 40);
        Vector512<double> r6 = Vector512.LoadUnsafe(ref square, 48), r7 = Vector512.LoadUnsafe(ref square, 56);

        // pairs of neighbours, then of fours, within and then across the parts of 128 bits
        Vector512<double> a0 = Avx512F.UnpackLow(r0, r1), a1 = Avx512F.UnpackHigh(r0, r1), a2 = Avx512F.UnpackLow(r2, r3), a3 = Avx512F.UnpackHigh(r2, r3);
        Vector512<double> a4 = Avx512F.UnpackLow(r4, r5), a5 = Avx512F.UnpackHigh(r4, r5), a6 = Avx512F.UnpackLow(r6, r7), a7 = Avx512F.UnpackHigh(r6, r7);
        Vector512<double> b0 = Avx512F.Shuffle4x128(a0, a2, 0b10_00_10_00), b1 = Avx512F.Shuffle4x128(a0, a2, 0b11_01_11_01);
        Vector512<double> b2 = Avx512F.Shuffle4x128(a4, a6, 0b10_00_10_00), b3 = Avx512F.Shuffle4x128(a4, a6, 0b11_01_11_01);
        Vector512<double> c0 = Avx512F.Shuffle4x128(a1, a3, 0b10_00_10_00), c1 = Avx512F.Shuffle4x128(a1, a3, 0b11_01_11_01);
        Vector512<double> c2 = Avx512F.Shuffle4x128(a5, a7, 0b10_00_10_00), c3 = Avx512F.Shuffle4x128(a5, a7, 0b11_01_11_01);
        Avx512F.Shuffle4x128(b0, b2, 0b10_00_10_00).StoreUnsafe(ref square);
        Avx512F.Shuffle4x128(c0, c2, 0b10_00_10_00).StoreUnsafe(ref square, 8);
        Avx512F.Shuffle4x128(b1, b3, 0b10_00_10_00).StoreUnsafe(ref square, 16);
        Avx512F.Shuffle4x128(c1, c3, 0b10_00_10_00).StoreUnsafe(ref square, 24);
        Avx512F.Shuffle4x128(b0, b2, 0b11_01_11_01).StoreUnsafe(ref square, 32);
        Avx512F.Shuffle4x128(c0, c2, 0b11_01_11_01).StoreUnsafe(ref square, 40);
        Avx512F.Shuffle4x128(b1, b3, 0b11_01_11_01).StoreUnsafe(ref square, 48);
        Avx512F.Shuffle4x128(c1, c3, 0b11_01_11_01).StoreUnsafe(ref square, 56);
    }
}
