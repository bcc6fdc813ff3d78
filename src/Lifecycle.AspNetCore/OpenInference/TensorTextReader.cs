using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

/// <summary>Elements of tensors from fields of CSV, by the same rules as from JSON; numbers that are not finite are written as words.</summary>
internal static class TensorTextReader
{
    /// <summary>Reads one element.</summary>
    /// <exception cref="InferenceWireException">400.</exception>
    public static void One(ReadOnlyMemory<byte> field, TensorValue value, int index, in TensorPlace place, int maxText)
    {
        if (value.Type == TensorElementType.Bytes)
        {
            value.Texts[index] = field.Length <= maxText
                ? field
                : throw InferenceWireException.Bad($"{place} has a text of {field.Length} bytes; one element has at most {maxText}.");
            return;
        }

        ReadOnlySpan<byte> text = field.Span.Trim(" \t"u8);
        Span<byte> to = value.Raw[(index * value.Type.Size())..];
        bool isRead = value.Type switch
        {
            TensorElementType.Boolean => Boolean(text, to),
            TensorElementType.Float16 => Float<Half>(text, to, Half.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out Half half), half, Half.IsFinite(half)),
            TensorElementType.Float32 => Float(text, to, float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float single), single, float.IsFinite(single)),
            TensorElementType.Float64 => Float(text, to, double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number), number, double.IsFinite(number)),
            TensorElementType.BFloat16 => throw InferenceWireException.Bad($"{place} is BF16, which has no form in CSV; send it as binary data by the Open Inference Protocol."),
            _ => Integer(text, value.Type, to),
        };
        if (!isRead)
        {
            throw InferenceWireException.Bad($"{place} is {value.Type.ProtocolName()} and has '{InferenceWireException.Show(text)}'; send {Wanted(value.Type)}.");
        }
    }

    private static bool Float<T>(ReadOnlySpan<byte> text, Span<byte> to, bool isParsed, T number, bool isFinite)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        if (isParsed && isFinite)
        {
            MemoryMarshal.Write(to, number);
            return true;
        }

        // Not finite only where it is written so, never because a number is too large.
        bool isNegative = text.StartsWith("-"u8);
        ReadOnlySpan<byte> word = isNegative || text.StartsWith("+"u8) ? text[1..] : text;
        double value = Ascii.EqualsIgnoreCase(word, "nan"u8) ? double.NaN
            : Ascii.EqualsIgnoreCase(word, "inf"u8) || Ascii.EqualsIgnoreCase(word, "infinity"u8) ? (isNegative ? double.NegativeInfinity : double.PositiveInfinity)
            : 0;
        MemoryMarshal.Write(to, T.CreateChecked(value));
        return value != 0;
    }

    private static bool Boolean(ReadOnlySpan<byte> text, Span<byte> to)
    {
        bool isTrue = text.SequenceEqual("1"u8) || Ascii.EqualsIgnoreCase(text, "true"u8);
        to[0] = isTrue ? (byte)1 : (byte)0;
        return isTrue || text.SequenceEqual("0"u8) || Ascii.EqualsIgnoreCase(text, "false"u8);
    }

    private static bool Integer(ReadOnlySpan<byte> text, TensorElementType type, Span<byte> to)
    {
        if (type == TensorElementType.UInt64)
        {
            bool isRead = Utf8Parser.TryParse(text, out ulong unsigned, out int digits) && digits == text.Length;
            MemoryMarshal.Write(to, unsigned);
            return isRead;
        }

        (long least, long most) = TensorJsonReader.RangeOf(type);
        if (!Utf8Parser.TryParse(text, out long number, out int read) || read != text.Length || number < least || number > most)
        {
            return false;
        }

        TensorJsonReader.WriteInteger(to, type.Size(), number);
        return true;
    }

    private static string Wanted(TensorElementType type)
    {
        if (type is TensorElementType.Float16 or TensorElementType.Float32 or TensorElementType.Float64)
        {
            return "a number in its range, or nan, inf or -inf";
        }

        if (type == TensorElementType.Boolean)
        {
            return "true, false, 1 or 0";
        }

        return type == TensorElementType.UInt64
            ? "an integer from 0 to 18446744073709551615"
            : string.Create(CultureInfo.InvariantCulture, $"an integer from {TensorJsonReader.RangeOf(type).Least} to {TensorJsonReader.RangeOf(type).Most}");
    }
}
