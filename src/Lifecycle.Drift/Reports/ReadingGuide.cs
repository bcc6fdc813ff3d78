namespace Lifecycle.Drift;

/// <summary>How to read a report: what its words and figures mean, for whoever sees one for the first time.</summary>
internal static class ReadingGuide
{
    public static void Append(ReportMarkup markup, DriftReportPage page)
    {
        markup.Html.Append("<details id=\"").Append(markup.Id).Append("-read\"><summary>How to read this</summary><dl class=\"read\">");
        Word("▲ Drift", "The column changed for two reasons together: chance does not explain it (adjusted p at most the allowed rate), and the change is large enough to matter (the effect reaches its floor). Moderate from a PSI of 0.10, major above 0.25.");
        Word("◆ Slight", "Not chance, and too small to matter. It never alarms.");
        Word("● Stable", "No difference that chance does not explain.");
        Word("◌ Too coarse, ○ Not tested", "The reference was kept too roughly to tell, or there was nothing to compare; the reason stands beside it.");
        Word("Adjusted p", "How often chance alone would bring at least this difference, corrected for the number of columns. 10⁻³⁹¹ is no error: the logarithm is what is computed.");
        Word("PSI", "Population stability index: how much the shares of the values moved, with the part that chance brings taken off. Below 0.10 usually nothing to do, above 0.25 a different population.");
        Word("W1 / sd", "Wasserstein distance: how far values moved on average, in standard deviations of the reference.");
        Word("New > old", "How often a random new value exceeds a random old one. One half: the level is the same.");
        Word("Values and missing", "How many values were compared, and the share of rows without one, then and now.");
        if (page.Performance.Count > 0)
        {
            Word("Performance", "The line is what the model's own scores say its performance is, before labels come; the band is where the realized value is expected in 95 % of windows. Filled circles are realized values, hollow ones rest on fewer than half of the labels. Below the dashed limit the window is worse than the reference would be by chance. An estimate cannot see that the meaning of the columns has changed; labels can.");
        }

        if (page.Alerts.Count > 0)
        {
            Word("Alerts", "Pending: drift was seen, not yet in enough windows. Raised: somebody should look. Clearing: the last window was quiet. Suppressed: raised after the day's budget was spent, so it was stored and not announced.");
        }

        markup.Html.Append("</dl></details>\n");

        void Word(string word, string meaning) => markup.Html.Append("<dt>").Append(MarkupText.Escape(word)).Append("</dt><dd>")
            .Append(MarkupText.Escape(meaning, MarkupText.MostOfSentence)).Append("</dd>");
    }
}
