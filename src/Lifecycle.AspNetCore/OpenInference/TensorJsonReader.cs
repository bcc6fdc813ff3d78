using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

/// <summary>Elements of tensors from JSON, straight into their memory. Nothing is rounded, cut or guessed.</summary>
internal static class TensorJsonReader
{
    /// <summary>The fewest bytes that so many elements take in JSON: a digit each, and commas between them.</summary>
    public static long FewestBytes(long count) => count == 0 ? 0 : (2 * count) - 1;

    /// <summary>Reads an array, flat or nested as the dimensions say, into <paramref name="value"/> from the element <paramref name="offset"/> on.</summary>
    /// <param name="json">Stands at the beginning of the array; afterwards at its end.</param>
    /// <param name="value">Takes the elements; its type says how they are read.</param>
    /// <param name="offset">Place of the first.</param>
    /// <param name="dimensions">The dimensions of the array.</param>
    /// <param name="count">Their product.</param>
    /// <param name="place">For errors.</param>
    /// <param name="maxText">Most bytes of a <c>BYTES</c> element.</param>
    public static void Fill(ref JsonCursor json, TensorValue value, int offset, ReadOnlySpan<long> dimensions, int count, in TensorPlace place, int maxText)
    {
        if (json.Token != JsonTokenType.StartArray)
        {
            throw json.Bad($"{place} needs an array of {count} elements and has {json.Show()}");
        }

        JsonCursor first = json;
        first.Read();
        if (first.Token == JsonTokenType.StartArray && dimensions.Length > 1)
        {
            int next = offset;
            Level(ref json, value, ref next, dimensions, place, maxText);
        }
        else
        {
            int came = Run(ref json, value, offset, count, dimensions, place, maxText);
            if (came != count)
            {
                throw WrongCount(ref json, place, dimensions, count, came);
            }
        }
    }

    /// <summary>The error of an array, at whose beginning the cursor stands, that has another number of elements than its shape says.</summary>
    public static InferenceWireException CountError(ref JsonCursor json, in TensorPlace place, ReadOnlySpan<long> dimensions, long count)
    {
        long came = 0;
        int depth = 0;
        do
        {
            depth += json.Token switch
            {
                JsonTokenType.StartArray or JsonTokenType.StartObject => 1,
                JsonTokenType.EndArray or JsonTokenType.EndObject => -1,
                _ => 0,
            };
            came += json.Token is JsonTokenType.Number or JsonTokenType.String or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null ? 1 : 0;
        }
        while (depth > 0 && json.Read());

        return WrongCount(ref json, place, dimensions, count, came);
    }

    /// <summary>Reads the element that the cursor stands at.</summary>
    public static void One(ref JsonCursor json, TensorValue value, int index, in TensorPlace place, int maxText)
    {
        if (value.Type == TensorElementType.Bytes)
        {
            value.Texts[index] = Text(ref json, place, maxText);
        }
        else
        {
            Number(ref json, value.Type, value.Raw[(index * value.Type.Size())..], place);
        }
    }

    private static void Level(ref JsonCursor json, TensorValue value, ref int next, ReadOnlySpan<long> dimensions, in TensorPlace place, int maxText)
    {
        long expected = dimensions[0];
        if (json.Token != JsonTokenType.StartArray)
        {
            throw json.Bad($"{place} is nested unevenly: an array of {expected} elements is expected and {json.Show()} came");
        }

        long came = 0;
        if (dimensions.Length == 1)
        {
            came = Run(ref json, value, next, (int)expected, dimensions, place, maxText);
            next += (int)expected;
        }
        else
        {
            for (json.Read(); json.Token != JsonTokenType.EndArray; json.Read())
            {
                if (came++ < expected)
                {
                    Level(ref json, value, ref next, dimensions[1..], place, maxText);
                }
                else
                {
                    json.Skip();
                }
            }
        }

        if (came != expected)
        {
            throw json.Bad($"{place} is nested unevenly: an array has {came} elements where the shape says {expected}");
        }
    }

    // Reads elements up to the end of the array; those above the expected number are only counted.
    private static int Run(ref JsonCursor json, TensorValue value, int offset, int expected, ReadOnlySpan<long> dimensions, in TensorPlace place, int maxText)
    {
        int came = 0;
        bool isText = value.Type == TensorElementType.Bytes;
        Span<ReadOnlyMemory<byte>> texts = isText ? value.Texts.Slice(offset, expected) : default;
        int size = value.Type.Size();
        Span<byte> raw = isText ? default : value.Raw.Slice(offset * size, expected * size);
        for (json.Read(); json.Token != JsonTokenType.EndArray; json.Read())
        {
            if (json.Token is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                throw json.Bad($"{place} is nested otherwise than its shape [{string.Join(',', dimensions.ToArray())}] says: an element is expected and {json.Show()} came");
            }

            if (came < expected)
            {
                if (isText)
                {
                    texts[came] = Text(ref json, place, maxText);
                }
                else
                {
                    Number(ref json, value.Type, raw[(came * size)..], place);
                }
            }

            came++;
        }

        return came;
    }

    private static ReadOnlyMemory<byte> Text(ref JsonCursor json, in TensorPlace place, int maxText)
    {
        if (json.Token != JsonTokenType.String)
        {
            throw json.Bad($"{place} is BYTES, whose elements are texts, and has {json.Show()}; write it in quotes");
        }

        ReadOnlyMemory<byte> text = json.Text();
        return text.Length <= maxText
            ? text
            : throw json.Bad($"{place} has a text of {text.Length} bytes; one element has at most {maxText}");
    }

