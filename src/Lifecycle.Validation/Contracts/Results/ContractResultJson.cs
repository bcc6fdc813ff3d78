using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>The JSON form of a result, <c>lifecycle.contract-result/1</c>.</summary>
internal static class ContractResultJson
{
    public const string Schema = "lifecycle.contract-result/1";

    public static byte[] Write(ContractResult result)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            Write(writer, result);
        }

        return stream.ToArray();
    }

    public static void Write(Utf8JsonWriter writer, ContractResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("schema", Schema);
        writer.WriteString("contract", result.Contract);
        writer.WriteNumber("rows", result.Rows);
        writer.WriteString("verdict", GateJson.Camel(result.Verdict.ToString()));
        if (result.IsEmptyAllowed)
        {
            writer.WriteBoolean("allowEmpty", true);
        }

        writer.WriteStartArray("findings");
        foreach (ContractFinding finding in result.Findings)
        {
            Write(writer, finding);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static ContractResult Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"This is not the result of a contract: {error.Message}", error);
        }
    }

    public static ContractResult Read(JsonElement root) => root.GetProperty("schema").GetString() != Schema
        ? throw new FormatException($"This is not the result of a contract of the form '{Schema}'.")
        : new ContractResult
        {
            Contract = root.GetProperty("contract").GetString() ?? "",
            Rows = root.GetProperty("rows").GetInt64(),
            IsEmptyAllowed = root.TryGetProperty("allowEmpty", out JsonElement allowed) && allowed.GetBoolean(),
            Findings = [.. root.GetProperty("findings").EnumerateArray().Select(ReadFinding)],
        };

    private static void Write(Utf8JsonWriter writer, ContractFinding finding)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", finding.Kind);
        ContractJson.WriteNames(writer, "columns", finding.Columns);
        writer.WriteString("expectation", finding.Expectation);
        writer.WriteString("severity", GateJson.Camel(finding.Severity.ToString()));
        writer.WriteString("verdict", GateJson.Camel(finding.Verdict.ToString()));
        writer.WriteNumber("evaluated", finding.Evaluated);
        writer.WriteNumber("unexpected", finding.Unexpected);
        GateJson.WriteOptional(writer, "share", finding.Share);
        if (finding.Value is { IsDefined: true } value)
        {
            writer.WriteNumber("value", value.Value);
            GateJson.WriteOptional(writer, "lower", finding.Lower);
            GateJson.WriteOptional(writer, "upper", finding.Upper);
        }
        else if (finding.Value is { } undefined)
        {
            writer.WriteString("undefined", GateJson.Camel(undefined.Reason!.Value.ToString()));
        }

        writer.WriteStartArray("rows");
        foreach (long row in finding.Rows)
        {
            writer.WriteNumberValue(row);
        }

        writer.WriteEndArray();
        if (finding.Values.Count > 0)
        {
            ContractJson.WriteNames(writer, "values", finding.Values);
        }

        if (finding.ErrorRow is { } row0)
        {
            writer.WriteNumber("errorRow", row0);
        }

        writer.WriteString("message", finding.Message);
        writer.WriteEndObject();
    }

    private static ContractFinding ReadFinding(JsonElement f) => new()
    {
        Kind = f.GetProperty("kind").GetString() ?? "",
        Columns = [.. f.GetProperty("columns").EnumerateArray().Select(c => c.GetString() ?? "")],
        Expectation = f.GetProperty("expectation").GetString() ?? "",
        Severity = Choice<Severity>(f.GetProperty("severity")),
        Verdict = Choice<Verdict>(f.GetProperty("verdict")),
        Evaluated = f.GetProperty("evaluated").GetInt64(),
        Unexpected = f.GetProperty("unexpected").GetInt64(),
        Value = f.TryGetProperty("value", out JsonElement value) ? MetricValue.Of(value.GetDouble())
            : f.TryGetProperty("undefined", out JsonElement reason) ? MetricValue.Undefined(Choice<UndefinedReason>(reason)) : null,
        Lower = f.TryGetProperty("lower", out JsonElement lower) ? lower.GetDouble() : null,
        Upper = f.TryGetProperty("upper", out JsonElement upper) ? upper.GetDouble() : null,
        Rows = [.. f.GetProperty("rows").EnumerateArray().Select(r => r.GetInt64())],
        Values = f.TryGetProperty("values", out JsonElement values) ? [.. values.EnumerateArray().Select(v => v.GetString())] : [],
        ErrorRow = f.TryGetProperty("errorRow", out JsonElement row) ? row.GetInt64() : null,
        Message = f.GetProperty("message").GetString() ?? "",
    };

    private static T Choice<T>(JsonElement element)
        where T : struct, Enum
    {
        string? text = element.GetString();
        int at = Array.FindIndex(Enum.GetNames<T>(), n => GateJson.Camel(n) == text);
        return at >= 0 ? Enum.GetValues<T>()[at] : throw new FormatException($"'{Wording.Name(text)}' is unknown in the result of a contract.");
    }
}
