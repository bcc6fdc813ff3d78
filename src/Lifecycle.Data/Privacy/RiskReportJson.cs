using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>The document of a risk report. Figures are rounded to 12 decimals, so that no machine's logarithm shows in the bytes.</summary>
internal static class RiskReportJson
{
    private const int Decimals = 12;

    public static byte[] Write(RiskReport report)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("format", RiskReport.Format);
            Write(json, report.Outcome);
            json.WriteNumber("rowsRead", report.RowsRead);
            json.WriteNumber("rowsSuppressed", report.RowsSuppressed);
            json.WriteNumber("rounds", report.Rounds);
            if (report.IsMeasured)
            {
                Write(json, "before", report.Before);
                Write(json, "after", report.After);
            }

            json.WriteStartArray("columns");
            foreach (ColumnTreatment column in report.Columns)
            {
                json.WriteStartObject();
                json.WriteString("column", column.Column);
                json.WriteString("operator", column.Operator);
                json.WriteNumber("cellsChanged", column.CellsChanged);
                json.WriteNumber("cellsSuppressed", column.CellsSuppressed);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (report.Warnings.Count > 0)
            {
                json.WriteStartArray("warnings");
                foreach (string warning in report.Warnings)
                {
                    json.WriteStringValue(warning);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="DatasetException">It is damaged or was written by a newer version.</exception>
    public static RiskReport Read(byte[] bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 16 });
            JsonElement root = document.RootElement;
            if (root.GetProperty("format").GetString() != RiskReport.Format)
            {
                throw new DatasetException("The risk report was written by a newer version.");
            }

            return new RiskReport(Risk(root, "before"), Risk(root, "after"))
            {
                Outcome = Outcome(root.GetProperty("outcome")),
                RowsRead = root.GetProperty("rowsRead").GetInt64(),
                RowsSuppressed = root.GetProperty("rowsSuppressed").GetInt64(),
                Rounds = root.GetProperty("rounds").GetInt32(),
                Columns =
                [
                    .. root.GetProperty("columns").EnumerateArray().Select(c => new ColumnTreatment(
                        c.GetProperty("column").GetString()!,
                        c.GetProperty("operator").GetString()!,
                        c.GetProperty("cellsChanged").GetInt64(),
                        c.GetProperty("cellsSuppressed").GetInt64())),
                ],
                Warnings = Optional(root, "warnings", e => e.EnumerateArray().Select(w => w.GetString()!).ToArray()) ?? [],
            };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new DatasetException("The risk report is damaged or was written by a newer version.", error);
        }
    }

    private static void Write(Utf8JsonWriter json, PrivacyOutcome outcome)
    {
        json.WriteStartObject("outcome");
        json.WriteString("claim", outcome.Claim.ToString());
        Number(json, "k", outcome.K);
        Number(json, "l", outcome.L);
        Number(json, "t", outcome.T);
        if (outcome.AttestedBy is not null)
        {
            json.WriteString("attestedBy", outcome.AttestedBy);
            json.WriteString("attestation", outcome.Attestation);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, DisclosureRisk risk)
    {
        json.WriteStartObject(name);
        json.WriteStartArray("quasiIdentifiers");
        foreach (string column in risk.QuasiIdentifiers)
        {
            json.WriteStringValue(column);
        }

        json.WriteEndArray();
        if (risk.Sensitive is not null)
        {
            json.WriteString("sensitive", risk.Sensitive);
        }

        json.WriteNumber("rows", risk.Rows);
        json.WriteNumber("classes", risk.Classes);
        json.WriteNumber("k", risk.MinimumClassSize);
        json.WriteNumber("rowsAlone", risk.RowsAlone);
        json.WriteNumber("rowsInSmallClasses", risk.RowsInSmallClasses);
        Number(json, "maximumRisk", risk.MaximumRisk);
        Number(json, "meanRisk", risk.MeanRisk);
        Number(json, "shareAtRisk", risk.ShareAtRisk);
        Number(json, "lDistinct", risk.DistinctDiversity);
        Number(json, "lEntropy", risk.EntropyDiversity);
        Number(json, "tCategories", risk.CategoryCloseness);
        Number(json, "tNumbers", risk.NumberCloseness);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, Math.Round(number, Decimals));
        }
    }

    private static PrivacyOutcome Outcome(JsonElement json) => new(Claim(json.GetProperty("claim").GetString()))
    {
        K = Optional(json, "k", e => (int?)e.GetInt32()),
        L = Optional(json, "l", e => (int?)e.GetInt32()),
        T = Optional(json, "t", e => (double?)e.GetDouble()),
        AttestedBy = Optional(json, "attestedBy", e => e.GetString()),
        Attestation = Optional(json, "attestation", e => e.GetString()),
    };

    private static PrivacyClaim Claim(string? text) => Enum.TryParse(text, out PrivacyClaim claim) && Enum.IsDefined(claim)
        ? claim
        : throw new FormatException("The claim is none of this build.");

    private static DisclosureRisk? Risk(JsonElement root, string name) => root.TryGetProperty(name, out JsonElement json)
        ? new DisclosureRisk
        {
            QuasiIdentifiers = [.. json.GetProperty("quasiIdentifiers").EnumerateArray().Select(e => e.GetString()!)],
            Sensitive = Optional(json, "sensitive", e => e.GetString()),
            Rows = json.GetProperty("rows").GetInt64(),
            Classes = json.GetProperty("classes").GetInt64(),
            MinimumClassSize = json.GetProperty("k").GetInt64(),
            RowsAlone = json.GetProperty("rowsAlone").GetInt64(),
            RowsInSmallClasses = json.GetProperty("rowsInSmallClasses").GetInt64(),
            DistinctDiversity = Optional(json, "lDistinct", e => (int?)e.GetInt32()),
            EntropyDiversity = Optional(json, "lEntropy", e => (double?)e.GetDouble()),
            CategoryCloseness = Optional(json, "tCategories", e => (double?)e.GetDouble()),
            NumberCloseness = Optional(json, "tNumbers", e => (double?)e.GetDouble()),
        }
        : null;

    private static T? Optional<T>(JsonElement json, string name, Func<JsonElement, T?> read) => json.TryGetProperty(name, out JsonElement value) ? read(value) : default;
}
