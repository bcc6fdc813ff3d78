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

            RecordReader.ReadElement(ref json, value, count++);
        }

        if (count != value.Count)
        {
            throw new InvalidInputException($"'{name}' has {count} elements, its shape {value.Shape} says {value.Count}");
        }
    }
}
