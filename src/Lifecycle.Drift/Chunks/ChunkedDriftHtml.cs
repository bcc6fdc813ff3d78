using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>Chunks as HTML: static, no script, every name escaped, verdicts as word and shape.</summary>
internal static class ChunkedDriftHtml
{
    private const int MostFigures = 200;
    private const int MostChanges = 12;

    private const string Style = """
        .ldc{font:14px/1.45 system-ui,sans-serif;color:#1d2330;background:#fff;max-width:1080px;margin:0 auto;padding:16px}
        .ldc h1{font-size:22px;margin:0 0 4px}.ldc h2{font-size:16px;margin:24px 0 2px}.ldc p{margin:2px 0 8px}.ldc .m{color:#566074}
        .ldc .d{color:#a3140f;font-weight:600}.ldc .o{color:#1c6132}.ldc svg{width:100%;max-width:760px;display:block}
        .ldc .g{fill:#eef1f5}.ldc .s{fill:none;stroke:#0b4fa8;stroke-width:1.5}.ldc .t{fill:none;stroke:#7a4d00;stroke-dasharray:5 4}
        .ldc .c{fill:#0b4fa8}.ldc .x{fill:#a3140f}.ldc .a{stroke:#566074;fill:none}.ldc text{font-size:12px;fill:#3b4457}
        """;

    public static void Fragment(StringBuilder html, ChunkedDrift drift)
    {
        html.Append("<section class=\"ldc\"><style>").Append(Style).Append("</style><h1>Drift by chunk</h1><p><b>")
            .Append(MarkupText.Escape(drift.Summary, MarkupText.MostOfSentence)).Append("</b></p>")
            .Append("<p class=\"m\">Line: distance from the reference. Dashed: limit. ● within, ▲ above. Grey: chunks of the reference, each against the rest of it.</p>");
        foreach (ChunkedColumn column in drift.Columns.OrderByDescending(c => c.HasDrift).Take(MostFigures))
        {
            html.Append("<h2>").Append(MarkupText.Escape(column.Column)).Append("</h2><p class=\"m\">")
                .Append(column.HasDrift ? "<span class=\"d\">▲ Drift</span> " : column.Reason is null ? "<span class=\"o\">● Stable</span> " : "○ ")
                .Append(MarkupText.Escape(ChunkedDrift.Heading(column), MarkupText.MostOfSentence)).Append("</p>");
            if (column.Points.Any(p => p.Score is not null))
            {
                ChunkChart.Append(html, column);
            }

            Drifted(html, column);
        }

        if (drift.Columns.Count > MostFigures)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"m\">{drift.Columns.Count - MostFigures:N0} more columns are in the JSON.</p>");
        }

        html.Append("</section>");
    }

    private static void Drifted(StringBuilder html, ChunkedColumn column)
    {
        ChunkPoint[] drifted = [.. column.Points.Where(p => p is { IsReference: false, Verdict: DriftVerdict.Drift })];
        if (drifted.Length == 0)
        {
            return;
        }

        html.Append("<p>Drifted: ").AppendJoin("; ", drifted.Take(MostChanges).Select(p =>
            string.Create(CultureInfo.InvariantCulture, $"{MarkupText.Escape(p.Chunk)} ({MarkupText.Number(p.Score, "G4")}{(column.Method is not null && p.LogPValue == 0 ? "" : $", p {PValueText.Of(p.LogPValue)}")})")));
        html.Append(drifted.Length > MostChanges ? string.Create(CultureInfo.InvariantCulture, $" and {drifted.Length - MostChanges} more") : "").Append("</p>");
    }
}
