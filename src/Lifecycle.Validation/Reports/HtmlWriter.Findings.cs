using System.Globalization;
using System.Text;

namespace Lifecycle.Validation;

internal static partial class HtmlWriter
{
    private const double Width = 260;
    private const double Height = 44;

    private static void Append(StringBuilder html, Finding finding)
    {
        string slice = finding.Slice is { } name ? $"<small><bdi>{Escape(Wording.Show(name))}</bdi></small><br>" : "";
        string advisory = finding.IsAdvisory ? "<br><small>advisory</small>" : "";
        html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Badge(finding.Verdict)}{advisory}</td><td class=\"q\">{slice}<bdi>{Escape(finding.Requirement)}</bdi></td><td><bdi>{Escape(finding.Message)}</bdi>");
        AppendPicture(html, finding);
        html.Append("</td></tr>\n");
    }

    /// <summary>The interval against its limits: a line from bound to bound, a dot at the figure, a dashed line at each limit.</summary>
    private static void AppendPicture(StringBuilder html, Finding finding)
    {
        if (finding is not { Value: { IsDefined: true } value, Lower: { } lower, Upper: { } upper } || (finding.AtLeast ?? finding.AtMost) is null
            || !double.IsFinite(lower) || !double.IsFinite(upper) || finding.Verdict == Verdict.Skipped)
        {
            return;
        }

        double[] limits = [.. new[] { finding.AtLeast, finding.AtMost }.OfType<double>().Where(double.IsFinite)];
        double[] points = [value.Value, lower, upper, .. limits];
        double least = points.Min(), span = points.Max() - least;
        if (!double.IsFinite(span) || span <= 0)
        {
            return;
        }

        double X(double at) => 20 + ((at - least) / span * (Width - 40));
        string style = finding.Verdict.ToString();
        html.Append(CultureInfo.InvariantCulture, $"<svg width=\"{Width}\" height=\"{Height}\" viewBox=\"0 0 {Width} {Height}\" role=\"img\"><title>from {lower:0.####} to {upper:0.####}, limit {string.Join(" and ", limits.Select(l => l.ToString("0.####", CultureInfo.InvariantCulture)))}</title>");
        html.Append(CultureInfo.InvariantCulture, $"<line class=\"axis\" x1=\"0\" y1=\"14\" x2=\"{Width}\" y2=\"14\"/><line class=\"s-{style}\" x1=\"{X(lower):0.#}\" y1=\"14\" x2=\"{X(upper):0.#}\" y2=\"14\" stroke-width=\"4\"/>");
        html.Append(CultureInfo.InvariantCulture, $"<circle class=\"s-{style}\" cx=\"{X(value.Value):0.#}\" cy=\"14\" r=\"5\"/>");
        foreach (double limit in limits)
        {
            string anchor = X(limit) > Width / 2 ? "end" : "start";
            html.Append(CultureInfo.InvariantCulture, $"<line class=\"limit\" x1=\"{X(limit):0.#}\" y1=\"2\" x2=\"{X(limit):0.#}\" y2=\"28\"/><text x=\"{X(limit):0.#}\" y=\"40\" text-anchor=\"{anchor}\">limit {limit:0.####}</text>");
        }

        html.Append("</svg>");
    }
}
