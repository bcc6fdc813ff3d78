using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>What the recorded ids, times, generated names and tokens are called here.</summary>
internal sealed partial class WireBinding
{
    private static readonly string[] Times =
        ["creation_time", "last_update_time", "creation_timestamp", "last_updated_timestamp", "creation_timestamp_ms", "last_updated_timestamp_ms"];

    private readonly Dictionary<string, string> _experiments = new(StringComparer.Ordinal) { ["0"] = "0" };
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _times = [];

    public void BindExperiment(string recorded, string ours) => _experiments[recorded] = ours;

    public void BindId(string recorded, string ours) => _ids[recorded] = ours;

    public void BindName(string recorded, string ours) => _names[recorded] = ours;

    public bool Knows(string id) => _ids.ContainsKey(id);

    /// <summary>The recorded path in our ids.</summary>
    public string Path(string path)
    {
        path = ArtifactExperiment().Replace(path, m => m.Groups[1].Value + Experiment(m.Groups[2].Value) + m.Groups[3].Value);
        path = QueryExperiment().Replace(path, m => m.Groups[1].Value + Experiment(m.Groups[2].Value));

        // the two digits of an escaped quote would be taken for the first of an id
        return Ids(path.Replace("%27", "'", StringComparison.Ordinal)).Replace("'", "%27", StringComparison.Ordinal);
    }

    /// <summary>The recorded JSON in our ids, names and tokens.</summary>
    public JsonNode? Json(JsonNode? node, string? field = null)
    {
        switch (node)
        {
            case JsonObject map:
                JsonObject made = [];
                foreach ((string key, JsonNode? value) in map)
                {
                    made[key] = Json(value, key);
                }

                return made;
            case JsonArray list:
                return new JsonArray([.. list.Select(item => Json(item, field))]);
            case JsonValue value when value.TryGetValue(out string? text):
                return JsonValue.Create(Text(text, field));
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>Whether our time may stand where the recording has another one: the same recorded time is always the same of ours.</summary>
    public bool SameTime(string field, long recorded, long ours)
    {
        if (!Times.Contains(field, StringComparer.Ordinal))
        {
            return false;
        }

        if (!_times.TryGetValue(recorded, out long bound))
        {
            _times[recorded] = bound = ours;
        }

        return bound == ours;
    }

    /// <summary>Binds a token at first sight.</summary>
    public bool SameToken(string recorded, string ours)
    {
        _tokens[recorded] = ours;
        return ours.Length > 0;
    }

    private string Text(string text, string? field) => field switch
    {
        "experiment_id" or "experiment_ids" => Experiment(text),
        "page_token" or "next_page_token" => _tokens.GetValueOrDefault(text, text),
        "run_name" or "value" when _names.TryGetValue(text, out string? name) => name,
        "message" => Ids(NamedExperiment().Replace(text, m => m.Groups[1].Value + Experiment(m.Groups[2].Value))),
        _ => Ids(LocationExperiment().Replace(text, m => m.Groups[1].Value + Experiment(m.Groups[2].Value))),
    };

    private string Experiment(string recorded) => _experiments.GetValueOrDefault(recorded, recorded);

    private string Ids(string text) => Id().Replace(text, m => _ids.GetValueOrDefault(m.Value, m.Value));

    [GeneratedRegex("(The experiment )([0-9]+)")]
    private static partial Regex NamedExperiment();

    [GeneratedRegex("[0-9a-f]{32}")]
    private static partial Regex Id();

    [GeneratedRegex("(/mlflow-artifacts/artifacts/|[?&]path=)([0-9]+)(/|%2F)")]
    private static partial Regex ArtifactExperiment();

    [GeneratedRegex("([?&]experiment_id=)([0-9]+)")]
    private static partial Regex QueryExperiment();

    [GeneratedRegex("(mlflow-artifacts:/)([0-9]+)")]
    private static partial Regex LocationExperiment();
}
