using System.Globalization;
using System.Net;
using System.Text;

namespace MortgageLifecycle.Report;

/// <summary>One HTML file with everything in it: no script, nothing loaded from outside.</summary>
internal sealed class ReportPage(string title, string lead)
{
    private const string Style = """
        :root{--ink:#1c2430;--soft:#5c6778;--line:#dfe4ea;--bg:#f6f7f9;--card:#fff;--good:#1a7f4b;--bad:#b3261e;--hold:#9a6700;--accent:#2456a6}
        *{box-sizing:border-box}
        body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        header,main,footer{max-width:1080px;margin:0 auto;padding:0 24px}
        header{padding-top:36px}h1{font-size:30px;line-height:1.2;margin:0 0 8px}header p{color:var(--soft);max-width:760px;margin:0 0 20px}
        nav{display:flex;flex-wrap:wrap;gap:6px 18px;margin-bottom:18px}nav a{color:var(--accent);text-decoration:none}
        section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 24px;margin:0 0 20px;overflow-x:auto}
        h2{font-size:20px;margin:0 0 12px}h3{font-size:16px;margin:20px 0 8px}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
        th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--soft);font-weight:600;font-size:13px}
        td.n,th.n{text-align:right}code{font:13px ui-monospace,Consolas,Menlo,monospace;overflow-wrap:anywhere}
        .pass{color:var(--good);font-weight:600}.fail{color:var(--bad);font-weight:600}.hold{color:var(--hold);font-weight:600}
        .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;margin:0 0 8px}
        .facts div{border:1px solid var(--line);border-radius:8px;padding:10px 14px}.facts b{display:block;font-size:22px}.facts span{color:var(--soft);font-size:13px}
        figure{margin:12px 0}svg{max-width:100%;height:auto}footer{color:var(--soft);padding:8px 24px 40px;font-size:13px}
        """;

    private readonly List<(string Id, string Heading, string Html)> _sections = [];

    public void Add(string heading, string html) => _sections.Add(($"s{_sections.Count + 1}", heading, html));

    public static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");

    public static string Number(double value, string format = "0.000") => value.ToString(format, CultureInfo.InvariantCulture);

    public static string Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, params int[] numbers)
    {
        StringBuilder html = new("<table><thead><tr>");
        for (int i = 0; i < head.Count; i++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<th{(numbers.Contains(i) ? " class=\"n\"" : "")}>{Text(head[i])}</th>");
        }

        html.Append("</tr></thead><tbody>");
        foreach (IReadOnlyList<string> row in rows)
        {
            html.Append("<tr>");
            for (int i = 0; i < row.Count; i++)
            {
                html.Append(CultureInfo.InvariantCulture, $"<td{(numbers.Contains(i) ? " class=\"n\"" : "")}>{row[i]}</td>");
            }

            html.Append("</tr>");
        }

        return html.Append("</tbody></table>").ToString();
    }

    public override string ToString()
    {
        StringBuilder html = new();
        html.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{Text(title)}</title><style>{Style}</style></head><body>
            <header><h1>{Text(title)}</h1><p>{Text(lead)}</p><nav>
            """);
        foreach ((string id, string heading, _) in _sections)
        {
            html.Append(CultureInfo.InvariantCulture, $"<a href=\"#{id}\">{Text(heading)}</a>");
        }

        html.Append("</nav></header><main>");
        foreach ((string id, string heading, string body) in _sections)
        {
            html.Append(CultureInfo.InvariantCulture, $"<section id=\"{id}\"><h2>{Text(heading)}</h2>{body}</section>");
        }

        return html.Append("</main><footer>Made by samples/MortgageLifecycle from hmda.csv (2,380 mortgage applications, Boston 1990).</footer></body></html>\n").ToString();
    }
}
