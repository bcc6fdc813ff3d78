using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lifecycle.Tracking;

/// <summary>
/// Values of params as text: invariant culture, doubles in their shortest exact form, <c>True|False</c>, enums by name, times in form <c>O</c>,
/// <c>null</c>, collections as JSON.
/// </summary>
internal static class ParamText
{
    private const int Deepest = 32;

    public static string Of<T>(T value) => value switch
    {
        null => "null",
        string text => text,
        bool truth => truth ? "True" : "False",
        Enum name => name.ToString(),
        DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable items => Json(items),
        _ => value.ToString() ?? "",
    };

    private static string Json(IEnumerable items)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, JsonText.Options))
        {
            Write(json, items, 0);
        }

        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static void Write(Utf8JsonWriter json, object? value, int depth)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case JsonNode node:
                node.WriteTo(json);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case sbyte or byte or short or ushort or int or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case uint or ulong:
                json.WriteNumberValue(Convert.ToUInt64(value, CultureInfo.InvariantCulture));
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case IDictionary map when depth < Deepest:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    json.WritePropertyName(Of(entry.Key));
                    Write(json, entry.Value, depth + 1);
                }

                json.WriteEndObject();
                break;
            case IEnumerable items when depth < Deepest:
                json.WriteStartArray();
                foreach (object? item in items)
                {
                    Write(json, item, depth + 1);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Of(value));
                break;
        }
    }
}
