using System.Globalization;
using System.Text;

namespace Lifecycle.Validation;

/// <summary>Writes GitHub Markdown. Everything that came from outside is escaped by character references, so that nothing in it is markup.</summary>
internal static class MarkdownWriter
{
    private const int RoomForRest = 40;
    private const string Special = "|`<>&@*_[]\\#~!:";

    public static string Write(GateReport report, int maxBytes)
    {
        string[] lines = [.. Lines(report, report.Findings)];
        return lines.Sum(Size) <= maxBytes - RoomForRest
            ? Join(lines, maxBytes)
            : Join([.. Lines(report, report.Findings.OrderBy(f => f.Rank))], maxBytes);
    }

    private static List<string> Lines(GateReport report, IEnumerable<Finding> findings)
    {
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
            .. findings.Select(f => $"| {f.Verdict}{(f.IsAdvisory ? " (advisory)" : "")} | {(f.Slice is { } slice ? $"{Escape(Wording.Show(slice))}: " : "")}{Escape(f.Requirement)} | {Escape(f.Message)} |"),
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

        return lines;
    }

    /// <summary>As many lines as there is room for, and how many are left.</summary>
    private static string Join(string[] lines, int maxBytes)
    {
        StringBuilder text = new();
        int bytes = 0, written = 0;
        foreach (string line in lines)
        {
            bytes += Size(line);
            if (bytes > maxBytes - RoomForRest)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n{lines.Length - written} more, see JSON\n");
                break;
            }

            text.Append(line).Append('\n');
            written++;
        }

        return text.ToString();
    }

    private static int Size(string line) => Encoding.UTF8.GetByteCount(line) + 1;

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

        // GitHub makes a link of any www. without being asked.
        return escaped.Replace("www.", "www&#46;").Replace("WWW.", "WWW&#46;").ToString();
    }

    private static string Row(string name, GroupRow row) => string.Create(
        CultureInfo.InvariantCulture, $"| {name} | {row.Rows:N0} | {string.Join(" | ", row.Values.Select(v => v.IsDefined ? v.Value.ToString("0.0000", CultureInfo.InvariantCulture) : $"undefined ({v.Reason})"))} |");
}
