using System.Globalization;
using System.Text;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Chunks as HTML: static, no script, every name escaped, verdicts as word and shape; the style sheet is that of the reports.</summary>
internal static class ChunkedDriftHtml
{
    private const int MostFigures = 200;
    private const int MostChanges = 12;
    private const int MostOfName = 120;

    public static string Page(ChunkedDrift drift) => HtmlPage.Of("Drift by chunk", html =>
    {
        html.Append("<div class=\"ldr\"><header><h1>Drift by chunk</h1></header>\n<main>\n");
        Body(html, drift, 2);
        html.Append("</main>\n<footer>Made by Lifecycle.Drift; this file runs no script and loads nothing. Its JSON has the schema <code>").Append(ChunkedDrift.JsonSchema)
            .Append("</code>.</footer>\n</div>\n");
    });

    public static string Fragment(ChunkedDrift drift, int level) => level is >= 2 and <= 6
        ? HtmlPage.Fragment(html => Body(html, drift, level))
        : throw new ArgumentOutOfRangeException(nameof(level), level, "The headings of a fragment are of level 2 to 6, for example 3 under an h2 of yours.");

    private static void Body(StringBuilder html, ChunkedDrift drift, int level)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        int drifted = drift.Columns.Count(c => c.HasDrift), chunks = drift.Chunks.Count(c => !c.IsReference);
        string style = drifted > 0 ? "d" : "o";
        html.Append(culture, $"<div class=\"ban {style}\"><p class=\"big {style}\">{(drifted > 0 ? $"▲ {drifted} of {drift.Columns.Count} columns drifted" : "● No column drifted")}</p><p>")
            .Append(MarkupText.Escape(drift.Summary, MarkupText.MostOfSentence)).Append(".</p></div>\n");
        html.Append("<dl class=\"facts\">");
        Fact("Chunks", chunks.ToString("N0", culture));
        Fact("Reference chunks", (drift.Chunks.Count - chunks).ToString("N0", culture));
        Fact("Cut", MarkupText.Escape(drift.Chunker));
        Fact("Limit", MarkupText.Escape(drift.Rule));
        html.Append("</dl>\n");
        Legend(html);
        foreach (ChunkedColumn column in drift.Columns.OrderByDescending(c => c.HasDrift).Take(MostFigures))
        {
            Interruption.Look();
            Column(html, column, level);
        }

        if (drift.Columns.Count > MostFigures)
        {
            html.Append(culture, $"<p class=\"m\">{drift.Columns.Count - MostFigures:N0} more columns are in the JSON.</p>\n");
        }

        void Fact(string name, string value) => html.Append("<div><dt>").Append(name).Append("</dt><dd>").Append(value).Append("</dd></div>");
    }

    private static void Legend(StringBuilder html) => html.Append("<ul class=\"leg\">")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><path class=\"n\" d=\"M0 9l9 -4l9 5l10 -6\"/></svg>distance from the reference</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><path class=\"lim\" d=\"M0 7h28\"/></svg>limit</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><circle class=\"nf\" cx=\"14\" cy=\"7\" r=\"4\"/></svg>within</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><path class=\"fd\" d=\"M8 12L14 2L20 12z\"/></svg>above: drift</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><rect class=\"bg\" x=\"0\" y=\"0\" width=\"28\" height=\"14\"/></svg>chunks of the reference, each against the rest of it</li></ul>\n");

    private static void Column(StringBuilder html, ChunkedColumn column, int level)
    {
        string verdict = column.HasDrift ? "<b class=\"d\">▲ Drift</b>" : column.Reason is null ? "<b class=\"o\">● Stable</b>" : "<b class=\"x\">○ Not tested</b>";
        html.Append(CultureInfo.InvariantCulture, $"<figure><figcaption><h{level} class=\"h\">{MarkupText.Name(column.Column, MostOfName)}</h{level}><p class=\"m\">{verdict} ")
            .Append(MarkupText.Escape(Words(column), MarkupText.MostOfSentence)).Append("</p></figcaption>");
        if (column.Points.Any(p => p.Score is not null))
        {
            html.Append("<div class=\"box\">");
            ChunkChart.Append(html, column);
            html.Append("</div>");
        }

        Drifted(html, column);
        html.Append("</figure>\n");
    }

    private static string Words(ChunkedColumn column) => column.Reason is { } reason && column.Points.All(p => p.Score is null) ? reason
        : (column.Method ?? column.Distance switch
        {
            ChunkDistance.JensenShannon => "Jensen-Shannon distance",
            ChunkDistance.PopulationStabilityIndex => "Population stability index",
            ChunkDistance.KolmogorovSmirnov => "Kolmogorov-Smirnov distance",
            _ => $"{column.Distance} distance",
        })
        + (column.Overdispersion is not { } spread ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; chunks of the reference vary {spread:0.00} times as much as chance")
                + (column.SuggestsHistorical ? ": ChunkThreshold.Historical suits them" : ""));

    private static void Drifted(StringBuilder html, ChunkedColumn column)
    {
        ChunkPoint[] drifted = [.. column.Points.Where(p => p is { IsReference: false, Verdict: DriftVerdict.Drift })];
        if (drifted.Length == 0)
        {
            return;
        }

        html.Append("<p>Drifted: ").AppendJoin("; ", drifted.Take(MostChanges).Select(p =>
            string.Create(CultureInfo.InvariantCulture, $"{MarkupText.Escape(p.Chunk)} ({MarkupText.Number(p.Score, "G4")}{(column.Method is not null && p.LogPValue == 0 ? "" : $", p {MarkupText.P(p.LogPValue)}")})")));
        html.Append(drifted.Length > MostChanges ? string.Create(CultureInfo.InvariantCulture, $" and {drifted.Length - MostChanges} more") : "").Append(".</p>");
    }
}