    private static void Number(ref JsonCursor json, TensorElementType type, Span<byte> to, in TensorPlace place)
    {
        switch (type)
        {
            case TensorElementType.Float32:
                MemoryMarshal.Write(to, Single(ref json, place));
                break;
            case TensorElementType.Float64:
                MemoryMarshal.Write(to, Double(ref json, place));
                break;
            case TensorElementType.Float16:
                MemoryMarshal.Write(to, HalfNumber(ref json, place));
                break;
            case TensorElementType.Boolean:
                to[0] = Boolean(ref json, place) ? (byte)1 : (byte)0;
                break;
            case TensorElementType.UInt64:
                MemoryMarshal.Write(to, json.Token == JsonTokenType.Number && json.TryGetUInt64(out ulong number)
                    ? number
                    : throw NoInteger(ref json, type, place, "0", "18446744073709551615"));
                break;
            case TensorElementType.BFloat16:
                throw json.Bad($"{place} is BF16, which has no form in JSON; send it as binary data with \"binary_data_size\"");
            default:
                Integer(ref json, type, to, place);
                break;
        }
    }

    private static void Integer(ref JsonCursor json, TensorElementType type, Span<byte> to, in TensorPlace place)
    {
        (long least, long most) = RangeOf(type);
        if (json.Token != JsonTokenType.Number || !json.TryGetInt64(out long number) || number < least || number > most)
        {
            throw NoInteger(ref json, type, place, least.ToString(CultureInfo.InvariantCulture), most.ToString(CultureInfo.InvariantCulture));
        }

        WriteInteger(to, type.Size(), number);
    }

    /// <summary>The range of an integer type; that of <c>UINT64</c> is larger than this and is none of it.</summary>
    public static (long Least, long Most) RangeOf(TensorElementType type) => type switch
    {
        TensorElementType.UInt8 => (0L, byte.MaxValue),
        TensorElementType.UInt16 => (0L, ushort.MaxValue),
        TensorElementType.UInt32 => (0L, uint.MaxValue),
        TensorElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        TensorElementType.Int16 => (short.MinValue, short.MaxValue),
        TensorElementType.Int32 => (int.MinValue, int.MaxValue),
        _ => (long.MinValue, long.MaxValue),
    };

    /// <summary>Writes the low bytes of a number that is in range, in the machine's order.</summary>
    public static void WriteInteger(Span<byte> to, int size, long number)
    {
        switch (size)
        {
            case 1:
                to[0] = unchecked((byte)number);
                break;
            case 2:
                MemoryMarshal.Write(to, unchecked((ushort)number));
                break;
            case 4:
                MemoryMarshal.Write(to, unchecked((uint)number));
                break;
            default:
                MemoryMarshal.Write(to, number);
                break;
        }
    }

    private static float Single(ref JsonCursor json, in TensorPlace place)
    {
        if (json.Token == JsonTokenType.Number)
        {
            return json.TryGetSingle(out float number) && float.IsFinite(number) ? number : throw TooLarge(ref json, "FP32", place);
        }

        return (float)NotFinite(ref json, "FP32", place);
    }

    private static double Double(ref JsonCursor json, in TensorPlace place)
    {
        if (json.Token == JsonTokenType.Number)
        {
            return json.TryGetDouble(out double number) && double.IsFinite(number) ? number : throw TooLarge(ref json, "FP64", place);
        }

        return NotFinite(ref json, "FP64", place);
    }

    // From the text at once: by way of a float some numbers would be rounded twice.
    private static Half HalfNumber(ref JsonCursor json, in TensorPlace place)
    {
        if (json.Token == JsonTokenType.Number)
        {
            return Half.TryParse(json.Written, NumberStyles.Float, CultureInfo.InvariantCulture, out Half number) && Half.IsFinite(number)
                ? number
                : throw TooLarge(ref json, "FP16", place);
        }

        return (Half)NotFinite(ref json, "FP16", place);
    }

    private static double NotFinite(ref JsonCursor json, string type, in TensorPlace place)
    {
        if (json.Token == JsonTokenType.String)
        {
            ReadOnlySpan<byte> text = json.Text().Span;
            if (text.SequenceEqual("NaN"u8))
            {
                return double.NaN;
            }

            if (text.SequenceEqual("Infinity"u8))
            {
                return double.PositiveInfinity;
            }

            if (text.SequenceEqual("-Infinity"u8))
            {
                return double.NegativeInfinity;
            }
        }

        throw json.Bad($"{place} is {type} and has {json.Show()}; send a number, or one of \"NaN\", \"Infinity\", \"-Infinity\"");
    }

    private static bool Boolean(ref JsonCursor json, in TensorPlace place) => json.Token switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Number when json.Written.SequenceEqual("1"u8) => true,
        JsonTokenType.Number when json.Written.SequenceEqual("0"u8) => false,
        _ => throw json.Bad($"{place} is BOOL and has {json.Show()}; send true, false, 1 or 0"),
    };

    private static InferenceWireException WrongCount(ref JsonCursor json, in TensorPlace place, ReadOnlySpan<long> dimensions, long count, long came) =>
        json.Bad($"{place} of the shape [{string.Join(',', dimensions.ToArray())}] has {count} elements and {came} came; send exactly {count}, or another shape");

    private static InferenceWireException TooLarge(ref JsonCursor json, string type, in TensorPlace place) =>
        json.Bad($"{place} has {json.Show()}, which is too large for {type}; send a smaller number or the text \"Infinity\"");

    private static InferenceWireException NoInteger(ref JsonCursor json, TensorElementType type, in TensorPlace place, string least, string most) =>
        json.Bad($"{place} is {type.ProtocolName()} and has {json.Show()}; send an integer from {least} to {most}, without point or exponent");
}
