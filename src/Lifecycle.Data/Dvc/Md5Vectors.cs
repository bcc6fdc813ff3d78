using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lifecycle.Data;

/// <summary>Sixteen lanes of AVX-512.</summary>
internal readonly struct Md5Lanes16 : IMd5Lanes<Vector512<uint>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> All(uint value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> x, Vector512<uint> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Select(Vector512<uint> mask, Vector512<uint> x, Vector512<uint> y) => Avx512F.TernaryLogic(mask, x, y, 0xCA);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Xor(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) => Avx512F.TernaryLogic(x, y, z, 0x96);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Mix(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) => Avx512F.TernaryLogic(x, y, z, 0x39);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateLeft(Vector512<uint> x, [ConstantExpected] byte bits) => Avx512F.RotateLeft(x, bits);

    public static unsafe void Load(byte** lanes, Vector512<uint>* words)
    {
        Vector512<uint>* quads = stackalloc Vector512<uint>[16];
        for (int q = 0; q < 4; q++)
        {
            Vector512<uint> r0 = Vector512.Load((uint*)lanes[4 * q]);
            Vector512<uint> r1 = Vector512.Load((uint*)lanes[(4 * q) + 1]);
            Vector512<uint> r2 = Vector512.Load((uint*)lanes[(4 * q) + 2]);
            Vector512<uint> r3 = Vector512.Load((uint*)lanes[(4 * q) + 3]);
            Vector512<ulong> low01 = Avx512F.UnpackLow(r0, r1).AsUInt64();
            Vector512<ulong> high01 = Avx512F.UnpackHigh(r0, r1).AsUInt64();
            Vector512<ulong> low23 = Avx512F.UnpackLow(r2, r3).AsUInt64();
            Vector512<ulong> high23 = Avx512F.UnpackHigh(r2, r3).AsUInt64();
            quads[q] = Avx512F.UnpackLow(low01, low23).AsUInt32();
            quads[4 + q] = Avx512F.UnpackHigh(low01, low23).AsUInt32();
            quads[8 + q] = Avx512F.UnpackLow(high01, high23).AsUInt32();
            quads[12 + q] = Avx512F.UnpackHigh(high01, high23).AsUInt32();
        }

        for (int k = 0; k < 4; k++)
        {
            Vector512<uint>* u = quads + (4 * k);
            Vector512<uint> even01 = Avx512F.Shuffle4x128(u[0], u[1], 0x88);
            Vector512<uint> even23 = Avx512F.Shuffle4x128(u[2], u[3], 0x88);
            Vector512<uint> odd01 = Avx512F.Shuffle4x128(u[0], u[1], 0xDD);
            Vector512<uint> odd23 = Avx512F.Shuffle4x128(u[2], u[3], 0xDD);
            words[k] = Avx512F.Shuffle4x128(even01, even23, 0x88);
            words[8 + k] = Avx512F.Shuffle4x128(even01, even23, 0xDD);
            words[4 + k] = Avx512F.Shuffle4x128(odd01, odd23, 0x88);
            words[12 + k] = Avx512F.Shuffle4x128(odd01, odd23, 0xDD);
        }
    }
}

/// <summary>Eight lanes of AVX2.</summary>
internal readonly struct Md5Lanes8 : IMd5Lanes<Vector256<uint>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> All(uint value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> x, Vector256<uint> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Select(Vector256<uint> mask, Vector256<uint> x, Vector256<uint> y) => y ^ (mask & (x ^ y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Xor(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) => x ^ y ^ z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Mix(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) => y ^ (x | ~z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateLeft(Vector256<uint> x, [ConstantExpected] byte bits) => (x << bits) | (x >>> (32 - bits));

    public static unsafe void Load(byte** lanes, Vector256<uint>* words)
    {
        Vector256<uint>* quads = stackalloc Vector256<uint>[8];
        for (int half = 0; half < 2; half++)
        {
            for (int q = 0; q < 2; q++)
            {
                Vector256<uint> r0 = Vector256.Load((uint*)lanes[4 * q] + (8 * half));
                Vector256<uint> r1 = Vector256.Load((uint*)lanes[(4 * q) + 1] + (8 * half));
                Vector256<uint> r2 = Vector256.Load((uint*)lanes[(4 * q) + 2] + (8 * half));
                Vector256<uint> r3 = Vector256.Load((uint*)lanes[(4 * q) + 3] + (8 * half));
                Vector256<ulong> low01 = Avx2.UnpackLow(r0, r1).AsUInt64();
                Vector256<ulong> high01 = Avx2.UnpackHigh(r0, r1).AsUInt64();
                Vector256<ulong> low23 = Avx2.UnpackLow(r2, r3).AsUInt64();
                Vector256<ulong> high23 = Avx2.UnpackHigh(r2, r3).AsUInt64();
                quads[q] = Avx2.UnpackLow(low01, low23).AsUInt32();
                quads[2 + q] = Avx2.UnpackHigh(low01, low23).AsUInt32();
                quads[4 + q] = Avx2.UnpackLow(high01, high23).AsUInt32();
                quads[6 + q] = Avx2.UnpackHigh(high01, high23).AsUInt32();
            }

            for (int k = 0; k < 4; k++)
            {
                words[(8 * half) + k] = Avx2.Permute2x128(quads[2 * k], quads[(2 * k) + 1], 0x20);
                words[(8 * half) + 4 + k] = Avx2.Permute2x128(quads[2 * k], quads[(2 * k) + 1], 0x31);
            }
        }
    }
}

/// <summary>Four lanes of any machine with vectors.</summary>
internal readonly struct Md5Lanes4 : IMd5Lanes<Vector128<uint>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> All(uint value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Add(Vector128<uint> x, Vector128<uint> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Select(Vector128<uint> mask, Vector128<uint> x, Vector128<uint> y) => y ^ (mask & (x ^ y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Xor(Vector128<uint> x, Vector128<uint> y, Vector128<uint> z) => x ^ y ^ z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Mix(Vector128<uint> x, Vector128<uint> y, Vector128<uint> z) => y ^ (x | ~z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> RotateLeft(Vector128<uint> x, [ConstantExpected] byte bits) => (x << bits) | (x >>> (32 - bits));

    public static unsafe void Load(byte** lanes, Vector128<uint>* words)
    {
        uint* first = (uint*)lanes[0];
        uint* second = (uint*)lanes[1];
        uint* third = (uint*)lanes[2];
        uint* fourth = (uint*)lanes[3];
        for (int i = 0; i < 16; i++)
        {
            words[i] = Vector128.Create(first[i], second[i], third[i], fourth[i]);
        }
    }
}
