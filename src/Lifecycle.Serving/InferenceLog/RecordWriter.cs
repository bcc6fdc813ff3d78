using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Lifecycle.Serving;

/// <summary>
/// Writes entries as lines of JSON: numbers as the shortest text of their own type that reads back to the same bits, not finite ones as the
/// strings of the Open Inference Protocol, bytes that are no UTF-8 as <c>{"b64":".."}</c>.
/// </summary>
internal sealed class RecordWriter : IDisposable
{
    public const int Version = 1;

    private const int LargestKept = 1 << 22;
    private const int HalfCharacters = 32;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Utf8JsonWriter _json;
    private ArrayBufferWriter<byte> _line = new(4_096);

    public RecordWriter() => _json = new Utf8JsonWriter(_line, Options);

    /// <summary>The line of an entry, with its end; good until the next call.</summary>
    public ReadOnlySpan<byte> Write(LogEntry entry)
    {
        if (_line.Capacity > LargestKept)
        {
            _line = new ArrayBufferWriter<byte>(4_096);
        }

        _line.ResetWrittenCount();
        _json.Reset(_line);
        _json.WriteStartObject();
        WriteStamp(entry);
        WriteTensors("in"u8, entry, entry.Inputs);
        if (entry.HasOutputs)
        {
            WriteTensors("out"u8, entry, entry.Outputs);
        }

        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        return _line.WrittenSpan;
    }

    public void Dispose() => _json.Dispose();

    private void WriteStamp(LogEntry entry)
    {
        ref readonly InferenceStamp stamp = ref entry.Stamp;
        Span<char> text = stackalloc char[32];
        _json.WriteNumber("v"u8, Version);
        stamp.RequestId.TryFormat(text, out int length, "N");
        _json.WriteString("id"u8, text[..length]);
        if (stamp.ClientId is { } client)
        {
            // it is the client's: half a character in it must not cost the record
            _json.WriteString("client_id"u8, Encoding.UTF8.GetBytes(client));
        }

        stamp.At.UtcDateTime.TryFormat(text, out length, "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        _json.WriteString("at"u8, text[..length]);
        _json.WriteString("model"u8, stamp.Model);
        _json.WriteString("version"u8, stamp.Version);
        _json.WriteString("role"u8, Name(stamp.Role));
        _json.WriteString("arm"u8, stamp.Arm);
        _json.WriteNumber("propensity"u8, double.IsFinite(stamp.Propensity) ? stamp.Propensity : 0);
        _json.WriteNumber("rows"u8, entry.Rows);
        _json.WriteNumber("ms"u8, Math.Round(stamp.Duration.TotalMilliseconds, 4));
        if (stamp.Error is { } error)
        {
            _json.WriteString("error"u8, error);
        }
    }

    private static ReadOnlySpan<byte> Name(InferenceRole role) => role switch
    {
        InferenceRole.Shadow => "shadow"u8,
        InferenceRole.Fallback => "fallback"u8,
        _ => "primary"u8,
    };

    private void WriteTensors(ReadOnlySpan<byte> name, LogEntry entry, ReadOnlySpan<LoggedTensor> tensors)
    {
        _json.WriteStartObject(name);
        foreach (ref readonly LoggedTensor tensor in tensors)
        {
            _json.WriteStartObject(tensor.Name);
            _json.WriteString("t"u8, tensor.Type.ProtocolName());
            _json.WriteStartArray("s"u8);
            foreach (long dimension in tensor.Shape.Dimensions)
            {
                _json.WriteNumberValue(dimension);
            }

            _json.WriteEndArray();
            if (tensor.Redaction != RedactionKind.None)
            {
                _json.WriteString("r"u8, tensor.Redaction == RedactionKind.Mask ? "mask"u8 : "hmac"u8);
            }

            _json.WriteStartArray("d"u8);
            WriteElements(tensor, entry.Bytes(tensor));
            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    private void WriteElements(in LoggedTensor tensor, ReadOnlySpan<byte> bytes)
    {
        switch (tensor.Type)
        {
            case TensorElementType.Boolean:
                WriteBooleans(bytes);
                break;
            case TensorElementType.UInt8:
                WriteIntegers<byte>(bytes);
                break;
            case TensorElementType.UInt16:
                WriteIntegers<ushort>(bytes);
                break;
            case TensorElementType.UInt32:
                WriteIntegers<uint>(bytes);
                break;
            case TensorElementType.UInt64:
                WriteUnsigned(MemoryMarshal.Cast<byte, ulong>(bytes));
                break;
            case TensorElementType.Int8:
                WriteIntegers<sbyte>(bytes);
                break;
            case TensorElementType.Int16:
                WriteIntegers<short>(bytes);
                break;
            case TensorElementType.Int32:
                WriteIntegers<int>(bytes);
                break;
            case TensorElementType.Int64:
                WriteIntegers<long>(bytes);
                break;
            case TensorElementType.Float16:
                WriteHalves(MemoryMarshal.Cast<byte, Half>(bytes));
                break;
            case TensorElementType.Float32:
                WriteSingles(MemoryMarshal.Cast<byte, float>(bytes));
                break;
            case TensorElementType.Float64:
                WriteDoubles(MemoryMarshal.Cast<byte, double>(bytes));
                break;
            case TensorElementType.BFloat16:
                foreach (ushort bits in MemoryMarshal.Cast<byte, ushort>(bytes))
                {
                    WriteSingles([BFloat16.ToSingle(bits)]);
                }

                break;
            default:
                WriteTexts(bytes, tensor.Count);
                break;
        }
    }

    private void WriteIntegers<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        foreach (T value in MemoryMarshal.Cast<byte, T>(bytes))
        {
            _json.WriteNumberValue(long.CreateTruncating(value));
        }
    }

    private void WriteUnsigned(ReadOnlySpan<ulong> values)
    {
        foreach (ulong value in values)
        {
            _json.WriteNumberValue(value);
        }
    }

    private void WriteBooleans(ReadOnlySpan<byte> values)
    {
        foreach (byte value in values)
        {
            _json.WriteBooleanValue(value != 0);
        }
    }

    private void WriteHalves(ReadOnlySpan<Half> values)
    {
        Span<byte> text = stackalloc byte[HalfCharacters];
        foreach (Half value in values)
        {
            if (Half.IsFinite(value))
            {
                value.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
                _json.WriteRawValue(text[..length], skipInputValidation: true);
            }
            else
            {
                WriteNotFinite((double)value);
            }
        }
    }

    private void WriteSingles(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (float.IsFinite(value))
            {
                _json.WriteNumberValue(value);
            }
            else
            {
                WriteNotFinite(value);
            }
        }
    }

    private void WriteDoubles(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (double.IsFinite(value))
            {
                _json.WriteNumberValue(value);
            }
            else
            {
                WriteNotFinite(value);
            }
        }
    }

    private void WriteNotFinite(double value) =>
        _json.WriteStringValue(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);

    private void WriteTexts(ReadOnlySpan<byte> bytes, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> text = LogEntry.NextText(ref bytes);
            if (Utf8.IsValid(text))
            {
                _json.WriteStringValue(text);
            }
            else
            {
                _json.WriteStartObject();
                _json.WriteBase64String("b64"u8, text);
                _json.WriteEndObject();
            }
        }
    }
}
