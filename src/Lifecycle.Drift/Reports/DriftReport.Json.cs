using System.Text.Json;

namespace Lifecycle.Drift;

public sealed partial record DriftReport
{
    /// <summary>The schema that <see cref="ToJson"/> writes.</summary>
    public const string JsonSchema = "lifecycle.drift-report/1";

    /// <summary>The report as JSON of the schema <c>lifecycle.drift-report/1</c>: everything that the HTML shows, numbers in shortest round-trip form.</summary>
    public string ToJson() => System.Text.Encoding.UTF8.GetString(ToUtf8Json());

    /// <summary>The report as UTF-8 JSON.</summary>
    public byte[] ToUtf8Json() => ReportDocument.Of(this).ToUtf8();

    /// <summary>Reads a report from its JSON.</summary>
    /// <exception cref="FormatException">The text is not a report of the schema <c>lifecycle.drift-report/1</c>.</exception>
    public static DriftReport Parse(ReadOnlySpan<byte> json)
    {
        ReportDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(json, ReportJson.Default.ReportDocument);
        }
        catch (JsonException error)
        {
            throw new FormatException($"The text is not a drift report: {error.Message}", error);
        }

        if (document is { Columns: null } or { Quality: null } or { Reference: null }
            || document?.Columns.Any(c => c is null) == true || document?.Quality.Any(q => q is null) == true)
        {
            throw new FormatException("The text is not a drift report: its reference, its columns or what is in them is null.");
        }

        return document?.Schema == JsonSchema
            ? document.ToReport()
            : throw new FormatException($"The text is not a drift report of the schema {JsonSchema}; it says '{document?.Schema}'. Update Lifecycle.Drift when it is newer.");
    }
}
