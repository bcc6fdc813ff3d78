using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lifecycle.AspNetCore;

/// <summary>Says types and values in the words of JSON: a caller knows no .NET.</summary>
internal static class JsonWords
{
    private const int ShownLevels = 3;

    /// <summary>What came, for example <c>a string</c>.</summary>
    public static string Came(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true/false",
        _ => "null",
    };

    /// <summary>What came, with its text where that is short: <c>the string "much"</c>.</summary>
    public static string Came(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"the string {InferenceWireException.Show(value.GetRawText())}",
        JsonValueKind.Number => $"the number {InferenceWireException.Show(value.GetRawText())}",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => Came(value.ValueKind),
    };

    /// <summary>What one value of a type is: <c>a number</c>, <c>true/false</c>, <c>a list of strings</c>.</summary>
    public static string One(Type type, JsonSerializerOptions options)
    {
        string word = Word(type, options, isMany: false, ShownLevels);
        return word switch
        {
            TrueOrFalse => word,
            "object" => "an object",
            _ => $"a {word}",
        };
    }

    /// <summary>The members of a type with what they are: <c>{"metres": number, "rooms": number}</c>.</summary>
    public static string Shape(JsonTypeInfo type) =>
        $"{{{string.Join(", ", type.Properties.Where(IsRead).Select(p => $"\"{p.Name}\": {Word(p)}"))}}}";

    private const string TrueOrFalse = "true/false";

    // A member that only gives, such as one that is computed, is taken of nobody.
    private static bool IsRead(JsonPropertyInfo member) => (member.Set ?? (object?)member.AssociatedParameter) is not null && !member.IsExtensionData;

    /// <summary>Whether a converter of the application reads the type; what that takes is not known here.</summary>
    public static bool IsOfApplication(JsonTypeInfo type) => type.Converter.GetType().Assembly != typeof(JsonSerializer).Assembly;

    private static string Word(JsonPropertyInfo member) =>
        member.CustomConverter is null ? Word(member.PropertyType, member.Options, isMany: false, ShownLevels) : "value";

    private static string Word(Type type, JsonSerializerOptions options, bool isMany, int levels)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        string s = isMany ? "s" : string.Empty;
        if (options.TryGetTypeInfo(type, out JsonTypeInfo? info) && IsOfApplication(info))
        {
            return "value" + s;
        }

        if (type == typeof(bool))
        {
            return TrueOrFalse;
        }

        if (IsText(type))
        {
            return "string" + s;
        }

        if (Type.GetTypeCode(type) is var code && !type.IsEnum && (code is >= TypeCode.SByte and <= TypeCode.UInt64 || type == typeof(Int128) || type == typeof(UInt128)))
        {
            return "whole number" + s;
        }

        if (!type.IsEnum && (code is TypeCode.Single or TypeCode.Double or TypeCode.Decimal || type == typeof(Half)))
        {
            return "number" + s;
        }

        return info is null ? "value" + s : info.Kind switch
        {
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "object" + s,
            JsonTypeInfoKind.Enumerable when info.ElementType is { } element && levels > 0 => $"list{s} of {Word(element, options, isMany: true, levels - 1)}",
            JsonTypeInfoKind.Enumerable => "list" + s,
            _ => "value" + s,
        };
    }

    private static bool IsText(Type type) => type == typeof(string) || type == typeof(char) || type == typeof(Guid) || type == typeof(Uri) || type == typeof(byte[])
        || type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) || type == typeof(TimeOnly) || type == typeof(TimeSpan);
}
