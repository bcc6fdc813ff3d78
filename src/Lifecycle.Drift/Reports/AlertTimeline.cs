using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Alerts over time: a lane for each column and rule, a bar while the state lasts; the states differ by height and outline, not only by colour.</summary>
internal static class AlertTimeline
{
    private const int MostLanes = 40;
    private const int FewLanes = 10;
    private const int MostMarks = 20;
    private const int MostLabels = 5;
    private const int Width = 1000, Left = 330, Right = 12, LaneHeight = 26, Axis = 28;

    public static void Append(ReportMarkup markup, IReadOnlyList<DriftAlert> changes)
    {
        Lane[] lanes =
        [
            .. changes.GroupBy(c => (c.Monitor, c.Column, c.Rule))
                .Select(g => new Lane(g.Key.Column, g.Key.Rule, [.. g.OrderBy(c => c.ChangedAt).ThenBy(c => c.Id).TakeLast(MostMarks)]))
                .OrderBy(l => Rank(l.Last.State)).ThenByDescending(l => l.Last.ChangedAt).ThenBy(l => l.Column, StringComparer.Ordinal).ThenBy(l => l.Rule, StringComparer.Ordinal)
                .Take(markup.IsBrief ? FewLanes : MostLanes),
        ];
        DateTimeOffset first = lanes.Min(l => l.Changes[0].ChangedAt), last = lanes.Max(l => l.Last.ChangedAt);
        DateTimeOffset end = last + (last > first ? (last - first) / 20 : TimeSpan.FromHours(1));
        int open = lanes.Count(l => l.Last.State is AlertState.Raised or AlertState.Clearing);
        markup.Paragraph(string.Create(
            CultureInfo.InvariantCulture, $"{(open == 0 ? "No alert is up" : open == 1 ? "One alert is up" : $"{open} alerts are up")}; {lanes.Length} {(lanes.Length == 1 ? "column and rule" : "columns and rules")} changed state {changes.Count:N0} times."));
        Legend(markup);
        markup.Html.Append("<figure><div class=\"box\">");
        markup.Html.Append(CultureInfo.InvariantCulture, $"<svg class=\"l wide\" viewBox=\"0 0 {Width} {lanes.Length * LaneHeight + Axis}\" role=\"img\"><title>States of {lanes.Length} alerts over time</title>");
        for (int i = 0; i < lanes.Length; i++)
        {
            Draw(markup, lanes[i], i * LaneHeight, t => Left + (t - first) / (end - first) * (Width - Left - Right), end);
        }

        int floor = lanes.Length * LaneHeight;
        for (int i = 0; i < MostLabels; i++)
        {
            DateTimeOffset time = first + (end - first) * ((double)i / MostLabels);
            markup.Html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + (double)i / MostLabels * (Width - Left - Right):0.#}\" y=\"{floor + 18}\">{TimeLabels.Of(time, first, end)}</text>");
        }

        markup.Html.Append("</svg></div></figure>\n");
        Table(markup, lanes);
    }

