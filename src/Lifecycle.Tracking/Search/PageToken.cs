using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Tracking;

/// <summary>
/// Where a page ended, as a text: base64url of the JSON <c>{"v":1,"fingerprint":..,"segment":..,"keys":[..],"id":..}</c>. The fingerprint names the query; keys are
/// rank and value of each key of the order, then the ties; the segment is the rank of the first. MLflow's base64 of <c>{"offset": N}</c> is read too.
/// </summary>
internal sealed record PageToken(IReadOnlyList<object> Values, long Offset)
{
    private const int Version = 1;
    private const int Longest = 1 << 20;
    private const string Again = "Start again without a token.";

    /// <summary>Names a query; the same query gives the same name, whether it was written in C# or as text.</summary>
    public static string Fingerprint(string what, string scope, LifecycleView view, RunFilter filter, IReadOnlyList<RunOrder> orders)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{what}\n{scope}\n{(int)view}\n").Append(FilterText.Of(filter));
        foreach (RunOrder order in orders)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{order.Field} {(order.IsDescending ? "DESC" : "ASC")} {order.Key}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    public static string Write(string fingerprint, IReadOnlyList<object> values) => Base64Url.EncodeToString(JsonText.Bytes(json =>
    {
        json.WriteNumber("v", Version);
        json.WriteString("fingerprint", fingerprint);
        json.WriteNumber("segment", values.Count > 2 && values[0] is long rank ? rank : 0);
        json.WriteStartArray("keys");
        foreach (object value in values.Take(values.Count - 1))
        {
            WriteKey(json, value);
        }

        json.WriteEndArray();
        json.WritePropertyName("id");
        WriteKey(json, values[^1]);
    }));

    /// <summary>Reads a token of the same query.</summary>
    /// <exception cref="PageTokenException">It is none, or one of another query.</exception>
    public static PageToken Read(string token, string fingerprint, IReadOnlyList<SortKind> kinds)
    {
        if (token.Length > Longest)
        {
            throw new PageTokenException($"Invalid page token, it has {token.Length} characters. {Again}");
        }

        byte[] bytes = Decoded(token);
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new PageTokenException($"Invalid page token, it holds no object. {Again}");
            }

            return root.TryGetProperty("offset", out JsonElement offset) ? OfMlflow(offset) : Own(root, fingerprint, kinds);
        }
        catch (JsonException)
        {
            throw new PageTokenException("Invalid page token, could not base64-decode");
        }
    }

    private static byte[] Decoded(string token)
    {
        string plain = token.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        try
        {
            return Convert.FromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            throw new PageTokenException("Invalid page token, could not base64-decode");
        }
    }

    private static PageToken OfMlflow(JsonElement offset)
    {
        bool isNumber = offset.ValueKind == JsonValueKind.Number
            ? offset.TryGetInt32(out int value)
            : int.TryParse(offset.ValueKind == JsonValueKind.String ? offset.GetString() : "", NumberStyles.None, CultureInfo.InvariantCulture, out value);
        return isNumber && value >= 0
            ? new PageToken([], value)
            : throw new PageTokenException($"Invalid page token, the offset is no number from 0 to {int.MaxValue}. {Again}");
    }

    private static PageToken Own(JsonElement root, string fingerprint, IReadOnlyList<SortKind> kinds)
    {
        if (!root.TryGetProperty("v", out JsonElement version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out int v) || v != Version
            || !root.TryGetProperty("fingerprint", out JsonElement query) || query.ValueKind != JsonValueKind.String
            || !root.TryGetProperty("segment", out JsonElement segment) || segment.ValueKind != JsonValueKind.Number
            || !root.TryGetProperty("keys", out JsonElement keys) || keys.ValueKind != JsonValueKind.Array
            || !root.TryGetProperty("id", out JsonElement id))
        {
            throw new PageTokenException($"Invalid page token, it is not one of this library. {Again}");
        }

        if (query.GetString() != fingerprint)
        {
            throw new PageTokenException($"Invalid page token, it belongs to another query: filter, order, view and experiments must stay the same from page to page. {Again}");
        }

        JsonElement[] cells = [.. keys.EnumerateArray(), id];
        if (cells.Length != kinds.Count)
        {
            throw new PageTokenException($"Invalid page token, it has {cells.Length} keys where the query has {kinds.Count}. {Again}");
        }

        object[] values = [.. cells.Select((cell, i) => Key(cell, kinds[i]))];
        return values.Length > 2 && values[0] is long rank && (!segment.TryGetInt64(out long first) || first != rank)
            ? throw new PageTokenException($"Invalid page token, its parts contradict each other. {Again}")
            : new PageToken(values, 0);
    }

    private static object Key(JsonElement cell, SortKind kind) => (kind, cell.ValueKind) switch
    {
        (SortKind.Whole, JsonValueKind.Number) when cell.TryGetInt64(out long whole) => whole,
        (SortKind.Real, JsonValueKind.Number) when cell.TryGetDouble(out double real) => real,
        (SortKind.Real, JsonValueKind.String) when cell.GetString() is "Infinity" => double.PositiveInfinity,
        (SortKind.Real, JsonValueKind.String) when cell.GetString() is "-Infinity" => double.NegativeInfinity,
        (SortKind.Text, JsonValueKind.String) => cell.GetString()!,
        _ => throw new PageTokenException($"Invalid page token, a key of it has another kind. {Again}"),
    };

    private static void WriteKey(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case long whole:
                json.WriteNumberValue(whole);
                break;
            case double real when double.IsInfinity(real):
                json.WriteStringValue(real > 0 ? "Infinity" : "-Infinity");
                break;
            case double real:
                json.WriteNumberValue(real);
                break;
            default:
                json.WriteStringValue((string)value);
                break;
        }
    }
}

/// <summary>A page token is none, was cut, or belongs to another query.</summary>
public sealed class PageTokenException : LifecycleException
{
    internal PageTokenException(string message)
        : base(message)
    {
    }
}
