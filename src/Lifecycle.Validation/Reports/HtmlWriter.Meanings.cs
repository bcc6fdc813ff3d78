using System.Globalization;
using System.Text;

namespace Lifecycle.Validation;

internal static partial class HtmlWriter
{
    private static void AppendMeanings(StringBuilder html, GateReport report)
    {
        (string Name, string Meaning)[] known =
        [
            .. report.Findings.Select(f => f.Metric).Concat(report.Groups.SelectMany(t => t.Metrics)).OfType<string>().Distinct(StringComparer.Ordinal)
                .Select(name => (name, MetricMeaning.Of(name, report.Outcome)!)).Where(m => m.Item2 is not null),
        ];
        if (known.Length == 0)
        {
            return;
        }

        html.Append("<h3>What the figures mean</h3>\n<table><tbody>\n");
        foreach ((string name, string meaning) in known)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"q\">{Escape(Spaced(name))}</td><td><bdi>{Escape(meaning)}</bdi></td></tr>\n");
        }

        html.Append("</tbody></table>\n<p><small>\"With 95 % confidence\" means: by a method that errs in at most 5 of 100 such statements. Inconclusive means that the data do not show which side of the limit is true.</small></p>\n");
    }
}