    private static void Legend(ReportMarkup markup) => markup.Html.Append("<ul class=\"leg\">")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><rect class=\"fw\" x=\"0\" y=\"8\" width=\"28\" height=\"5\"/></svg>pending</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><rect class=\"fd\" x=\"0\" y=\"0\" width=\"28\" height=\"14\"/></svg>raised</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><rect class=\"sd\" x=\"1\" y=\"1\" width=\"26\" height=\"12\"/></svg>clearing</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><rect class=\"fx\" x=\"0\" y=\"0\" width=\"28\" height=\"14\"/><path class=\"sd\" d=\"M2 12l24 -10\"/></svg>raised, suppressed</li></ul>\n");

    private static void Draw(ReportMarkup markup, Lane lane, int top, Func<DateTimeOffset, double> x, DateTimeOffset end)
    {
        int floor = top + LaneHeight - 6;
        markup.Html.Append(CultureInfo.InvariantCulture, $"<text class=\"q\" x=\"0\" y=\"{floor - 3}\">{MarkupText.Name(lane.Column, 20)}<tspan class=\"x\"> {lane.RuleWords}</tspan></text><path class=\"g\" d=\"M{Left} {floor}H{Width - Right}\"/>");
        for (int i = 0; i < lane.Changes.Length; i++)
        {
            DriftAlert change = lane.Changes[i];
            if (change.State == AlertState.Quiet)
            {
                continue;
            }

            double from = x(change.ChangedAt), width = Math.Max(3, x(i + 1 < lane.Changes.Length ? lane.Changes[i + 1].ChangedAt : end) - from);
            bool isSuppressed = change is { State: AlertState.Raised, Suppressed: true };
            (string style, int height) = change.State switch
            {
                AlertState.Pending => ("fw", 5),
                AlertState.Clearing => ("sd", 13),
                _ => (isSuppressed ? "fx" : "fd", 14),
            };
            markup.Html.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{from:0.#}\" y=\"{floor - height}\" width=\"{width:0.#}\" height=\"{height}\"><title>{Words(change)} {TimeLabels.Full(change.ChangedAt)}</title></rect>");
            if (isSuppressed)
            {
                markup.Html.Append(CultureInfo.InvariantCulture, $"<path class=\"sd\" d=\"M{from:0.#} {floor - 1}L{from + width:0.#} {floor - height + 1}\"/>");
            }
        }
    }

    private static void Table(ReportMarkup markup, Lane[] lanes)
    {
        markup.Html.Append("<div class=\"box\"><table><caption>Times in UTC.</caption><thead><tr><th scope=\"col\">Column</th><th scope=\"col\">Rule</th><th scope=\"col\">Now</th><th scope=\"col\">Since</th><th scope=\"col\">Raised</th><th scope=\"col\">What was seen last</th></tr></thead><tbody>\n");
        foreach (Lane lane in lanes)
        {
            DriftAlert last = lane.Last;
            string style = last.State switch { AlertState.Raised => "d", AlertState.Quiet => "o", _ => "w" };
            markup.Html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{MarkupText.Name(lane.Column, 80)}</th><td>{lane.RuleWords}</td><td class=\"{style} v\">{Words(last)}{Acknowledged(last)}</td><td class=\"v\">{TimeLabels.Full(last.ChangedAt)}</td>")
                .Append(CultureInfo.InvariantCulture, $"<td class=\"v\">{(last.RaisedAt is { } raised ? TimeLabels.Full(raised) : "–")}</td><td>{MarkupText.Cut(last.Summary, 200)}</td></tr>\n");
        }

        markup.Html.Append("</tbody></table></div>\n");
    }

    private static string Words(DriftAlert change) => change.State switch
    {
        AlertState.Quiet => change.ClearedAt is null ? "● Quiet" : "● Cleared",
        AlertState.Pending => "◆ Pending",
        AlertState.Clearing => "◇ Clearing",
        _ => change.Suppressed ? "▲ Suppressed" : "▲ Raised",
    };

    private static string Acknowledged(DriftAlert alert) => alert.AcknowledgedBy is not { } who ? ""
        : $"<br/><span class=\"m t\">acknowledged by {MarkupText.Name(who, 60)}{(alert.AcknowledgedAt is { } at ? ", " + TimeLabels.Full(at) : "")}</span>";

    private static int Rank(AlertState state) => state switch
    {
        AlertState.Raised => 0,
        AlertState.Clearing => 1,
        AlertState.Pending => 2,
        _ => 3,
    };

    private sealed record Lane(string Column, string Rule, DriftAlert[] Changes)
    {
        public DriftAlert Last => Changes[^1];

        /// <summary>The rule as words; a name that no rule has is shown as it is.</summary>
        public string RuleWords => Rule == DriftAlert.DriftRule ? "drift"
            : Enum.TryParse(Rule, out QualityRule rule) ? QualityTable.Words(rule).ToLowerInvariant() : MarkupText.Name(Rule, 40);
    }
}
