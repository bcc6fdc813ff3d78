using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Lifecycle.Validation;

/// <summary>Figures in words for people who do not know the metric.</summary>
internal static class Wording
{
    private const int MostCharacters = 200;

    /// <summary>
    /// A text from outside as it may stand in a sentence: control and direction marks and broken surrogates become U+FFFD, and beyond 200
    /// characters it is cut, with a hash of the whole behind it.
    /// </summary>
    public static string Show(string text)
    {
        StringBuilder shown = new();
        foreach (Rune rune in text.AsSpan(0, Math.Min(text.Length, MostCharacters)).EnumerateRunes())
        {
            bool isMark = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            shown.Append(isMark ? Rune.ReplacementChar.ToString() : rune.ToString());
        }

        return text.Length <= MostCharacters ? shown.ToString() : $"{shown}...#{Digest.Of(MemoryMarshal.AsBytes(text.AsSpan())).Hex[..8]}";
    }

    /// <summary>A name that may be null, for messages.</summary>
    public static string Name(string? name) => name is null ? "(null)" : Show(name);

    public static string Number(double value) => Math.Abs(value) is >= 1e15 or (> 0 and < 5e-7)
        ? value.ToString("0.######E+0", CultureInfo.InvariantCulture)
        : value.ToString("0.######", CultureInfo.InvariantCulture);

    public static string Share(double value) => (100 * value).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    public static string Points(double value) => (100 * value).ToString("0.0", CultureInfo.InvariantCulture) + " points";

    public static string Percent(double confidence) => (100 * confidence).ToString("0.###", CultureInfo.InvariantCulture) + " %";

    public static string Figure(Metric metric, double value) => metric.IsProportion ? Share(value) : value.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>What a metric measures, with what a positive label means put in.</summary>
    public static string Of(Metric metric, EvaluationSet set) => metric.Words.Replace("{0}", set.Outcome, StringComparison.Ordinal);

    public static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    public static string Limit(double? atLeast, double? atMost, Func<double, string> figure) => (atLeast, atMost) switch
    {
        ({ } least, { } most) => $"between {figure(least)} and {figure(most)}",
        ({ } least, null) => $"at least {figure(least)}",
        (null, { } most) => $"at most {figure(most)}",
        _ => "nothing",
    };

    public static string Why(UndefinedReason reason) => reason switch
    {
        UndefinedReason.NoRows => "there is no row",
        UndefinedReason.NoPositives => "no row is truly positive",
        UndefinedReason.NoNegatives => "no row is truly negative",
        UndefinedReason.NoPredictedPositives => "no row was decided positive",
        UndefinedReason.NoPredictedNegatives => "no row was decided negative",
        UndefinedReason.OneClass => "all rows have the same label",
        UndefinedReason.ZeroVariance => "nothing varies",
        UndefinedReason.ZeroBaseline => "it would divide by 0",
        UndefinedReason.NonFinite => "the computation gave no finite number",
        UndefinedReason.TooFewRows => "there are too few rows",
        UndefinedReason.TooFewGroups => "fewer than two groups have enough rows to be judged",
        UndefinedReason.MissingMetric => "the set lacks what it needs",
        UndefinedReason.MissingSlice => "the slice has no row",
        UndefinedReason.MissingBaseline => "there is no model to compare with",
        UndefinedReason.LimitExceeded => "a limit was reached",
        _ => "code that was called failed",
    };

    public static string NotJudged(IReadOnlyList<UnjudgedGroup> groups)
    {
        string[] names = [.. groups.Select(g => $"{Show(g.Group)} ({g.Rows.ToString("N0", CultureInfo.InvariantCulture)} rows)").Distinct()];
        string list = string.Join(", ", names.Take(8)) + (names.Length > 8 ? $" and {names.Length - 8} more" : "");
        return names.Length == 0 ? "" : $" Not judged, for want of rows: {list}.";
    }

    /// <summary>The outcome of a report in a sentence or two.</summary>
    public static string Summary(GateReport report)
    {
        Finding[] required = [.. report.Findings.Where(f => !f.IsAdvisory)];
        int failed = required.Count(f => f.Verdict == Verdict.Fail), open = required.Count(f => f.Verdict == Verdict.Inconclusive);
        string all = required.Length == 1 ? "The requirement" : $"All {required.Length} requirements";
        string first = report.Verdict switch
        {
            Verdict.Pass => $"{all} {(required.Length == 1 ? "holds" : "hold")}.",
            Verdict.Fail => $"Not passed: {Count(failed)} of {required.Length} failed{(open > 0 ? $", {Count(open)} could not be decided" : "")}.",
            _ when open > 0 => $"Not decided: {Count(open)} of {required.Length} could not be told from these data; none failed.",
            _ => "Not decided: nothing was judged.",
        };
        string skipped = report.FirstRun ? " First run: there was no other model to compare with." : "";
        string dropped = report.DroppedRows > 0 ? $" {report.DroppedRows.ToString("N0", CultureInfo.InvariantCulture)} rows without a label were left out." : "";
        return first + skipped + dropped;
    }

    public static string Rows(long? needed) => needed is { } rows ? $" About {rows.ToString("N0", CultureInfo.InvariantCulture)} rows would decide." : "";

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
