using System.Globalization;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>A large figure for each of the worst columns, with what was measured under it.</summary>
internal static class FigureCards
{
    public const int Most = 50;

    /// <summary>How many columns get a figure: the first ones that have bars.</summary>
    public static int Count(DriftReport report) => report.Columns.TakeWhile(c => c.Bars.Count > 0).Take(Most).Count();

    public static void Append(ReportMarkup markup, int figures)
    {
        Legend(markup);
        markup.Html.Append("<div class=\"figs\">\n");
        bool hasTails = false;
        for (int i = 0; i < figures; i++)
        {
            Interruption.Look();
            ColumnFinding finding = markup.Report.Columns[i];
            string name = markup.Name(finding.Column);
            markup.Html.Append(CultureInfo.InvariantCulture, $"<figure class=\"card\" id=\"{markup.Id}-f{i}\"><figcaption><div class=\"top\">");
            markup.Subheading(name.Length == 0 ? "(no name)" : name);
            markup.Html.Append("<b class=\"").Append(VerdictMark.Class(finding.Verdict)).Append("\">").Append(VerdictMark.Of(finding)).Append("</b></div><p>")
                .Append(markup.Sentence(FindingWords.Sentence(FindingWords.Of(finding)))).Append("</p></figcaption>");
            if (finding.Kind == ColumnKind.Category)
            {
                LabelChart.Append(markup.Html, finding, name);
            }
            else
            {
                hasTails |= HistogramChart.Append(markup.Html, finding, name, markup.IsBrief);
            }

            Measured(markup, finding);
            markup.Html.Append("</figure>\n");
        }

        markup.Html.Append("</div>\n");
        if (hasTails)
        {
            markup.Paragraph("On a number line the first and the last bar also hold what lies beyond them.", "m t");
        }
    }

    public static void Legend(ReportMarkup markup) => markup.Html.Append("<ul class=\"leg\">")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><path class=\"r\" d=\"M0 14V4h10V0h9V7h9v7z\"/></svg>reference</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><path class=\"n\" d=\"M1 14V8h9V3h9V1h8v13\"/></svg>new values</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><path class=\"mr\" d=\"M6 0v14\"/><path class=\"mn\" d=\"M20 0v14\"/></svg>medians, then (dotted) and now (dashed)</li>")
        .Append("</ul>\n");

    private static void Measured(ReportMarkup markup, ColumnFinding finding)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        markup.Html.Append("<p class=\"m t\">");
        if (finding.Keys.Count > 0)
        {
            markup.Html.Append(culture, $"p {MarkupText.P(finding.LogAdjustedPValue)} ({string.Join(" + ", finding.Keys.Select(k => MarkupText.Escape(k.Name)))}). ");
        }

        markup.Html.Append(culture, $"PSI {finding.PopulationStabilityIndexCorrected:0.000} (raw {finding.PopulationStabilityIndex:0.000}), Hellinger {finding.HellingerCorrected:0.000}, Cramér's V {finding.CramersV:0.000}");
        if (finding.KolmogorovSmirnov is { } ks)
        {
            markup.Html.Append(culture, $", KS {ks.Statistic:0.000}{(ks.AtMost > ks.Statistic ? string.Create(culture, $" to {ks.AtMost:0.000}") : "")}");
        }

        if (finding.Wasserstein is { } distance)
        {
            markup.Html.Append(culture, $", Wasserstein {MarkupText.Value(distance)}{(finding.Unit is { } unit ? " " + MarkupText.Name(unit, 40) : "")}");
            markup.Html.Append(finding.WassersteinInStandardDeviations is { } sd ? string.Create(culture, $" ({sd:0.00} sd)") : "");
        }

        markup.Html.Append('.');
        if (finding.Preset is { } preset)
        {
            markup.Html.Append(" What decides: ").Append(markup.Sentence(preset.ToString())).Append('.');
        }
        else if (finding.Effect != Effect.PopulationStabilityIndex)
        {
            markup.Html.Append(culture, $" What decides: {Effects.Name(finding.Effect)} {finding.EffectValue:0.000}, at least {finding.EffectFloor:0.###}.");
        }

        if (finding.IsTooSmall)
        {
            markup.Html.Append(culture, $" Too few values to see a PSI below {finding.SmallestVisibleIndex:0.00} for sure.");
        }

        if (finding is { Verdict: DriftVerdict.TooCoarse, Reason: { } reason })
        {
            markup.Html.Append(' ').Append(markup.Sentence(reason));
        }

        markup.Html.Append("</p>");
    }
}
