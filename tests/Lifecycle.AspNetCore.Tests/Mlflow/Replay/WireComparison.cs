using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Compares answers after binding: tags, params, latest metrics and files as maps, all other lists in order.</summary>
internal sealed class WireComparison(WireBinding binding)
{
    private static readonly string[] Beginnings =
    [
        "Invalid comparator '~' not one of", "Invalid attribute key 'foo' specified. Valid keys are", "Invalid value 50001 for parameter 'max_results' supplied:",
        "Invalid model version source: 'file:///etc'. To use a local path as a model version source, the run_id request parameter has to be specified",
    ];

    /// <summary>What differs, one line each.</summary>
    public List<string> Compare(JsonNode? expected, JsonNode? actual)
    {
        List<string> differences = [];
        Compare(expected, actual, "$", "", "", differences);
        return differences;
    }

    private void Compare(JsonNode? expected, JsonNode? actual, string path, string field, string parent, List<string> differences)
    {
        switch (expected, actual)
        {
            case (JsonObject e, JsonObject a):
                foreach (string key in e.Select(p => p.Key).Union(a.Select(p => p.Key)))
                {
                    if (!e.ContainsKey(key) || !a.ContainsKey(key))
                    {
                        differences.Add($"{path}.{key}: {(e.ContainsKey(key) ? "missing, expected " + Show(e[key]) : "not expected: " + Show(a[key]))}");
                    }
                    else
                    {
                        Compare(e[key], a[key], $"{path}.{key}", key, field, differences);
                    }
                }

                return;
            case (JsonArray e, JsonArray a) when KeyOf(field, parent) is { } key:
                Compare(AsMap(e, key), AsMap(a, key), path, "", "", differences);
                return;
            case (JsonArray e, JsonArray a):
                if (e.Count != a.Count)
                {
                    differences.Add($"{path}: {e.Count} items expected, got {a.Count}");
                    return;
                }

                for (int i = 0; i < e.Count; i++)
                {
                    Compare(e[i], a[i], $"{path}[{i}]", field, parent, differences);
                }

                return;
            case (JsonValue e, JsonValue a) when Same(e, a, field):
                return;
            default:
                differences.Add($"{path}: {Show(expected)} expected, got {Show(actual)}");
                return;
        }
    }

    private static string? KeyOf(string field, string parent) => field switch
    {
        "tags" or "params" => "key",
        "metrics" when parent == "data" => "key",
        "files" => "path",
        _ => null,
    };

    private static JsonObject AsMap(JsonArray list, string key)
    {
        JsonObject map = [];
        foreach (JsonNode? item in list)
        {
            string name = (string?)item?[key] ?? "";
            map[map.ContainsKey(name) ? name + " twice" : name] = item?.DeepClone();
        }

        return map;
    }

    private bool Same(JsonValue expected, JsonValue actual, string field)
    {
        if (expected.GetValueKind() == JsonValueKind.Number && actual.GetValueKind() == JsonValueKind.Number)
        {
            double e = expected.GetValue<JsonElement>().GetDouble(), a = Number(actual);
            return e.Equals(a) || binding.SameTime(field, (long)e, (long)a);
        }

        if (!expected.TryGetValue(out string? text) || !actual.TryGetValue(out string? ours))
        {
            return expected.GetValueKind() == actual.GetValueKind() && expected.ToJsonString() == actual.ToJsonString();
        }

        if (field == "next_page_token")
        {
            return binding.SameToken(text, ours);
        }

        if (field == "message" && Beginnings.FirstOrDefault(b => text.StartsWith(b, StringComparison.Ordinal)) is { } beginning)
        {
            return ours.StartsWith(beginning, StringComparison.Ordinal);
        }

        return text == ours || (field == "value" && text.StartsWith('[') && SameNested(text, ours));
    }

    private static double Number(JsonValue value) => JsonSerializer.Deserialize<double>(value.ToJsonString());

    // Tags that hold JSON are the same when what they say is the same.
    private static bool SameNested(string expected, string actual)
    {
        try
        {
            return JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Show(JsonNode? node)
    {
        string text = node?.ToJsonString() ?? "nothing";
        return text.Length <= 160 ? text : text[..160] + "…";
    }
}
