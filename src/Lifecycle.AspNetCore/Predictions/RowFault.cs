using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Lifecycle.AspNetCore;

/// <summary>
/// Says what is wrong with a row that could not be read, by its names in JSON; the reader itself says it by types of .NET. Only where the reader stopped is looked:
/// what it ignores or reads in a way of its own is no fault, and a long row is not read again.
/// </summary>
internal static class RowFault
{
    /// <summary>One sentence.</summary>
    /// <param name="row">The row.</param>
    /// <param name="type">As what it was read.</param>
    /// <param name="error">What the reader said.</param>
    public static string Of(JsonElement row, JsonTypeInfo type, JsonException error)
    {
        string path = (error.Path ?? string.Empty).TrimStart('$');
        return At(row, type, path, string.Empty, error)
            ?? Own(error)
            ?? (path.Length == 0 ? "The row cannot be read." : $"The value at '{InferenceWireException.Show(path.TrimStart('.'))}' cannot be read.");
    }

    // What a converter of the application says is meant for callers.
    private static string? Own(JsonException error) =>
        error.Message.Contains(" Path: ", StringComparison.Ordinal) || error.Source == typeof(JsonSerializer).Namespace ? null : $"{error.Message.TrimEnd('.')}.";

    /// <summary>The fault at a place, or null when none is found there.</summary>
    /// <param name="value">Where the walk is.</param>
    /// <param name="declared">As what it is read.</param>
    /// <param name="rest">What is left of the reader's path.</param>
    /// <param name="place">Where the walk is, in words for the caller.</param>
    /// <param name="error">What the reader said.</param>
    private static string? At(JsonElement value, JsonTypeInfo declared, ReadOnlySpan<char> rest, string place, JsonException error)
    {
        if (!TryKind(value, declared, place, out JsonTypeInfo type, out string? fault))
        {
            return fault;
        }

        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when value.ValueKind == JsonValueKind.Object:
                return rest.IsEmpty ? Missing(value, type, place, error) : InMember(value, type, rest, place, error);
            case JsonTypeInfoKind.Dictionary when value.ValueKind == JsonValueKind.Object:
                return TryNamed(value, rest, StringComparison.Ordinal, out JsonProperty entry, out int used) && Known(type.ElementType, type.Options) is { } element
                    ? At(entry.Value, element, rest[used..], Join(place, entry.Name), error)
                    : null;
            case JsonTypeInfoKind.Enumerable when value.ValueKind == JsonValueKind.Array:
                return TryNumbered(value, rest, out int index, out int read) && Known(type.ElementType, type.Options) is { } item
                    ? At(value[index], item, rest[read..], $"{place}[{index}]", error)
                    : null;
            case JsonTypeInfoKind.None when JsonWords.IsOfApplication(type) && Own(error) is { } own:
                return own;
            default:
                return rest.IsEmpty && !CanBeRead(value, type) ? Differs(value, type.Type, type.Options, place) : null;
        }
    }

    private static string? InMember(JsonElement value, JsonTypeInfo type, ReadOnlySpan<char> rest, string place, JsonException error)
    {
        StringComparison how = type.Options.PropertyNameCaseInsensitive ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (!TryNamed(value, rest, how, out JsonProperty one, out int used))
        {
            return null;
        }

        bool isHere = used == rest.Length;
        if (FiniteNumbers.Find(type, one.Name) is not { } member)
        {
            // With kinds, names that begin so are for the reader itself.
            return isHere && !(type.PolymorphismOptions is not null && one.Name.StartsWith('$')) && !type.Properties.Any(p => p.IsExtensionData)
                ? $"There is no member '{Join(place, one.Name)}'."
                : null;
        }

        string inside = Join(place, member.Name);
        if (isHere && !type.Options.AllowDuplicateProperties && value.EnumerateObject().Count(p => p.Name.Equals(one.Name, how)) > 1)
        {
            return $"The member '{inside}' stands twice in its object; send it once.";
        }

        string? fault = member.CustomConverter is not null || Known(member.PropertyType, type.Options) is not { } read ? null
            : isHere && one.Value.ValueKind == JsonValueKind.Null && !TakesNull(member) && !JsonWords.IsOfApplication(read) ? Differs(one.Value, member.PropertyType, type.Options, inside)
            : At(one.Value, read, rest[used..], inside, error);

        // Of what is missing the reader may name the last member that it read.
        return fault ?? (isHere ? Missing(value, type, place, error) : null);
    }

    private static string? Missing(JsonElement value, JsonTypeInfo type, string place, JsonException error)
    {
        HashSet<JsonPropertyInfo?> there = [.. value.EnumerateObject().Select(p => FiniteNumbers.Find(type, p.Name))];
        string[] missing = [.. type.Properties.Where(p => IsRequired(p) && !there.Contains(p)).Select(p => p.Name)];

        // The reader lists them, at least the first ones; where it does not, something else is the fault.
        if (!missing.Any(name => error.Message.Contains($"'{name}'", StringComparison.Ordinal)))
        {
            return null;
        }

        string names = string.Join(", ", missing.Select(name => $"'{Join(place, name)}'"));
        return missing.Length == 1 ? $"The member {names} is missing." : $"The members {names} are missing.";
    }

    /// <summary>What a value of several kinds is read as: the kind that it names. False when it names one that there is not.</summary>
    private static bool TryKind(JsonElement value, JsonTypeInfo declared, string place, out JsonTypeInfo type, out string? fault)
    {
        type = declared;
        fault = null;
        if (declared.PolymorphismOptions is not { } kinds || value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(kinds.TypeDiscriminatorPropertyName, out JsonElement said))
        {
            return true;
        }

        foreach (JsonDerivedType kind in kinds.DerivedTypes)
        {
            if (IsSame(said, kind.TypeDiscriminator))
            {
                type = Known(kind.DerivedType, declared.Options) ?? declared;
                return true;
            }
        }

        if (!kinds.IgnoreUnrecognizedTypeDiscriminators)
        {
            string known = string.Join(", ", kinds.DerivedTypes.Where(k => k.TypeDiscriminator is not null).Select(k => k.TypeDiscriminator is string name ? $"\"{name}\"" : $"{k.TypeDiscriminator}"));
            fault = $"'{Join(place, kinds.TypeDiscriminatorPropertyName)}' takes one of {known}, and {JsonWords.Came(said)} came.";
        }

        return kinds.IgnoreUnrecognizedTypeDiscriminators;
    }

    private static bool IsSame(JsonElement said, object? kind) => kind switch
    {
        string name => said.ValueKind == JsonValueKind.String && said.ValueEquals(name),
        int number => said.ValueKind == JsonValueKind.Number && said.TryGetInt32(out int value) && value == number,
        _ => false,
    };

    /// <summary>Which member the path goes on with: <c>.name</c>, or <c>['name']</c> where the name has signs of the path. Found by the names that are there.</summary>
    private static bool TryNamed(JsonElement value, ReadOnlySpan<char> path, StringComparison how, out JsonProperty found, out int used)
    {
        found = default;
        used = 0;
        bool isExact = false;
        foreach (JsonProperty one in value.EnumerateObject())
        {
            int length = path.StartsWith('.') && path[1..].StartsWith(one.Name, how) ? one.Name.Length + 1
                : path.StartsWith("['") && path[2..].StartsWith(one.Name, how) && path[(one.Name.Length + 2)..].StartsWith("']") ? one.Name.Length + 4
                : 0;
            if (length < used || length == 0 || (length < path.Length && path[length] is not ('.' or '[')))
            {
                continue;
            }

            bool isAsWritten = path.Slice(path[0] == '.' ? 1 : 2, one.Name.Length).SequenceEqual(one.Name);
            if (length > used || (isAsWritten && !isExact))
            {
                (found, used, isExact) = (one, length, isAsWritten);
            }
        }

        return used > 0;
    }

    private static bool TryNumbered(JsonElement value, ReadOnlySpan<char> path, out int index, out int used)
    {
        index = -1;
        used = path.IndexOf(']') + 1;
        return used > 2 && path[0] == '[' && int.TryParse(path[1..(used - 1)], NumberStyles.None, CultureInfo.InvariantCulture, out index) && index < value.GetArrayLength();
    }

    private static JsonTypeInfo? Known(Type? type, JsonSerializerOptions options) =>
        type is not null && options.TryGetTypeInfo(Nullable.GetUnderlyingType(type) ?? type, out JsonTypeInfo? info) ? info : null;

    private static bool IsRequired(JsonPropertyInfo member) => member.IsRequired
        || (member.Options.RespectRequiredConstructorParameters && member.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false });

    private static bool TakesNull(JsonPropertyInfo member) => member.PropertyType.IsValueType
        ? Nullable.GetUnderlyingType(member.PropertyType) is not null
        : !member.Options.RespectNullableAnnotations || member.IsSetNullable;

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

    private static string Differs(JsonElement value, Type type, JsonSerializerOptions options, string place) =>
        $"'{place}' takes {JsonWords.One(type, options)}, and {JsonWords.Came(value)} came.";

    private static string Join(string place, string name) => InferenceWireException.Show(place.Length == 0 ? name : $"{place}.{name}");
}
