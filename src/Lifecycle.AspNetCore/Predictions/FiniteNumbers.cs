using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lifecycle.AspNetCore;

/// <summary>Finds numbers that are too large for their members: the reader of JSON makes infinity of them and says nothing.</summary>
internal static class FiniteNumbers
{
    /// <summary>Whether a number is so large that a look at its member is needed.</summary>
    public static bool MayLack(ReadOnlySpan<byte> json, int depth)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = depth });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Number && !(reader.TryGetDouble(out double number) && Math.Abs(number) <= float.MaxValue))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Makes sure that numbers are finite in the members that take them, as far as the type says what those are.</summary>
    /// <exception cref="JsonException">One is not.</exception>
    public static void Require(JsonElement value, JsonTypeInfo type, string name = "")
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when IsInfinite(value, Nullable.GetUnderlyingType(type.Type) ?? type.Type):
                throw new JsonException($"The number {InferenceWireException.Show(value.GetRawText())} of '{InferenceWireException.Show(name)}' is too large; at most {(type.Type == typeof(double) || type.Type == typeof(double?) ? "1.79e308" : "3.40e38")} in size is taken.");
            case JsonValueKind.Array when type is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element } && type.Options.TryGetTypeInfo(element, out JsonTypeInfo? elements):
                foreach (JsonElement one in value.EnumerateArray())
                {
                    Require(one, elements, name);
                }

                break;
            case JsonValueKind.Object when type is { Kind: JsonTypeInfoKind.Dictionary, ElementType: { } element } && type.Options.TryGetTypeInfo(element, out JsonTypeInfo? elements):
                foreach (JsonProperty one in value.EnumerateObject())
                {
                    Require(one.Value, elements, one.Name);
                }

                break;
            case JsonValueKind.Object when type.Kind == JsonTypeInfoKind.Object:
                foreach (JsonProperty one in value.EnumerateObject())
                {
                    if (Find(type, one.Name) is { CustomConverter: null } member && type.Options.TryGetTypeInfo(member.PropertyType, out JsonTypeInfo? members))
                    {
                        Require(one.Value, members, one.Name);
                    }
                }

                break;
            default:
                break;
        }
    }

    private static bool IsInfinite(JsonElement number, Type type) =>
        type == typeof(float) ? float.IsInfinity(number.GetSingle())
        : type == typeof(double) && double.IsInfinity(number.GetDouble());

    /// <summary>The member that a name of the JSON means; null when there is none.</summary>
    public static JsonPropertyInfo? Find(JsonTypeInfo type, string name)
    {
        StringComparison how = type.Options.PropertyNameCaseInsensitive ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        foreach (JsonPropertyInfo member in type.Properties)
        {
            if (member.Name.Equals(name, how))
            {
                return member;
            }
        }

        return null;
    }
}
