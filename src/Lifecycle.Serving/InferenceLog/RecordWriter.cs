using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Lifecycle.Serving;

/// <summary>
/// Writes records as lines of JSON: numbers as the shortest text of their own type that reads back to the same bits, not finite ones as the
/// strings of the Open Inference Protocol, bytes that are no UTF-8 as <c>{"b64":".."}</c>.
/// </summary>
internal sealed class RecordWriter
{
    public const int Version = 1;

    private const int LeastBytes = 4_096;
    private const int LargestKept = 1 << 22;
    private const int NumberBytes = 32;
    private const int EscapedBytes = 6;
    private const int MillisecondDigits = 4;

    private byte[] _line = new byte[LeastBytes];
    private int _length;

    /// <summary>The line of a record that is not void, with its end; good until the next call.</summary>
    public ReadOnlySpan<byte> Write(in LogCell record)
    {
        if (_line.Length > LargestKept)
        {
            _line = new byte[LeastBytes];
        }

        _length = 0;
        RecordLayout layout = record.Layout!;
        RecordTexts texts = layout.Texts ??= new RecordTexts(layout, layout.Stamp(default, default, default, null));
        Add("{\"v\":1,\"id\":\""u8);
        record.Id.TryFormat(Reserve(NumberBytes), out int length, "N");
        _length += length;
        if (record.ClientId is { } client)
        {
            Add("\",\"client_id\":"u8);

            // It is the client's: half a character in it must not cost the record.
            AddText(Encoding.UTF8.GetBytes(client));
            Add(",\"at\":\""u8);
        }
        else
        {
            Add("\",\"at\":\""u8);
        }

        AddNumber(record.At, "O");
        Add(texts.Middle);
        AddNumber(record.Rows);
        Add(",\"ms\":"u8);
        AddNumber(Math.Round(record.Duration.TotalMilliseconds, MillisecondDigits));
        Add(texts.AfterTime);

        // The sizes of all columns stand before their elements.
        ReadOnlySpan<byte> sizes = record.Content, elements = sizes;
        SkipSizes(layout.Inputs, ref elements);
        SkipSizes(layout.Outputs, ref elements);
        AddColumns(layout.Inputs, texts.Columns, ref sizes, ref elements);
        if (layout.HasOutputs)
        {
            Add("},\"out\":{"u8);
            AddColumns(layout.Outputs, texts.Columns.AsSpan(layout.Inputs.Length), ref sizes, ref elements);
        }

        Add("}}\n"u8);
        return _line.AsSpan(0, _length);
    }

    private static void SkipSizes(ReadOnlySpan<LoggedColumn> columns, ref ReadOnlySpan<byte> content)
    {
        foreach (LoggedColumn column in columns)
        {
            for (int i = 0; !column.IsDropped && i < column.Rank; i++)
            {
                LogCell.NextSize(ref content);
            }
        }
    }

    private void AddColumns(
        ReadOnlySpan<LoggedColumn> columns, ReadOnlySpan<(byte[] BeforeSizes, byte[] BeforeElements)> texts, ref ReadOnlySpan<byte> sizes, ref ReadOnlySpan<byte> elements)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            LoggedColumn column = columns[i];
            if (column.IsDropped)
            {
                continue;
            }

            Add(texts[i].BeforeSizes);
            int count = 1;
            for (int dimension = 0; dimension < column.Rank; dimension++)
            {
                long size = LogCell.NextSize(ref sizes);
                count *= (int)size;
                Separate(dimension);
                AddNumber(size);
            }

            Add(texts[i].BeforeElements);
            if (column.Written == TensorElementType.Bytes)
            {
                AddTexts(ref elements, count);
            }
            else
            {
                int bytes = count * column.Written.Size();
                AddElements(column.Written, elements[..bytes]);
                elements = elements[bytes..];
            }

