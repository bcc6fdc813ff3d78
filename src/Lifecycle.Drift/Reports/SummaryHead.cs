using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>The head of a report: the answer in one line, what drifted and by how much, and how many columns have which verdict.</summary>
internal static class SummaryHead
{
    private const int MostNamed = 5;
    private const int StripWidth = 1000;

    public static void Append(ReportMarkup markup)
    {
        DriftReport report = markup.Report;
        ColumnFinding[] drifted = Of(report, DriftVerdict.Drift), slight = Of(report, DriftVerdict.Slight);
        string style = drifted.Length > 0 ? "d" : slight.Length + report.Quality.Count > 0 || report.WasNotTested ? "w" : "o";
        markup.Html.Append("<div class=\"ban ").Append(style).Append("\">");
        markup.Html.Append("<p class=\"big ").Append(style).Append("\">").Append(Answer(report, drifted.Length, slight.Length));
        markup.Html.Append(report.ShareOfColumns is { } share ? $"; {share}</p>" : "</p>");
        if (drifted.Length > 0)
        {
            markup.Html.Append("<ul>");
            foreach (ColumnFinding finding in drifted.Take(MostNamed))
            {
                markup.Html.Append("<li><b>").Append(markup.Name(finding.Column)).Append("</b> ").Append(markup.Sentence(FindingWords.Of(finding))).Append("</li>");
            }

            markup.Html.Append("</ul>");
        }

        Rest(markup, drifted.Length, slight);
        markup.Html.Append("</div>\n");
        Strip(markup);
    }

    /// <summary>Rows, what was allowed, and who is who.</summary>
    public static void Facts(ReportMarkup markup, Digest identity)
    {
        DriftReport report = markup.Report;
        CultureInfo culture = CultureInfo.InvariantCulture;
        markup.Html.Append("<dl class=\"facts\">");
        Fact("New rows", report.Rows.ToString("N0", culture));
        Fact("Rows of the reference", report.ReferenceRows.ToString("N0", culture));
        ColumnFinding? first = report.Columns.FirstOrDefault(c => c.Verdict != DriftVerdict.NotTested);
        if (first?.Preset is { } preset)
        {
            Fact("Verdicts", $"{MarkupText.Escape(preset.Tool)}'s scores and thresholds; p is uncorrected");
        }
        else if (first is not null)
        {
            Fact("False drifts allowed", string.Create(culture, $"{report.Alpha:0.###}, {Correction(report.Correction)}"));
            Fact("Least effect that counts", string.Create(culture, $"{Effects.Name(first.Effect)} {first.EffectFloor:0.###}"));
        }

        Fact("Reference", Short(report.Reference));
        Fact("This report", Short(identity));
        markup.Html.Append("</dl>\n");

        void Fact(string name, string value) => markup.Html.Append("<div><dt>").Append(name).Append("</dt><dd>").Append(value).Append("</dd></div>");
    }

    public static string Short(Digest digest) => digest.ToString() is { Length: > 20 } text ? $"<code>{text[..19]}…</code>" : $"<code>{digest}</code>";

    private static string Answer(DriftReport report, int drifted, int slight) => drifted switch
    {
        _ when report.WasNotTested => "○ No column could be tested",
        > 0 => string.Create(CultureInfo.InvariantCulture, $"▲ {drifted:N0} of {report.Columns.Count:N0} columns drifted"),
        _ when report.Quality.Count > 0 => string.Create(
            CultureInfo.InvariantCulture, $"◆ No column drifted; {report.Quality.Count:N0} {(report.Quality.Count == 1 ? "finding" : "findings")} of data quality"),
        _ when slight > 0 => "◆ No column drifted; some changed slightly",
        _ => "● No column drifted",
    };

    private static void Rest(ReportMarkup markup, int drifted, ColumnFinding[] slight)
    {
        List<string> sentences = [];
        if (drifted > MostNamed)
        {
            sentences.Add(string.Create(CultureInfo.InvariantCulture, $"{drifted - MostNamed:N0} more drifted; the table lists them."));
        }

        if (slight.Length > 0)
        {
            string names = string.Join(", ", slight.Take(MostNamed).Select(c => markup.Name(c.Column)));
            sentences.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Changed beyond chance and too little to matter: {names}{(slight.Length > MostNamed ? $" and {slight.Length - MostNamed:N0} more" : "")}."));
        }

        int small = markup.Report.Columns.Count(c => c.IsTooSmall);
        if (small > 0)
        {
            sentences.Add(string.Create(
                CultureInfo.InvariantCulture, $"{(small == 1 ? "One column has" : $"{small:N0} columns have")} too few values for a drift at the floor to be seen for sure."));
        }

        if (markup.Report.Quality.Count > 0 && drifted > 0)
        {
            sentences.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{markup.Report.Quality.Count:N0} {(markup.Report.Quality.Count == 1 ? "finding" : "findings")} of data quality."));
        }

        if (sentences.Count > 0)
        {
            markup.Html.Append("<p>").AppendJoin(' ', sentences).Append("</p>");
        }
    }

    private static void Strip(ReportMarkup markup)
    {
        (DriftVerdict Verdict, int Count)[] counts = [.. VerdictMark.WorstFirst.Select(v => (v, markup.Report.Columns.Count(c => c.Verdict == v))).Where(c => c.Item2 > 0)];
        int total = markup.Report.Columns.Count;
        if (total == 0)
        {
            return;
        }

        string words = string.Join(", ", counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Count:N0} {VerdictMark.Word(c.Verdict)}")));
        markup.Html.Append(
            CultureInfo.InvariantCulture,
            $"<svg class=\"strip\" viewBox=\"0 0 {StripWidth} 10\" preserveAspectRatio=\"none\" role=\"img\"><title>Columns by verdict: {words}</title>");
        int done = 0;
        foreach ((DriftVerdict verdict, int count) in counts)
        {
            int from = (int)((long)done * StripWidth / total), to = (int)((long)(done + count) * StripWidth / total);
            markup.Html.Append(CultureInfo.InvariantCulture, $"<rect class=\"f{VerdictMark.Class(verdict)}\" x=\"{from}\" y=\"0\" width=\"{Math.Max(1, to - from - 2)}\" height=\"10\"/>");
            done += count;
        }

        markup.Html.Append("</svg><ul class=\"keys\">");
        foreach ((DriftVerdict verdict, int count) in counts)
        {
            markup.Html.Append(
                CultureInfo.InvariantCulture, $"<li><b class=\"{VerdictMark.Class(verdict)}\">{VerdictMark.Shape(verdict)} {count:N0}</b> {VerdictMark.Word(verdict)}</li>");
        }

        markup.Html.Append("</ul>\n");
    }

    private static ColumnFinding[] Of(DriftReport report, DriftVerdict verdict) => [.. report.Columns.Where(c => c.Verdict == verdict)];

    private static string Correction(DriftCorrection correction) => correction switch
    {
        DriftCorrection.None => "a column, uncorrected",
        DriftCorrection.BenjaminiHochberg => "share of the called (Benjamini-Hochberg)",
        DriftCorrection.BenjaminiYekutieli => "share of the called (Benjamini-Yekutieli)",
        _ => $"all columns ({correction})",
    };
}
