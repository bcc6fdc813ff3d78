using System.Globalization;
using System.Text;

namespace Lifecycle.Validation;

/// <summary>Writes GitHub Markdown. Everything that came from outside is escaped by character references, so that nothing in it is markup.</summary>
internal static class MarkdownWriter
{
    private const string Special = "|`<>&@*_[]\\#~!:";

    public static string Write(GateReport report, int maxBytes)
    {
        StringBuilder text = new();
        List<string> lines =
        [
            $"## Gate {Escape(report.GateName)}: {report.Verdict}",
            "",
            Escape(Wording.Summary(report)),
            "",
            string.Create(CultureInfo.InvariantCulture, $"{report.Rows:N0} rows; gate `{report.GateDigest}`; model {(report.Model is { } m ? $"`{m}`" : "not named")}{(report.FirstRun ? "; first run" : "")}."),
            "",
            "| Verdict | Requirement | What was found |",
            "|---|---|---|",
            .. report.Findings.Select(f => $"| {f.Verdict}{(f.IsAdvisory ? " (advisory)" : "")} | {(f.Slice is { } slice ? $"{Escape(Wording.Show(slice))}: " : "")}{Escape(f.Requirement)} | {Escape(f.Message)} |"),
        ];
        foreach (GroupTable table in report.Groups)
        {
            lines.Add("");
            lines.Add($"### By {Escape(string.Join(" x ", table.By))}");
            lines.Add("");
            lines.Add($"| Group | Rows | {string.Join(" | ", table.Metrics.Select(Escape))} |");
            lines.Add($"|---|--:|{string.Concat(table.Metrics.Select(_ => "--:|"))}");
            lines.Add(Row("all", table.Overall));
            lines.AddRange(table.Groups.Select(g => Row(Escape(Wording.Show(g.Group)), g)));
        }

        int bytes = 0, written = 0;
        foreach (string line in lines)
        {
            int size = Encoding.UTF8.GetByteCount(line) + 1;
            if (bytes + size > maxBytes - 40)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n{lines.Count - written} more, see JSON\n");
                break;
            }

            text.Append(line).Append('\n');
            bytes += size;
            written++;
        }

        return text.ToString();
    }

    public static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && Special.Contains((char)rune.Value, StringComparison.Ordinal))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"&#{rune.Value};");
            }
            else
            {
                escaped.Append(Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 ? " " : rune.ToString());
            }
        }

        return escaped.ToString();
    }

    private static string Row(string name, GroupRow row) => string.Create(
        CultureInfo.InvariantCulture, $"| {name} | {row.Rows:N0} | {string.Join(" | ", row.Values.Select(v => v.IsDefined ? v.Value.ToString("0.0000", CultureInfo.InvariantCulture) : $"undefined ({v.Reason})"))} |");
}
