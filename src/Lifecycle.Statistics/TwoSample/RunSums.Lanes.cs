using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Statistics;

internal partial struct RunSums
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Doubles(ref ulong memory, nuint at) => Vector256.LoadUnsafe(ref memory, at).AsDouble();

    /// <summary>Copies of a run in one sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Copies(ref ulong memory, nuint at) =>
        (Vector256.LoadUnsafe(ref memory, at) - Vector256.LoadUnsafe(ref memory, at - 1)).AsUInt32();

    /// <summary>Values of both samples at or below a run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Pooled(ref ulong memory, nuint run) =>
        ToDouble(Vector256.LoadUnsafe(ref memory, run + RunBlock.Firsts) + Vector256.LoadUnsafe(ref memory, run + RunBlock.Seconds));

    /// <summary>Whole numbers below 2⁵² as doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> ToDouble(Vector256<ulong> values) =>
        (values | Vector256.Create(0x4330000000000000UL)).AsDouble() - Vector256.Create(4503599627370496.0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> ToValue<TKey>(Vector256<ulong> keys)
        where TKey : unmanaged
    {
        if (typeof(TKey) == typeof(ulong))
        {
            Vector256<long> bits = keys.AsInt64();
            return (bits ^ (Vector256.ShiftRightArithmetic(~bits, 63) | Vector256.Create(long.MinValue))).AsDouble();
        }

        Vector128<int> narrow = Vector128.Narrow(keys.GetLower(), keys.GetUpper()).AsInt32();
        Vector128<float> values = (narrow ^ (Vector128.ShiftRightArithmetic(~narrow, 31) | Vector128.Create(int.MinValue))).AsSingle();
        return Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values));
    }

    private static double Largest(Vector256<double> values) => Math.Max(Math.Max(values[0], values[1]), Math.Max(values[2], values[3]));
}
