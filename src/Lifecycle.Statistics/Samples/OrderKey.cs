using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

/// <summary>Unsigned keys in the order of floating-point numbers; -0 and +0 share a key.</summary>
internal static class OrderKey
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value + 0f);
        return (uint)(bits ^ ((bits >> 31) | int.MinValue));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value + 0d);
        return (ulong)(bits ^ ((bits >> 63) | long.MinValue));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(uint key)
    {
        int bits = (int)key;
        return BitConverter.Int32BitsToSingle(bits ^ ((~bits >> 31) | int.MinValue));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(ulong key)
    {
        long bits = (long)key;
        return BitConverter.Int64BitsToDouble(bits ^ ((~bits >> 63) | long.MinValue));
    }
}
