using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>The JSON form of a gate, <c>lifecycle.gate/1</c>.</summary>
internal static class GateJson
{
    public const string Schema = "lifecycle.gate/1";
    private const int MostBytes = 1 << 20;
    private const int MostLevels = 32;

    public static byte[] Write(Gate gate)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", Schema);
            writer.WriteString("name", gate.Name);
            writer.WriteString("whenInconclusive", Camel(gate.WhenInconclusive.ToString()));
            writer.WriteString("firstRun", Camel(gate.FirstRun.ToString()));
            WriteRequirements(writer, gate.Requirements);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    public static void WriteRequirements(Utf8JsonWriter writer, IReadOnlyList<Requirement> requirements)
    {
        writer.WriteStartArray("requirements");
        foreach (Requirement requirement in requirements)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", requirement.Kind);
            requirement.WriteProperties(writer);
            if (requirement is not (CustomRequirement or DataRequirement or SliceRequirement))
            {
                writer.WriteNumber("confidence", requirement.Confidence);
            }

            if (requirement.IsAdvisory)
            {
                writer.WriteBoolean("advisory", true);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteMetric(Utf8JsonWriter writer, Metric metric)
    {
        if (!metric.IsCustom)
        {
            writer.WriteString("metric", metric.Name);
            return;
        }

        writer.WriteStartObject("metric");
        writer.WriteString("custom", metric.Name);
        writer.WriteEndObject();
    }

    public static void WriteOptional(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }

    public static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    public static GateBuilder Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MostBytes)
        {
            throw new GateDefinitionException("in JSON", [$"It has {json.Length:N0} bytes; at most {MostBytes:N0} are read."]);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MostLevels });
            return Read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new GateDefinitionException("in JSON", [$"This is not the JSON of a gate, {MostLevels} levels deep at most: {error.Message}"], error);
        }
        catch (FormatException error)
        {
            throw new GateDefinitionException("in JSON", [error.Message], error);
        }
        catch (InvalidOperationException error)
        {
            throw new GateDefinitionException("in JSON", [$"$ holds a text that is not Unicode: {error.Message}"], error);
        }
    }

    private static GateBuilder Read(JsonElement root)
    {
        GateJsonObject gate = new(root, "$");
        if (gate.Text("schema") != Schema)
        {
            throw new FormatException($"$.schema is not '{Schema}'.");
        }

        GateBuilder builder = new(gate.Text("name"));
        builder.WhenInconclusive(gate.Choice("whenInconclusive", WhenInconclusive.Hold)).WhenNoBaseline(gate.Choice("firstRun", FirstRun.Fail));
        AddAll(builder, gate);
        gate.Done();
        return builder;
    }

    private static void AddAll(GateBuilder builder, GateJsonObject holder)
    {
        foreach (GateJsonObject item in holder.Objects("requirements"))
        {
            try
            {
                Add(builder, item);
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException or ContractDefinitionException)
            {
                throw new FormatException($"{item.Path}: {error.Message}", error);
            }
        }
    }

    private static void Add(GateBuilder builder, GateJsonObject item)
    {
        string kind = item.Text("kind");
        double confidence = kind is CustomRequirement.KindName or DataRequirement.KindName or SliceRequirement.OneName or SliceRequirement.EveryName
            ? 0
            : item.Number("confidence") ?? Confidence.Default;
        bool advisory = item.Flag("advisory");
        switch (kind)
        {
            case ValueRequirement.KindName:
                builder.Require(item.Metric("metric"), item.Number("atLeast"), item.Number("atMost"), confidence: confidence);
                break;
            case FairRequirement.KindName:
                AddFair(builder, item, confidence);
                break;
            case BaselineRequirement.NotWorse:
                builder.RequireNotWorse(item.Metric("metric"), item.Needed("margin"), confidence);
                break;
            case BaselineRequirement.Better:
                builder.RequireBetter(item.Metric("metric"), item.Needed("by"), confidence);
                break;
            case BaselineRequirement.Change:
                builder.RequireChange(item.Metric("metric"), item.Needed("atLeast"), item.Flag("relative"), confidence);
                break;
            case RatioRequirement.KindName:
                builder.RequireRatioToBaseline(item.Metric("metric"), item.Needed("atLeast"), confidence);
                break;
            case EquivalentRequirement.KindName:
                builder.RequireEquivalent(item.Metric("metric"), item.Needed("within"), confidence);
                break;
            case RatchetRequirement.KindName:
                builder.RequireRatchet(item.Metric("metric"), item.Numbers("history"), item.Needed("slack"), confidence);
                break;
            case RobustRequirement.KindName:
                RobustJson.AddRobust(builder, item, confidence);
                break;
            case WithstandsRequirement.KindName:
                RobustJson.AddWithstands(builder, item, confidence);
                break;
            case UpliftRequirement.KindName:
                builder.RequireValue(ObjectiveJson.Read(item.Object("objective") ?? throw new FormatException($"{item.Path}.objective is missing.")), item.Money("upliftAtLeast"), confidence);
                break;
            case SliceRequirement.OneName:
                builder.OnSlice(item.Text("name"), Slice.Read(item), g => AddAll(g, item));
                break;
            case SliceRequirement.EveryName:
                builder.OnEverySlice(item.Texts("by"), item.Count("minRows"), g => AddAll(g, item));
                break;
            case DataRequirement.KindName:
                builder.RequireData(new ColumnContract(ContractJson.Read(item.Element("contract"), $"{item.Path}.contract")));
                break;
            case CustomRequirement.KindName:
                throw new FormatException($"{item.Path}: '{item.Text("custom")}' is a check in code; build this gate in code.");
            default:
                throw new FormatException($"{item.Path}.kind '{Wording.Show(kind)}' is unknown; this version knows {string.Join(", ", RequirementKinds.All)}.");
        }

        if (advisory)
        {
            builder.AsAdvisory();
        }

        item.Done();
    }

    private static void AddFair(GateBuilder builder, GateJsonObject item, double confidence)
    {
        string[] by = item.Texts("by");
        FairnessMetric metric = item.Fairness("metric", item.TextOrNull("reference"));
        SmallGroups small = item.Choice("smallGroups", SmallGroups.Inconclusive);
        MissingGroup missing = item.Choice("missing", MissingGroup.Report);
        double below = item.Number("below") ?? 0;
        if (metric.IsRatio)
        {
            builder.RequireFairRatio(by, metric, item.Needed("atLeast"), confidence, small, below, missing);
        }
        else
        {
            builder.RequireFair(by, metric, item.Needed("atMost"), confidence, small, below, missing);
        }
    }
}
