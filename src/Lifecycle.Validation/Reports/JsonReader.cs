using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>Reads <c>lifecycle.gate-report/1</c> back.</summary>
internal static partial class JsonReader
{
    public static GateReport Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            return root.GetProperty("schema").GetString() == JsonWriter.Schema
                ? Read(root.GetProperty("envelope"), root.GetProperty("evaluation"))
                : throw new FormatException($"This is not a gate report of the form '{JsonWriter.Schema}'.");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"This is not a gate report: {error.Message}", error);
        }
    }

    private static GateReport Read(JsonElement envelope, JsonElement evaluation)
    {
        JsonElement gate = evaluation.GetProperty("gate");
        TimeSpan[] elapsed = [.. envelope.GetProperty("seconds").EnumerateArray().Select(s => TimeSpan.FromSeconds(s.GetDouble()))];
        return new GateReport
        {
            Id = Guid.ParseExact(Text(envelope, "id"), "N"),
            CreatedAt = envelope.GetProperty("createdAt").GetDateTimeOffset(),
            Actor = Text(envelope, "actor"),
            LibraryVersion = Text(envelope, "version"),
            GateName = Text(gate, "name"),
            GateDigest = Digest.Parse(Text(gate, "digest")),
            FrozenAt = gate.GetProperty("frozenAt").GetDateTimeOffset(),
            WhenInconclusive = Choice<WhenInconclusive>(gate, "whenInconclusive"),
            Model = evaluation.GetProperty("subject").GetString() is { } subject ? Digest.Parse(subject) : null,
            Data = Texts(evaluation, "data"),
            Rows = evaluation.GetProperty("rows").GetInt32(),
            DroppedRows = evaluation.GetProperty("droppedRows").GetInt32(),
            Outcome = Text(evaluation, "outcome"),
            Seed = evaluation.GetProperty("seed").GetUInt64(),
            Draws = evaluation.GetProperty("draws").GetInt32(),
            Replicates = evaluation.GetProperty("replicates").GetInt32(),
            FirstRun = evaluation.GetProperty("firstRun").GetBoolean(),
            Findings = [.. evaluation.GetProperty("findings").EnumerateArray().Select((f, i) => ReadFinding(f, i < elapsed.Length ? elapsed[i] : default))],
            Groups = [.. evaluation.GetProperty("groups").EnumerateArray().Select(ReadTable)],
        };
    }

    private static Finding ReadFinding(JsonElement finding, TimeSpan elapsed) => new()
    {
        Requirement = Text(finding, "requirement"),
        Kind = Text(finding, "kind"),
        Metric = finding.TryGetProperty("metric", out JsonElement metric) ? metric.GetString() : null,
        Slice = finding.TryGetProperty("slice", out JsonElement slice) ? slice.GetString() : null,
        Verdict = Choice<Verdict>(finding, "verdict"),
        IsAdvisory = Text(finding, "severity") == "advisory",
        Value = ReadValue(finding),
        Lower = Number(finding, "lower"),
        Upper = Number(finding, "upper"),
        AtLeast = Number(finding, "atLeast"),
        AtMost = Number(finding, "atMost"),
        Confidence = Number(finding, "confidence"),
        Method = finding.TryGetProperty("method", out JsonElement method) ? method.GetString() : null,
        NeededRows = finding.TryGetProperty("neededRows", out JsonElement needed) ? needed.GetInt64() : null,
        IsTransient = finding.TryGetProperty("transient", out JsonElement transient) && transient.GetBoolean(),
        By = finding.TryGetProperty("by", out _) ? Texts(finding, "by") : [],
        Contrasts = Items(finding, "contrasts", ReadContrast),
        NotJudged = Items(finding, "notJudged", g => new UnjudgedGroup(
            Text(g, "group"), Text(g, "metric"), Choice<UndefinedReason>(g, "reason"), g.GetProperty("rows").GetDouble())),
        Robustness = ReadRobustness(finding),
        Attack = ReadAttack(finding),
        Business = finding.TryGetProperty("business", out JsonElement business) ? ReadBusiness(business) : null,
        Contract = finding.TryGetProperty("contract", out JsonElement contract) ? ContractResultJson.Read(contract) : null,
        Message = Text(finding, "message"),
        Elapsed = elapsed,
    };

    private static GroupContrast ReadContrast(JsonElement c) => new(
        Text(c, "metric"), Text(c, "first"), Text(c, "second"), Number(c, "firstRate") ?? double.NaN, Number(c, "secondRate") ?? double.NaN,
        Number(c, "value") ?? double.NaN, Number(c, "lower") ?? double.NaN, Number(c, "upper") ?? double.NaN);

    private static GroupTable ReadTable(JsonElement table) => new(
        Texts(table, "by"), Texts(table, "metrics"), ReadRow(table.GetProperty("overall")), Items(table, "groups", ReadRow));

    private static GroupRow ReadRow(JsonElement row) => new(
        Text(row, "group"), row.GetProperty("rows").GetDouble(), row.TryGetProperty("missing", out JsonElement missing) && missing.GetBoolean(),
        Items(row, "values", v => ReadValue(v) ?? throw new FormatException("A figure of a group has neither value nor reason.")));

    private static MetricValue? ReadValue(JsonElement holder)
    {
        if (Number(holder, "value") is { } value)
        {
            return MetricValue.Of(value);
        }

        return holder.TryGetProperty("undefined", out _) ? MetricValue.Undefined(Choice<UndefinedReason>(holder, "undefined")) : null;
    }

    private static string Text(JsonElement holder, string name) => holder.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null in the gate report.");

    private static double? Number(JsonElement holder, string name) => holder.TryGetProperty(name, out JsonElement number) ? number.GetDouble() : null;

    private static string[] Texts(JsonElement holder, string name) => [.. holder.GetProperty(name).EnumerateArray().Select(e => e.GetString() ?? "")];

    private static T[] Items<T>(JsonElement holder, string name, Func<JsonElement, T> read) =>
        holder.TryGetProperty(name, out JsonElement list) ? [.. list.EnumerateArray().Select(read)] : [];

    private static T Choice<T>(JsonElement holder, string name)
        where T : struct, Enum
    {
        string text = Text(holder, name);
        int at = Array.FindIndex(Enum.GetNames<T>(), n => GateJson.Camel(n) == text);
        return at >= 0 ? Enum.GetValues<T>()[at] : throw new FormatException($"'{Wording.Show(text)}' is not a {name} of a gate report.");
    }
}
