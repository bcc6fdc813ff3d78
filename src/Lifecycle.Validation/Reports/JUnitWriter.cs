using System.Globalization;
using System.Text;
using System.Xml;

namespace Lifecycle.Validation;

/// <summary>Writes JUnit XML: one test case a requirement; seconds as decimals; characters illegal in XML 1.0 become U+FFFD.</summary>
internal static class JUnitWriter
{
    public static byte[] Write(GateReport report)
    {
        using MemoryStream stream = new();
        XmlWriterSettings settings = new() { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" };
        using (XmlWriter writer = XmlWriter.Create(stream, settings))
        {
            (Finding Finding, string? Element)[] cases = [.. report.Findings.Select(f => (f, ElementOf(f, report)))];
            writer.WriteStartElement("testsuite");
            Attribute(writer, "name", report.GateName);
            Attribute(writer, "tests", Number(cases.Length));
            Attribute(writer, "failures", Number(cases.Count(c => c.Element == "failure")));
            Attribute(writer, "errors", Number(cases.Count(c => c.Element == "error")));
            Attribute(writer, "skipped", Number(cases.Count(c => c.Element == "skipped")));
            Attribute(writer, "time", Seconds(TimeSpan.FromTicks(report.Findings.Sum(f => f.Elapsed.Ticks))));
            Attribute(writer, "timestamp", report.CreatedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
            foreach ((Finding finding, string? element) in cases)
            {
                WriteCase(writer, report, finding, element);
            }

            writer.WriteEndElement();
        }

        return stream.ToArray();
    }

    private static void WriteCase(XmlWriter writer, GateReport report, Finding finding, string? element)
    {
        writer.WriteStartElement("testcase");
        Attribute(writer, "classname", finding.Slice is { } slice ? $"{report.GateName}.{slice}" : report.GateName);
        Attribute(writer, "name", finding.Requirement);
        Attribute(writer, "time", Seconds(finding.Elapsed));
        if (element is not null)
        {
            writer.WriteStartElement(element);
            if (element != "skipped")
            {
                Attribute(writer, "type", finding.Verdict.ToString());
            }

            Attribute(writer, "message", finding.IsAdvisory ? $"Advisory ({finding.Verdict}): {finding.Message}" : finding.Message);
            writer.WriteEndElement();
        }

        writer.WriteEndElement();
    }

    private static string? ElementOf(Finding finding, GateReport report) => finding switch
    {
        { Verdict: Verdict.Skipped } => "skipped",
        { IsAdvisory: true, Verdict: not Verdict.Pass } => "skipped",
        { Verdict: Verdict.Fail, Value: { IsDefined: false, Reason: UndefinedReason.Error } } => "error",
        { Verdict: Verdict.Fail } => "failure",
        { Verdict: Verdict.Inconclusive } when report.WhenInconclusive != WhenInconclusive.Pass => "failure",
        _ => null,
    };

    private static void Attribute(XmlWriter writer, string name, string value) => writer.WriteAttributeString(name, Clean(value));

    private static string Clean(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isLegal = rune.Value is 0x9 or 0xA or 0xD or (>= 0x20 and <= 0xFFFD) or >= 0x10000;
            clean.Append((isLegal ? rune : Rune.ReplacementChar).ToString());
        }

        return clean.ToString();
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
