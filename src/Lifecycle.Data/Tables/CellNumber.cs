using System.Runtime.CompilerServices;

namespace Lifecycle.Data;

/// <summary>What a cell is as a number.</summary>
internal enum NumberKind
{
    /// <summary>No number.</summary>
    None,

    /// <summary>An integer of 64 bits.</summary>
    Whole,

    /// <summary>A double that is not written as an integer of 64 bits.</summary>
    Real,
}

/// <summary>The text of a cell as a number, by the rules of <see cref="CellText"/>; short decimals without a detour.</summary>
internal static class CellNumber
{
    private const int SafeDigits = 18;

    // A mantissa up to 2^53 over a power of ten up to 10^22 is one rounding, so it is the nearest double (Clinger 1990).
    private const ulong ExactMantissa = 1UL << 53;

    private static readonly double[] Powers =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>Reads a number.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="whole">The integer, for <see cref="NumberKind.Whole"/>.</param>
    /// <param name="value">The number as double.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static NumberKind Parse(ReadOnlySpan<byte> text, out long whole, out double value)
    {
        whole = 0;
        value = 0;
        int i = 0;
        bool negative = text.Length > 0 && text[0] == (byte)'-';
        i += negative ? 1 : 0;
        int first = i;
        ulong mantissa = 0;
        if (text.Length - first > SafeDigits + 1)
        {
            return Slow(text, out whole, out value);
        }

        uint digit;
        while (i < text.Length && (digit = text[i] - (uint)'0') <= 9)
        {
            mantissa = (mantissa * 10) + digit;
            i++;
        }

        int digits = i - first;
        if (digits > 1 && text[first] == (byte)'0')
        {
            return NumberKind.None;
        }

        if (i == text.Length)
        {
            if (digits is 0 or > SafeDigits || (negative && mantissa == 0))
            {
                return Slow(text, out whole, out value);
            }

            whole = negative ? -(long)mantissa : (long)mantissa;
            value = whole;
            return NumberKind.Whole;
        }

        if (text[i] != (byte)'.')
        {
            return Slow(text, out whole, out value);
        }

        int point = ++i;
        while (i < text.Length && (digit = text[i] - (uint)'0') <= 9)
        {
            mantissa = (mantissa * 10) + digit;
            i++;
        }

        int fraction = i - point;
        if (i < text.Length || digits + fraction is 0 or > SafeDigits || mantissa > ExactMantissa)
        {
            return Slow(text, out whole, out value);
        }

        value = mantissa / Powers[fraction];
        value = negative ? -value : value;
        return NumberKind.Real;
    }

    private static NumberKind Slow(ReadOnlySpan<byte> text, out long whole, out double value)
    {
        if (CellText.TryInt64(text, out whole))
        {
            value = whole;
            return NumberKind.Whole;
        }

        // digits that are no 64-bit integer are a code, and a code is not a float either; a minus before a zero needs a float
        value = 0;
        return (!CellText.IsWhole(text) || text.SequenceEqual("-0"u8)) && CellText.TryDouble(text, out value) ? NumberKind.Real : NumberKind.None;
    }
}
