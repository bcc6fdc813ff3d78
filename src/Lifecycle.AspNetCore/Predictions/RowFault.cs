using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Lifecycle.AspNetCore;

/// <summary>
/// Finds what is wrong with a row that could not be read, and says it by its names in JSON. The reader itself says it by types of .NET. Only rows that failed come here.
/// </summary>
internal static class RowFault
{
    /// <summary>One sentence.</summary>
    /// <param name="row">The row.</param>
    /// <param name="type">As what it was read.</param>
    /// <param name="error">What the reader said.</param>
    public static string Of(JsonElement row, JsonTypeInfo type, JsonException error) => Find(row, type, string.Empty) ?? Told(error);

    // What a converter of the application says is meant for callers; what the reader says ends in its path.
    private static string Told(JsonException error) => error.Message.Contains(" Path: ", StringComparison.Ordinal)
        ? $"The value at '{InferenceWireException.Show((error.Path ?? "$").TrimStart('$').TrimStart('.'))}' cannot be read."
        : $"{error.Message.TrimEnd('.')}.";

    private static string? Find(JsonElement value, JsonTypeInfo type, string path)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when value.ValueKind == JsonValueKind.Object:
                return Unknown(value, type, path) ?? Unfit(value, type, path) ?? Missing(value, type, path);
            case JsonTypeInfoKind.Dictionary when value.ValueKind == JsonValueKind.Object && type.ElementType is { } element:
                return value.EnumerateObject().Select(one => FindValue(one.Value, element, type.Options, Join(path, one.Name))).FirstOrDefault(f => f is not null);
            case JsonTypeInfoKind.Enumerable when value.ValueKind == JsonValueKind.Array && type.ElementType is { } element:
                return value.EnumerateArray().Select((one, i) => FindValue(one, element, type.Options, $"{path}[{i}]")).FirstOrDefault(f => f is not null);
            default:
                return CanBeRead(value, type) ? null : Differs(value, type.Type, type.Options, path);
        }
    }

    private static string? FindValue(JsonElement value, Type type, JsonSerializerOptions options, string path) =>
        value.ValueKind == JsonValueKind.Null && TakesNull(type) ? null
        : options.TryGetTypeInfo(Nullable.GetUnderlyingType(type) ?? type, out JsonTypeInfo? info) ? Find(value, info, path) : null;

    private static string? Unknown(JsonElement value, JsonTypeInfo type, string path)
    {
        bool takesAll = type.Properties.Any(p => p.IsExtensionData)
            || (type.UnmappedMemberHandling ?? type.Options.UnmappedMemberHandling) != JsonUnmappedMemberHandling.Disallow;
        HashSet<JsonPropertyInfo> seen = [];
        foreach (JsonProperty one in value.EnumerateObject())
        {
            JsonPropertyInfo? member = FiniteNumbers.Find(type, one.Name);
            if (member is null)
            {
                if (takesAll || (type.PolymorphismOptions is not null && one.Name.StartsWith('$')))
                {
                    continue;
                }

                return $"There is no member '{Join(path, one.Name)}'.";
            }

            if (!seen.Add(member) && !type.Options.AllowDuplicateProperties)
            {
                return $"The member '{Join(path, member.Name)}' stands twice in its object; send it once.";
            }
        }

        return null;
    }

    private static string? Unfit(JsonElement value, JsonTypeInfo type, string path)
    {
        foreach (JsonProperty one in value.EnumerateObject())
        {
            if (FiniteNumbers.Find(type, one.Name) is not { } member)
            {
                continue;
            }

            string place = Join(path, member.Name);
            if (one.Value.ValueKind == JsonValueKind.Null && (!TakesNull(member.PropertyType) || (type.Options.RespectNullableAnnotations && !member.IsSetNullable)))
            {
                return Differs(one.Value, member.PropertyType, type.Options, place);
            }

            if (member.CustomConverter is null && FindValue(one.Value, member.PropertyType, type.Options, place) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static string? Missing(JsonElement value, JsonTypeInfo type, string path)
    {
        HashSet<JsonPropertyInfo?> there = [.. value.EnumerateObject().Select(p => FiniteNumbers.Find(type, p.Name))];
        string[] missing = [.. type.Properties.Where(p => IsRequired(p) && !there.Contains(p)).Select(p => $"'{Join(path, p.Name)}'")];
        return missing.Length switch
        {
            0 => null,
            1 => $"The member {missing[0]} is missing.",
            _ => $"The members {string.Join(", ", missing)} are missing.",
        };
    }

    private static bool IsRequired(JsonPropertyInfo member) => member.IsRequired
        || (member.Options.RespectRequiredConstructorParameters && member.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false });

    private static bool TakesNull(Type type) => !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;

    private static bool CanBeRead(JsonElement value, JsonTypeInfo type)
    {
        try
        {
            value.Deserialize(type);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Differs(JsonElement value, Type type, JsonSerializerOptions options, string path) =>
        $"'{path}' takes {JsonWords.One(type, options)}, and {JsonWords.Came(value)} came.";

    private static string Join(string path, string name) => InferenceWireException.Show(path.Length == 0 ? name : $"{path}.{name}");
}
