using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>Reads the properties of a JSON object and remembers which it was asked for, so that an unknown one is an error with its path.</summary>
internal sealed class GateJsonObject
{
    private readonly Dictionary<string, JsonElement> _properties = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public GateJsonObject(JsonElement element, string path)
    {
        Path = path;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{path} is {element.ValueKind}; an object is expected.");
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = Sound(() => property.Name, $"A name in {path}");
            if (!_properties.TryAdd(name, property.Value))
            {
                throw new FormatException($"{path}.{Wording.Show(name)} stands twice.");
            }
        }
    }

    public string Path { get; }

    public string Text(string name) => TextOrNull(name) ?? throw new FormatException($"{Path}.{name} is missing; a text is expected.");

    public string? TextOrNull(string name) => Find(name, JsonValueKind.String) is { } element ? Sound(element.GetString, $"{Path}.{name}") : null;

    public bool IsText(string name) => _properties.TryGetValue(name, out JsonElement element) && element.ValueKind == JsonValueKind.String;

    public JsonElement Element(string name)
    {
        _read.Add(name);
        return _properties.TryGetValue(name, out JsonElement element) ? element : throw new FormatException($"{Path}.{name} is missing; an object is expected.");
    }

    public double? Number(string name) => Find(name, JsonValueKind.Number) is { } element ? element.GetDouble() : null;

    public double Needed(string name) => Number(name) ?? throw new FormatException($"{Path}.{name} is missing; a number is expected.");

    /// <summary>A number without a fraction that fits 32 bits.</summary>
    public int Count(string name) => Find(name, JsonValueKind.Number) is not { } element
        ? throw new FormatException($"{Path}.{name} is missing; a whole number is expected.")
        : element.TryGetInt32(out int count) ? count : throw new FormatException($"{Path}.{name} is {Wording.Show(element.GetRawText())}; a whole number is expected.");

    public decimal? Money(string name) => Find(name, JsonValueKind.Number) is { } element
        ? element.TryGetDecimal(out decimal amount) ? amount : throw Wrong(name, element, "a decimal number")
        : null;

    public GateJsonObject? Object(string name) => Find(name, JsonValueKind.Object) is { } element ? new GateJsonObject(element, $"{Path}.{name}") : null;

    /// <summary>A text, where a gate built in code may have had code.</summary>
    public string TextOrCode(string name) => _properties.TryGetValue(name, out JsonElement element) && element.ValueKind == JsonValueKind.Object
        ? throw new FormatException($"{Path}.{name} is code; build this gate in code.")
        : Text(name);

    public decimal[] Amounts(string name) => _properties.TryGetValue(name, out JsonElement element) && element.ValueKind == JsonValueKind.Object
        ? throw new FormatException($"{Path}.{name} is code; build this gate in code.")
        : [.. Items(name).Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetDecimal(out decimal amount) ? amount : throw Wrong(name, e, "a decimal number"))];

    public double[] Numbers(string name) =>
        [.. Items(name).Select(e => e.ValueKind == JsonValueKind.Number ? e.GetDouble() : throw Wrong(name, e, "a number"))];

    public IEnumerable<GateJsonObject> Objects(string name) => Items(name).Select((e, i) => new GateJsonObject(e, $"{Path}.{name}[{i}]"));

    public string[] Texts(string name) =>
        [.. Items(name).Select(e => e.ValueKind == JsonValueKind.String ? Sound(e.GetString, $"A text in {Path}.{name}")! : throw Wrong(name, e, "a text"))];

    public bool Has(string name) => _properties.ContainsKey(name);

    public bool Flag(string name)
    {
        _read.Add(name);
        return _properties.TryGetValue(name, out JsonElement element) && element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(name, element, "true or false"),
        };
    }

    public IEnumerable<JsonElement> Items(string name) =>
        Find(name, JsonValueKind.Array) is { } element ? element.EnumerateArray() : throw new FormatException($"{Path}.{name} is missing; a list is expected.");

    public T Choice<T>(string name, T otherwise)
        where T : struct, Enum
    {
        string? text = TextOrNull(name);
        string[] names = Array.ConvertAll(Enum.GetNames<T>(), GateJson.Camel);
        int at = Array.IndexOf(names, text);
        return text is null ? otherwise : at >= 0 ? Enum.GetValues<T>()[at] : throw new FormatException($"{Path}.{name} '{Wording.Show(text)}' is not one of {string.Join(", ", names)}.");
    }

    public Metric Metric(string name) => Validation.Metric.Find(Text(name))
        ?? throw new FormatException($"{Path}.{name} '{Wording.Show(Text(name))}' is no metric. The metrics are: {string.Join(", ", Validation.Metric.All.Select(m => m.Name))}.");

    public FairnessMetric Fairness(string name, string? reference)
    {
        try
        {
            return FairnessMetric.Named(Text(name), reference);
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"{Path}.{name}: {error.Message}", error);
        }
    }

    public void Done()
    {
        if (_properties.Keys.FirstOrDefault(p => !_read.Contains(p)) is { } unknown)
        {
            throw new FormatException($"{Path}.{Wording.Show(unknown)} is unknown here.");
        }
    }

    /// <summary>A text of JSON may hold half a surrogate pair, which no text may be made of.</summary>
    internal static T Sound<T>(Func<T> read, string where)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException($"{where} holds half a surrogate pair; write the whole character.", error);
        }
    }

    private JsonElement? Find(string name, JsonValueKind kind)
    {
        _read.Add(name);
        return !_properties.TryGetValue(name, out JsonElement element) ? null
            : element.ValueKind == kind ? element : throw Wrong(name, element, kind.ToString());
    }

    private FormatException Wrong(string name, JsonElement element, string expected) => new($"{Path}.{name} is {element.ValueKind}; {expected} is expected.");
}