            Add("]}"u8);
        }
    }

    private void AddElements(TensorElementType type, ReadOnlySpan<byte> bytes)
    {
        switch (type)
        {
            case TensorElementType.Boolean:
                for (int i = 0; i < bytes.Length; i++)
                {
                    Separate(i);
                    Add(bytes[i] != 0 ? "true"u8 : "false"u8);
                }

                break;
            case TensorElementType.UInt8:
                AddNumbers<byte>(bytes);
                break;
            case TensorElementType.UInt16:
                AddNumbers<ushort>(bytes);
                break;
            case TensorElementType.UInt32:
                AddNumbers<uint>(bytes);
                break;
            case TensorElementType.UInt64:
                AddNumbers<ulong>(bytes);
                break;
            case TensorElementType.Int8:
                AddNumbers<sbyte>(bytes);
                break;
            case TensorElementType.Int16:
                AddNumbers<short>(bytes);
                break;
            case TensorElementType.Int32:
                AddNumbers<int>(bytes);
                break;
            case TensorElementType.Int64:
                AddNumbers<long>(bytes);
                break;
            case TensorElementType.Float16:
                AddFloats<Half>(bytes);
                break;
            case TensorElementType.Float32:
                AddFloats<float>(bytes);
                break;
            case TensorElementType.Float64:
                AddFloats<double>(bytes);
                break;
            case TensorElementType.BFloat16:
                ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < halves.Length; i++)
                {
                    Separate(i);
                    AddFloat(BFloat16.ToSingle(halves[i]));
                }

                break;
            default:
                throw new InvalidOperationException($"A record cannot hold {type}.");
        }
    }

    private void AddNumbers<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged, IUtf8SpanFormattable
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            Separate(i);
            AddNumber(values[i]);
        }
    }

    private void AddFloats<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            Separate(i);
            AddFloat(values[i]);
        }
    }

    private void AddFloat<T>(T value)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (T.IsFinite(value))
        {
            AddNumber(value);
        }
        else
        {
            Add(T.IsNaN(value) ? "\"NaN\""u8 : T.IsPositive(value) ? "\"Infinity\""u8 : "\"-Infinity\""u8);
        }
    }

    private void AddTexts(ref ReadOnlySpan<byte> elements, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Separate(i);
            ReadOnlySpan<byte> text = LogCell.NextText(ref elements);
            if (Utf8.IsValid(text))
            {
                AddText(text);
                continue;
            }

            Add("{\"b64\":\""u8);
            Base64.EncodeToUtf8(text, Reserve(Base64.GetMaxEncodedToUtf8Length(text.Length)), out _, out int written);
            _length += written;
            Add("\"}"u8);
        }
    }

    private void AddText(ReadOnlySpan<byte> text)
    {
        Add("\""u8);
        int plain = RecordTexts.Encoder.FindFirstCharacterToEncodeUtf8(text);
        if (plain < 0)
        {
            Add(text);
        }
        else
        {
            Add(text[..plain]);
            text = text[plain..];
            if (RecordTexts.Encoder.EncodeUtf8(text, Reserve(checked(text.Length * EscapedBytes)), out _, out int written) != OperationStatus.Done)
            {
                throw new InvalidOperationException("A text of a record could not be escaped.");
            }

            _length += written;
        }

        Add("\""u8);
    }

    private void AddNumber<T>(T value, ReadOnlySpan<char> format = default)
        where T : IUtf8SpanFormattable
    {
        if (!value.TryFormat(Reserve(NumberBytes), out int length, format, CultureInfo.InvariantCulture))
        {
            throw new InvalidOperationException($"The number {value} is longer than {NumberBytes} bytes.");
        }

        _length += length;
    }

    private void Separate(int position)
    {
        if (position > 0)
        {
            Add(","u8);
        }
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_line.Length - _length < bytes)
        {
            Array.Resize(ref _line, (int)Math.Min(Array.MaxLength, Math.Max((long)_length + bytes, 2L * _line.Length)));
        }

        return _line.AsSpan(_length);
    }
}
