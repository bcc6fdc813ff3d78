using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.AspNetCore;

/// <summary>A value of a request that cannot be read; the serializer adds where it stands.</summary>
internal sealed class WireValueException(string message) : JsonException(message);

/// <summary>Text; numbers and objects are no text.</summary>
internal sealed class WireText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new WireValueException($"Expected text, got {Name(reader.TokenType)}.");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    internal static string Name(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.Number => "a number",
        JsonTokenType.String => "text",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };
}

/// <summary>A whole number, as a number or as text.</summary>
internal sealed class WireInt64 : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (reader.TryGetInt64(out long number))
            {
                return number;
            }

            if (reader.TryGetDouble(out double real) && Math.Abs(real) < 9.2e18 && real == Math.Floor(real))
            {
                return (long)real;
            }
        }
        else if (reader.TokenType == JsonTokenType.String
            && long.TryParse(reader.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed))
        {
            return parsed;
        }

        throw new WireValueException("Expected a whole number, for example 7.");
    }

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>A number, as a number or as text; NaN and the infinities are text both ways.</summary>
internal sealed class WireDouble : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double number) && double.IsFinite(number))
        {
            return number;
        }

        if (reader.TokenType == JsonTokenType.String)
        {
            switch (reader.GetString())
            {
                case "NaN":
                    return double.NaN;
                case "Infinity":
                    return double.PositiveInfinity;
                case "-Infinity":
                    return double.NegativeInfinity;
                case { } text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) && double.IsFinite(parsed):
                    return parsed;
            }
        }

        throw new WireValueException("Expected a number, or \"NaN\", \"Infinity\" or \"-Infinity\".");
    }

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }
}

/// <summary>True or false, as such or as text in any case.</summary>
internal sealed class WireBoolean : JsonConverter<bool>
{
    public override bool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.String when bool.TryParse(reader.GetString(), out bool parsed) => parsed,
        _ => throw new WireValueException("Expected true or false."),
    };

    public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) => writer.WriteBooleanValue(value);
}

/// <summary>One of a few names; names go out, names or numbers come in.</summary>
internal sealed class WireEnum<T> : JsonConverter<T>
    where T : struct, Enum
{
    private readonly Dictionary<string, T> _byName;
    private readonly Dictionary<T, string> _names;

    public WireEnum()
    {
        _byName = Enum.GetValues<T>().ToDictionary(v => JsonNamingPolicy.SnakeCaseUpper.ConvertName(v.ToString()), StringComparer.Ordinal);
        _names = _byName.ToDictionary(p => p.Value, p => p.Key);
    }

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        long number;
        if (reader.TokenType == JsonTokenType.String)
        {
            string text = reader.GetString()!;
            if (_byName.TryGetValue(text, out T named))
            {
                return named;
            }

            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number))
            {
                throw Unknown();
            }
        }
        else if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out number))
        {
            throw Unknown();
        }

        foreach (T value in _names.Keys)
        {
            if (Convert.ToInt64(value, CultureInfo.InvariantCulture) == number)
            {
                return value;
            }
        }

        throw Unknown();
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(_names[value]);

    private WireValueException Unknown() => new($"Expected one of {string.Join(", ", _byName.Keys)}.");
}
