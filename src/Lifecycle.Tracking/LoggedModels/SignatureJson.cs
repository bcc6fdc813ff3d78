using System.Text.Json;

namespace Lifecycle.Tracking;

/// <summary>Inputs or outputs of a signature as MLflow's JSON text.</summary>
internal static class SignatureJson
{
    public static string Write(IReadOnlyList<SignatureField> fields)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, JsonText.Options))
        {
            json.WriteStartArray();
            foreach (SignatureField field in fields)
            {
                Write(json, field);
            }

            json.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    public static IReadOnlyList<SignatureField> Read(string text, string where)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(Read)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidModelException($"The signature's {where} in MLmodel are not a JSON list of {{\"type\":..,\"name\":..}}: {e.Message}");
        }
    }

    private static void Write(Utf8JsonWriter json, SignatureField field)
    {
        json.WriteStartObject();
        if (field.Shape is { } shape)
        {
            json.WriteString("type", "tensor");
            json.WriteStartObject("tensor-spec");
            json.WriteString("dtype", field.Type);
            json.WriteStartArray("shape");
            foreach (long dimension in shape)
            {
                json.WriteNumberValue(dimension);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
        else if (field.IsArray)
        {
            json.WriteString("type", "array");
            json.WriteStartObject("items");
            json.WriteString("type", field.Type);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("type", field.Type);
        }

        if (field.Name is { } name)
        {
            json.WriteString("name", name);
        }

        if (field.Shape is null)
        {
            json.WriteBoolean("required", field.IsRequired);
        }

        json.WriteEndObject();
    }

    private static SignatureField Read(JsonElement field)
    {
        string? name = field.TryGetProperty("name", out JsonElement text) ? text.GetString() : null;
        bool required = !field.TryGetProperty("required", out JsonElement asked) || asked.GetBoolean();
        string type = field.GetProperty("type").GetString() ?? throw new FormatException("'type' is null.");
        if (type == "tensor")
        {
            JsonElement spec = field.GetProperty("tensor-spec");
            return new SignatureField(name, spec.GetProperty("dtype").GetString()!)
            {
                Shape = [.. spec.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())],
                IsRequired = required,
            };
        }

        return type == "array" && field.TryGetProperty("items", out JsonElement items)
            ? new SignatureField(name, items.GetProperty("type").GetString()!) { IsArray = true, IsRequired = required }
            : new SignatureField(name, type) { IsRequired = required };
    }
}
