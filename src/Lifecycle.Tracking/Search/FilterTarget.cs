namespace Lifecycle.Tracking;

/// <summary>What can be searched, and by which fields: words before the dot, names of attributes with their other spellings, keys of orders.</summary>
internal sealed class FilterTarget
{
    private const string Start = "start_time";

    /// <summary>Runs.</summary>
    public static readonly FilterTarget Runs = new(
        "metrics.auc",
        Words(
            (FilterField.Metric, "metric metrics"), (FilterField.Param, "param params parameter parameters"), (FilterField.Tag, "tag tags"),
            (FilterField.TextAttribute, "attribute attributes attr run"), (FilterField.Dataset, "dataset datasets")),
        texts: ["run_id", "run_name", "user_id", "status", "artifact_uri", "experiment_name", "lifecycle_stage"],
        numbers: [Start, "end_time", "duration_ms"],
        own: ["experiment_name", "lifecycle_stage", "duration_ms"],
        spellings: new(StringComparer.Ordinal)
        {
            ["created"] = Start, ["Created"] = Start, ["run name"] = "run_name", ["Run name"] = "run_name", ["Run Name"] = "run_name",
        },
        orders: null);

    /// <summary>Experiments.</summary>
    public static readonly FilterTarget Experiments = new(
        "name", Words((FilterField.TextAttribute, "attribute"), (FilterField.Tag, "tag tags")),
        texts: ["name"], numbers: ["creation_time", "last_update_time"], own: [], spellings: [],
        orders: ["name", "experiment_id", "creation_time", "last_update_time"]);

    /// <summary>Registered models.</summary>
    public static readonly FilterTarget Models = new(
        "name", Words((FilterField.TextAttribute, "attribute"), (FilterField.Tag, "tag tags")),
        texts: ["name"], numbers: [], own: [], spellings: new(StringComparer.Ordinal) { ["timestamp"] = "last_updated_timestamp" },
        orders: ["name", "last_updated_timestamp", "creation_timestamp"]);

    /// <summary>Versions of registered models.</summary>
    public static readonly FilterTarget Versions = new(
        "name", Words((FilterField.TextAttribute, "attribute"), (FilterField.Tag, "tag tags")),
        texts: ["name", "run_id", "source_path"], numbers: ["version_number"], own: [], spellings: [],
        orders: ["name", "version_number", "creation_timestamp", "last_updated_timestamp"]);

    /// <summary>Logged models.</summary>
    public static readonly FilterTarget LoggedModels = new(
        "name",
        Words((FilterField.TextAttribute, "attributes"), (FilterField.Metric, "metrics"), (FilterField.Param, "params"), (FilterField.Tag, "tags")),
        texts: ["name", "model_id", "model_type", "status", "source_run_id", "experiment_id"],
        numbers: ["creation_timestamp", "last_updated_timestamp"], own: [],
        spellings: new(StringComparer.Ordinal)
        {
            ["creation_time"] = "creation_timestamp", ["creation_timestamp_ms"] = "creation_timestamp", ["last_updated_time"] = "last_updated_timestamp",
            ["last_updated_timestamp_ms"] = "last_updated_timestamp",
        },
        orders: ["name", "model_id", "model_type", "status", "source_run_id", "creation_timestamp", "last_updated_timestamp"]);

    public static readonly IReadOnlyList<string> DatasetFields = ["name", "digest", "context"];

    private readonly Dictionary<string, FilterField> _entities;
    private readonly Dictionary<string, string> _spellings;
    private readonly string[] _own;
    private readonly string[]? _orders;

    private FilterTarget(
        string example, Dictionary<string, FilterField> entities, string[] texts, string[] numbers, string[] own, Dictionary<string, string> spellings, string[]? orders)
    {
        Example = example;
        _entities = entities;
        Texts = texts;
        Numbers = numbers;
        _own = own;
        _spellings = spellings;
        _orders = orders;
    }

    /// <summary>A field, for messages.</summary>
    public string Example { get; }

    public IReadOnlyList<string> Texts { get; }

    public IReadOnlyList<string> Numbers { get; }

    public FilterField? Entity(string word) => _entities.TryGetValue(word, out FilterField field) ? field : null;

    public string Entities => string.Join(", ", _entities.Keys);

    /// <summary>An attribute by its name; null when there is none.</summary>
    public (FilterField Field, string Key)? Attribute(string name, FilterDialect dialect, bool isOrder)
    {
        bool isSpelling = _spellings.TryGetValue(name, out string? meant);
        string known = meant ?? name;
        if ((dialect == FilterDialect.Strict && _own.Contains(known)) || (isOrder && isSpelling && known == "run_name"))
        {
            return null;
        }

        if (isOrder && _orders is not null)
        {
            return !_orders.Contains(known) ? null : (known is "name" or "model_id" or "model_type" or "status" or "source_run_id" ? FilterField.TextAttribute : FilterField.NumberAttribute, known);
        }

        return isSpelling && known == "last_updated_timestamp" && Numbers.Count == 0 ? null
            : Texts.Contains(known) ? (FilterField.TextAttribute, known)
            : Numbers.Contains(known) ? (FilterField.NumberAttribute, known) : null;
    }

    /// <summary>Names of attributes, for messages.</summary>
    public IEnumerable<string> Names(FilterDialect dialect, bool isOrder) =>
        (isOrder && _orders is not null ? _orders : Texts.Concat(Numbers)).Where(n => dialect != FilterDialect.Strict || !_own.Contains(n));

    private static Dictionary<string, FilterField> Words(params (FilterField Field, string Words)[] fields)
    {
        Dictionary<string, FilterField> words = new(StringComparer.Ordinal);
        foreach ((FilterField field, string text) in fields)
        {
            foreach (string word in text.Split(' '))
            {
                words.Add(word, field);
            }
        }

        return words;
    }
}
