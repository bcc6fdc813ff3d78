using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Serving;

/// <summary>Tensors as the Open Inference Protocol V2 writes them, for files beside a model: <c>{"name","shape","datatype","data"}</c>, data flat or nested.</summary>
internal static class TensorJson
{
    /// <summary>Reads an array of tensors.</summary>
    /// <exception cref="JsonException">It is no such array; the message names the tensor.</exception>
    /// <exception cref="InvalidInputException">A shape and its data do not fit.</exception>
    public static TensorSet ReadAll(JsonElement array)
    {
        TensorSet set = new();
        try
        {
            foreach (JsonElement tensor in array.EnumerateArray())
            {
                string name = tensor.GetProperty("name").GetString() ?? throw new JsonException("a tensor has no name");
                string? datatype = tensor.GetProperty("datatype").GetString();
                if (!TensorElementTypes.TryParse(datatype, out TensorElementType type))
                {
                    throw new JsonException($"'{name}' has the datatype '{datatype}'");
                }

                if (set.TryGet(name, out _))
                {
                    throw new JsonException($"'{name}' stands twice");
                }

                TensorShape shape = TensorShape.Create([.. tensor.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())]);
                Fill(name, set.Prepare(name, type, shape), tensor.GetProperty("data"));
            }

            return set;
        }
        catch (Exception error)
        {
            set.Dispose();
            throw error is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException ? new JsonException(error.Message, error) : error;
        }
    }

    /// <summary>Reads one element; texts may be told as <c>{"b64":".."}</c>, numbers that are not finite as strings.</summary>
    /// <param name="json">Stands on the element.</param>
    /// <param name="value">Takes it.</param>
    /// <param name="i">Its place, in row-major order.</param>
    public static void ReadElement(ref Utf8JsonReader json, TensorValue value, int i)
    {
        switch (value.Type)
        {
            case TensorElementType.Boolean:
                value.Span<bool>()[i] = json.GetBoolean();
                break;
            case TensorElementType.UInt8:
                value.Span<byte>()[i] = json.GetByte();
                break;
            case TensorElementType.UInt16:
                value.Span<ushort>()[i] = json.GetUInt16();
                break;
            case TensorElementType.UInt32:
                value.Span<uint>()[i] = json.GetUInt32();
                break;
            case TensorElementType.UInt64:
                value.Span<ulong>()[i] = json.GetUInt64();
                break;
            case TensorElementType.Int8:
                value.Span<sbyte>()[i] = json.GetSByte();
                break;
            case TensorElementType.Int16:
                value.Span<short>()[i] = json.GetInt16();
                break;
            case TensorElementType.Int32:
                value.Span<int>()[i] = json.GetInt32();
                break;
            case TensorElementType.Int64:
                value.Span<long>()[i] = json.GetInt64();
                break;
            case TensorElementType.Float16:
                // not by way of a float, which would round twice
                value.Span<Half>()[i] = json.TokenType == JsonTokenType.Number
                    ? Half.Parse(json.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture) : (Half)NotFinite(json);
                break;
            case TensorElementType.Float32:
                value.Span<float>()[i] = json.TokenType == JsonTokenType.Number ? json.GetSingle() : (float)NotFinite(json);
                break;
            case TensorElementType.Float64:
                value.Span<double>()[i] = json.TokenType == JsonTokenType.Number ? json.GetDouble() : NotFinite(json);
                break;
            case TensorElementType.BFloat16:
                value.Span<ushort>()[i] = BFloat16.ToBits(json.TokenType == JsonTokenType.Number ? json.GetSingle() : (float)NotFinite(json));
                break;
            default:
                value.Texts[i] = Text(ref json);
                break;
        }
    }

    private static void Fill(string name, TensorValue value, JsonElement data)
    {
        Utf8JsonReader json = new(Encoding.UTF8.GetBytes(data.GetRawText()));
        int count = 0;
        while (json.Read())
        {
            if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
            {
                continue;
            }

            if (count == value.Count)
            {
                throw new InvalidInputException($"'{name}' has more elements than its shape {value.Shape} says");
            }

            ReadElement(ref json, value, count++);
        }

        if (count != value.Count)
        {
            throw new InvalidInputException($"'{name}' has {count} elements, its shape {value.Shape} says {value.Count}");
        }
    }

    private static byte[] Text(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.StartObject)
        {
            if (!json.Read() || !json.ValueTextEquals("b64"u8) || !json.Read())
            {
                throw new FormatException("bytes are not told as b64");
            }

            byte[] bytes = json.GetBytesFromBase64();
            return json.Read() && json.TokenType == JsonTokenType.EndObject ? bytes : throw new FormatException("bytes are told with something beside them");
        }

        if (json.TokenType != JsonTokenType.String)
        {
            throw new FormatException($"an element is {json.TokenType} and no text");
        }

        byte[] text = new byte[json.ValueSpan.Length];
        int length = json.CopyString(text);
        return length == text.Length ? text : text[..length];
    }

    private static double NotFinite(in Utf8JsonReader json) =>
        json.ValueTextEquals("NaN"u8) ? double.NaN
        : json.ValueTextEquals("Infinity"u8) ? double.PositiveInfinity
        : json.ValueTextEquals("-Infinity"u8) ? double.NegativeInfinity
        : throw new FormatException("an element is no number");
}
