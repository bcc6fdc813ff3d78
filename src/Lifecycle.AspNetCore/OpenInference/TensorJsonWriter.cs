using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Unicode;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Elements of tensors as JSON: numbers as the shortest text that reads back to the same number of their own type.</summary>
internal static class TensorJsonWriter
{
    private const int LongestNumber = 40;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\', 0x7F]);

    /// <summary>Writes elements with commas between them.</summary>
    /// <param name="value">Has the elements.</param>
    /// <param name="start">The first.</param>
    /// <param name="count">How many.</param>
    /// <param name="to">Takes the text.</param>
    /// <param name="isBare">Whether numbers that are not finite stand without quotes.</param>
    /// <param name="name">Name of the tensor, for errors.</param>
    /// <exception cref="InferenceWireException">400: the elements have no form in JSON.</exception>
    public static void Write(TensorValue value, int start, int count, PooledBytes to, bool isBare, string name)
    {
        switch (value.Type)
        {
            case TensorElementType.Boolean:
                Booleans(value.Raw.Slice(start, count), to);
                break;
            case TensorElementType.UInt8:
                Numbers<byte>(value.Span<byte>().Slice(start, count), to, isBare);
                break;
            case TensorElementType.UInt16:
                Numbers<ushort>(value.Span<ushort>().Slice(start, count), to, isBare);
                break;
            case TensorElementType.UInt32:
                Numbers<uint>(value.Span<uint>().Slice(start, count), to, isBare);
                break;
            case TensorElementType.UInt64:
                Numbers<ulong>(value.Span<ulong>().Slice(start, count), to, isBare);
                break;
            case TensorElementType.Int8:
                Numbers<sbyte>(value.Span<sbyte>().Slice(start, count), to, isBare);
                break;
            case TensorElementType.Int16:
                Numbers<short>(value.Span<short>().Slice(start, count), to, isBare);
                break;
            case TensorElementType.Int32:
                Numbers<int>(value.Span<int>().Slice(start, count), to, isBare);
                break;
            case TensorElementType.Int64:
                Numbers<long>(value.Span<long>().Slice(start, count), to, isBare);
                break;
            case TensorElementType.Float16:
                Numbers<Half>(value.Span<Half>().Slice(start, count), to, isBare);
                break;
            case TensorElementType.Float32:
                Numbers<float>(value.Span<float>().Slice(start, count), to, isBare);
                break;
            case TensorElementType.Float64:
                Numbers<double>(value.Span<double>().Slice(start, count), to, isBare);
                break;
            case TensorElementType.Bytes:
                Texts(value, start, count, to, name);
                break;
            default:
                throw InferenceWireException.Bad($"The output '{InferenceWireException.Show(name)}' is {value.Type.ProtocolName()}, which has no form in JSON; ask for it with \"binary_data\": true.");
        }
    }

    /// <summary>Writes a text in quotes.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <param name="to">Takes the text.</param>
    public static void Text(ReadOnlySpan<byte> utf8, PooledBytes to)
    {
        to.Write((byte)'"');
        while (!utf8.IsEmpty)
        {
            int plain = utf8.IndexOfAny(Escaped);
            to.Write(plain < 0 ? utf8 : utf8[..plain]);
            if (plain < 0)
            {
                break;
            }

            Escape(utf8[plain], to);
            utf8 = utf8[(plain + 1)..];
        }

        to.Write((byte)'"');
    }

    /// <inheritdoc cref="Text(ReadOnlySpan{byte}, PooledBytes)"/>
    public static void Text(string text, PooledBytes to)
    {
        Span<byte> utf8 = stackalloc byte[256];
        Text(Utf8.FromUtf16(text, utf8, out _, out int written) == OperationStatus.Done ? utf8[..written] : System.Text.Encoding.UTF8.GetBytes(text), to);
    }

    /// <summary>Writes an integer.</summary>
    public static void Integer(long number, PooledBytes to) => Number(number, to);

    private static void Numbers<T>(ReadOnlySpan<T> numbers, PooledBytes to, bool isBare)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            if (i > 0)
            {
                to.Write((byte)',');
            }

            if (T.IsFinite(numbers[i]))
            {
                Number(numbers[i], to);
                continue;
            }

            ReadOnlySpan<byte> word = T.IsNaN(numbers[i]) ? "\"NaN\""u8 : T.IsPositive(numbers[i]) ? "\"Infinity\""u8 : "\"-Infinity\""u8;
            to.Write(isBare ? word[1..^1] : word);
        }
    }

    private static void Number<T>(T number, PooledBytes to)
        where T : IUtf8SpanFormattable
    {
        if (!number.TryFormat(to.GetSpan(LongestNumber), out int written, default, CultureInfo.InvariantCulture))
        {
            throw new InvalidOperationException($"A {typeof(T).Name} needs more than {LongestNumber} characters.");
        }

        to.Advance(written);
    }

    private static void Booleans(ReadOnlySpan<byte> values, PooledBytes to)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
            {
                to.Write((byte)',');
            }

            to.Write(values[i] == 0 ? "false"u8 : "true"u8);
        }
    }

    private static void Texts(TensorValue value, int start, int count, PooledBytes to, string name)
    {
        ReadOnlySpan<ReadOnlyMemory<byte>> texts = value.Texts.Slice(start, count);
        for (int i = 0; i < texts.Length; i++)
        {
            if (i > 0)
            {
                to.Write((byte)',');
            }

            if (!Utf8.IsValid(texts[i].Span))
            {
                throw new InferenceWireException(
                    StatusCodes.Status400BadRequest,
                    $"The output '{InferenceWireException.Show(name)}' is not UTF-8 at element {start + i} and has no form in JSON; ask for it with \"binary_data\": true.");
            }

            Text(texts[i].Span, to);
        }
    }

    private static void Escape(byte value, PooledBytes to)
    {
        to.Write((byte)'\\');
        switch (value)
        {
            case (byte)'"' or (byte)'\\':
                to.Write(value);
                break;
            case (byte)'\n':
                to.Write((byte)'n');
                break;
            case (byte)'\r':
                to.Write((byte)'r');
                break;
            case (byte)'\t':
                to.Write((byte)'t');
                break;
            default:
                to.Write("u00"u8);
                to.Write((byte)(value >= 0x10 ? '0' + (value >> 4) : '0'));
                to.Write("0123456789abcdef"u8[value & 15]);
                break;
        }
    }
}
