using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>Writes <c>lifecycle.gate-report/1</c>: an envelope (who, when) and the evaluation, which depends on the inputs only.</summary>
internal static partial class JsonWriter
{
    public const string Schema = "lifecycle.gate-report/1";

    public static byte[] Write(GateReport report)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", Schema);
            WriteEnvelope(writer, report);
            WriteEvaluation(writer, report);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteEnvelope(Utf8JsonWriter writer, GateReport report)
    {
        writer.WriteStartObject("envelope");
        writer.WriteString("id", report.Id.ToString("N"));
        writer.WriteString("createdAt", report.CreatedAt);
        writer.WriteString("actor", report.Actor);
        writer.WriteString("version", report.LibraryVersion);
        writer.WriteStartArray("seconds");
        foreach (Finding finding in report.Findings)
        {
            writer.WriteNumberValue(Math.Round(finding.Elapsed.TotalSeconds, 6));
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteEvaluation(Utf8JsonWriter writer, GateReport report)
    {
        writer.WriteStartObject("evaluation");
        writer.WriteStartObject("gate");
        writer.WriteString("name", report.GateName);
        writer.WriteString("digest", report.GateDigest.ToString());
        writer.WriteString("frozenAt", report.FrozenAt);
        writer.WriteString("whenInconclusive", GateJson.Camel(report.WhenInconclusive.ToString()));
        writer.WriteEndObject();
        writer.WriteString("subject", report.Model?.ToString());
        WriteTexts(writer, "data", report.Data);
        writer.WriteNumber("rows", report.Rows);
        writer.WriteNumber("droppedRows", report.DroppedRows);
        writer.WriteString("outcome", report.Outcome);
        writer.WriteNumber("seed", report.Seed);
        writer.WriteNumber("draws", report.Draws);
        writer.WriteNumber("replicates", report.Replicates);
        writer.WriteString("verdict", GateJson.Camel(report.Verdict.ToString()));
        writer.WriteBoolean("firstRun", report.FirstRun);
        writer.WriteStartArray("findings");
        foreach (Finding finding in report.Findings)
        {
            WriteFinding(writer, finding);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("groups");
        foreach (GroupTable table in report.Groups)
        {
            WriteTable(writer, table);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteFinding(Utf8JsonWriter writer, Finding finding)
    {
        writer.WriteStartObject();
        writer.WriteString("requirement", finding.Requirement);
        writer.WriteString("kind", finding.Kind);
        if (finding.Metric is { } metric)
        {
            writer.WriteString("metric", metric);
        }

        if (finding.Slice is { } slice)
        {
            writer.WriteString("slice", slice);
        }

        writer.WriteString("verdict", GateJson.Camel(finding.Verdict.ToString()));
        writer.WriteString("severity", finding.IsAdvisory ? "advisory" : "required");
        if (finding.Value is { } value)
        {
            WriteValue(writer, value);
        }

        WriteNumber(writer, "lower", finding.Lower);
        WriteNumber(writer, "upper", finding.Upper);
        WriteNumber(writer, "atLeast", finding.AtLeast);
        WriteNumber(writer, "atMost", finding.AtMost);
        WriteNumber(writer, "confidence", finding.Confidence);
        if (finding.Method is { } method)
        {
            writer.WriteString("method", method);
        }

        if (finding.NeededRows is { } needed)
        {
            writer.WriteNumber("neededRows", needed);
        }

        if (finding.IsTransient)
        {
            writer.WriteBoolean("transient", true);
        }

        WriteGroups(writer, finding);
        if (finding.Robustness is { } robustness)
        {
            WriteRobustness(writer, robustness);
        }

        if (finding.Attack is { } attack)
        {
            WriteAttack(writer, attack);
        }

        WriteBusiness(writer, finding.Business);
        WriteContract(writer, finding);
        writer.WriteString("message", finding.Message);
        writer.WriteEndObject();
    }

    private static void WriteGroups(Utf8JsonWriter writer, Finding finding)
    {
        if (finding.By.Count == 0)
        {
            return;
        }

        WriteTexts(writer, "by", finding.By);
        writer.WriteStartArray("contrasts");
        foreach (GroupContrast contrast in finding.Contrasts)
        {
            writer.WriteStartObject();
            writer.WriteString("metric", contrast.Metric);
            writer.WriteString("first", contrast.First);
            writer.WriteString("second", contrast.Second);
            WriteNumber(writer, "firstRate", contrast.FirstRate);
            WriteNumber(writer, "secondRate", contrast.SecondRate);
            WriteNumber(writer, "value", contrast.Value);
            WriteNumber(writer, "lower", contrast.Lower);
            WriteNumber(writer, "upper", contrast.Upper);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("notJudged");
        foreach (UnjudgedGroup group in finding.NotJudged)
        {
            writer.WriteStartObject();
            writer.WriteString("group", group.Group);
            writer.WriteString("metric", group.Metric);
            writer.WriteString("reason", GateJson.Camel(group.Reason.ToString()));
            writer.WriteNumber("rows", group.Rows);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteTable(Utf8JsonWriter writer, GroupTable table)
    {
        writer.WriteStartObject();
        WriteTexts(writer, "by", table.By);
        WriteTexts(writer, "metrics", table.Metrics);
        writer.WritePropertyName("overall");
        WriteRow(writer, table.Overall);
        writer.WriteStartArray("groups");
        foreach (GroupRow row in table.Groups)
        {
            WriteRow(writer, row);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter writer, GroupRow row)
    {
        writer.WriteStartObject();
        writer.WriteString("group", row.Group);
        writer.WriteNumber("rows", row.Rows);
        if (row.IsMissing)
        {
            writer.WriteBoolean("missing", true);
        }

        writer.WriteStartArray("values");
        foreach (MetricValue value in row.Values)
        {
            writer.WriteStartObject();
            WriteValue(writer, value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, MetricValue value)
    {
        if (value.IsDefined)
        {
            writer.WriteNumber("value", value.Value);
        }
        else
        {
            writer.WriteString("undefined", GateJson.Camel(value.Reason!.Value.ToString()));
        }
    }

    /// <summary>JSON has no NaN and no infinity; such an end of an interval is left out.</summary>
    private static void WriteNumber(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            writer.WriteNumber(name, number);
        }
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
