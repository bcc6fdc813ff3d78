using System.Text.Json;

namespace Lifecycle.Tracking;

/// <summary>The rules for tags and descriptions of the registry, and how queries hand their tags out.</summary>
internal static class RegistryText
{
    private const int LongestKey = 250;
    private const int Longest = 100_000;

    public static void RequireTag(string? key, string? value)
    {
        if (string.IsNullOrEmpty(key))
        {
            throw new InvalidRegistryNameException("Missing value for required parameter 'key'. See the API docs for more information about request parameters.");
        }

        if (KeyRule.Broken(key, "Tag key", "key") is { } broken)
        {
            throw new InvalidRegistryNameException(broken);
        }

        if (value is null || value.Length > Longest || value.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidRegistryNameException(
                $"The tag '{KeyRule.Show(key)}' has a value of {value?.Length ?? 0} characters. A key has 1 to {LongestKey} characters, a value at most {Longest} and no U+0000.");
        }
    }

    public static void RequireTags(IReadOnlyDictionary<string, string> tags)
    {
        foreach ((string key, string value) in tags)
        {
            RequireTag(key, value);
        }
    }

    public static void RequireDescription(string? description)
    {
        if (description is { Length: > Longest })
        {
            throw new InvalidRegistryNameException($"The description has {description.Length} characters; at most {Longest} are kept.");
        }
    }

    public static Dictionary<string, string> Map(string? json)
    {
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        if (json is null or "{}")
        {
            return map;
        }

        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            map[member.Name] = member.Value.ValueKind == JsonValueKind.Number ? member.Value.GetRawText() : member.Value.GetString() ?? "";
        }

        return map;
    }

    public static List<string> List(string? json)
    {
        if (json is null or "[]")
        {
            return [];
        }

        using JsonDocument document = JsonDocument.Parse(json);
        List<string> list = [.. document.RootElement.EnumerateArray().Select(e => e.GetString()!)];
        list.Sort(StringComparer.Ordinal);
        return list;
    }
}
