using System.Text;
using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>Writes SARIF 2.1.0 (OASIS 2020): a rule for each kind of requirement, a result for each finding, worst first.</summary>
internal static class SarifWriter
{
    private const int MostResults = 5_000;
    private const string Schema = "https://json.schemastore.org/sarif-2.1.0.json";

    public static byte[] Write(GateReport report, SarifProfile profile, string? gateFile)
    {
        Finding[] findings = [.. report.Findings.Where(f => profile == SarifProfile.Full || f.Verdict is Verdict.Fail or Verdict.Inconclusive).OrderBy(f => f.Rank)];
        string[] kinds = [.. findings.Select(f => f.Kind).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", Schema);
            writer.WriteString("version", "2.1.0");
            writer.WriteStartArray("runs");
            writer.WriteStartObject();
            WriteTool(writer, report, kinds);
            writer.WriteString("columnKind", "utf16CodeUnits");
            writer.WriteStartArray("results");
            string uri = gateFile is null ? $"gate:/{report.GateName}" : RelativeUri(gateFile);
            foreach (Finding finding in findings.Take(MostResults))
            {
                WriteResult(writer, report, finding, Array.IndexOf(kinds, finding.Kind), profile, uri);
            }

            writer.WriteEndArray();
            writer.WriteStartObject("properties");
            writer.WriteString("gateDigest", report.GateDigest.ToString());
            writer.WriteString("subject", report.Model?.ToString());
            writer.WriteString("verdict", report.Verdict.ToString());
            writer.WriteNumber("rows", report.Rows);
            writer.WriteNumber("omittedResults", Math.Max(0, findings.Length - MostResults));
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteTool(Utf8JsonWriter writer, GateReport report, string[] kinds)
    {
        writer.WriteStartObject("tool");
        writer.WriteStartObject("driver");
        writer.WriteString("name", "Lifecycle");
        writer.WriteString("semanticVersion", report.LibraryVersion);
        writer.WriteStartArray("rules");
        foreach (string kind in kinds)
        {
            writer.WriteStartObject();
            writer.WriteString("id", kind);
            writer.WriteStartObject("shortDescription");
            writer.WriteString("text", RequirementKinds.Words(kind));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter writer, GateReport report, Finding finding, int rule, SarifProfile profile, string uri)
    {
        writer.WriteStartObject();
        writer.WriteString("ruleId", finding.Kind);
        writer.WriteNumber("ruleIndex", rule);
        if (profile == SarifProfile.Full)
        {
            writer.WriteString("kind", KindOf(finding.Verdict));
        }

        writer.WriteString("level", Level(finding, profile));
        writer.WriteStartObject("message");
        string slice = finding.Slice is { } name ? $"{Wording.Show(name)}: " : "";
        writer.WriteString("text", Plain($"{slice}{finding.Requirement}. {finding.Message}"));
        writer.WriteEndObject();
        writer.WriteStartArray("locations");
        writer.WriteStartObject();
        writer.WriteStartObject("physicalLocation");
        writer.WriteStartObject("artifactLocation");
        writer.WriteString("uri", uri);
        writer.WriteEndObject();
        writer.WriteStartObject("region");
        writer.WriteNumber("startLine", 1);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteStartObject("partialFingerprints");
        writer.WriteString("gateRequirementSlice/v1", Fingerprint(report.GateName, finding));
        writer.WriteEndObject();
        WriteProperties(writer, finding);
        writer.WriteEndObject();
    }

    private static void WriteProperties(Utf8JsonWriter writer, Finding finding)
    {
        writer.WriteStartObject("properties");
        writer.WriteString("verdict", finding.Verdict.ToString());
        writer.WriteBoolean("advisory", finding.IsAdvisory);
        foreach ((string name, double? number) in new[]
        {
            ("value", finding.Value is { IsDefined: true } v ? v.Value : (double?)null), ("lower", finding.Lower), ("upper", finding.Upper),
            ("atLeast", finding.AtLeast), ("atMost", finding.AtMost), ("confidence", finding.Confidence),
        })
        {
            if (number is { } finite && double.IsFinite(finite))
            {
                writer.WriteNumber(name, finite);
            }
        }

        if (finding.Value is { IsDefined: false } undefined)
        {
            writer.WriteString("undefined", undefined.Reason.ToString());
        }

        writer.WriteEndObject();
    }

    private static string KindOf(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "pass",
        Verdict.Fail => "fail",
        Verdict.Inconclusive => "review",
        _ => "notApplicable",
    };

    /// <summary>With any kind but "fail" the level is "none" (section 3.27.10).</summary>
    private static string Level(Finding finding, SarifProfile profile) => (finding.Verdict, finding.IsAdvisory) switch
    {
        (Verdict.Fail, false) => "error",
        (Verdict.Fail, true) => "warning",
        (Verdict.Inconclusive, _) when profile == SarifProfile.CodeScanning => "warning",
        _ => "none",
    };

    private static string Fingerprint(string gate, Finding finding) =>
        Digest.Of(Encoding.UTF8.GetBytes($"{gate}\n{finding.Requirement}\n{finding.Slice}")).Hex;

    /// <summary>
    /// Braces stand for arguments (section 3.11.5) and are doubled; <c>[text](target)</c> is a link (section 3.11.6), and a backslash before the
    /// bracket makes it text.
    /// </summary>
    private static string Plain(string text)
    {
        string doubled = text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
        return doubled.Contains("](", StringComparison.Ordinal) ? doubled.Replace("[", "\\[", StringComparison.Ordinal) : doubled;
    }

    private static string RelativeUri(string file) => string.Join('/', file.Replace('\\', '/').Split('/').Select(Uri.EscapeDataString));
}
