using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>What changed in a column, in words that need no statistics.</summary>
internal static class FindingWords
{
    private const int MostOfLabel = 40;
    private const int MostLabels = 2;

    /// <summary>P(new &gt; old) this close to one half is no change of the level.</summary>
    private const double NoShift = 0.03;

    /// <summary>For example <c>higher: mean 11.63 → 16.77 (+44.2 %), median 10.58 → 15.38; a new value exceeds an old one in 69 % of pairs</c>.</summary>
    public static string Of(ColumnFinding finding) => finding.Verdict == DriftVerdict.NotTested ? finding.Reason ?? "not tested"
        : finding.Kind == ColumnKind.Category ? Labels(finding) : Numbers(finding);

    /// <summary>The first letter as a capital.</summary>
    public static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..] + ".";

    private static string Numbers(ColumnFinding finding)
    {
        List<string> parts = [];
        if (finding is { Reference.Mean: { } meanThen, Current.Mean: { } meanNow })
        {
            parts.Add($"mean {MarkupText.Value(meanThen)} → {MarkupText.Value(meanNow)}{Unit(finding)}{Percent(meanThen, meanNow)}");
        }

        if (finding is { Reference.Median: { } medianThen, Current.Median: { } medianNow })
        {
            parts.Add($"median {MarkupText.Value(medianThen)} → {MarkupText.Value(medianNow)}");
        }

        string text = string.Join(", ", parts);
        if (finding.ProbabilityOfGreater is not { } greater)
        {
            return text;
        }

        string direction = finding.Verdict == DriftVerdict.Stable ? "" : greater > 0.5 + NoShift ? "higher: " : greater < 0.5 - NoShift ? "lower: " : "";
        return string.Create(CultureInfo.InvariantCulture, $"{direction}{text}{(text.Length > 0 ? "; " : "")}a new value exceeds an old one in {100 * greater:0} % of pairs");
    }

    private static string Labels(ColumnFinding finding)
    {
        ShareChange[] changes = [.. finding.LargestChanges.Take(MostLabels)];
        return changes.Length == 0 ? "all shares are the same" : string.Join(", ", changes.Select(Change));
    }

    private static string Change(ShareChange change)
    {
        string label = change.Label.Length > MostOfLabel ? change.Label[..(MostOfLabel - 1)] + "…" : change.Label;
        return change.Reference == 0
            ? string.Create(CultureInfo.InvariantCulture, $"'{label}' is new with {100 * change.Current:0.0} %")
            : string.Create(CultureInfo.InvariantCulture, $"'{label}' {100 * change.Reference:0.0} → {100 * change.Current:0.0} %");
    }

    private static string Unit(ColumnFinding finding) => finding.Unit is { } unit ? $" {unit}" : "";

    private static string Percent(double then, double now)
    {
        double percent = 100 * (now - then) / then;
        return then > 0 && now > 0 && Math.Abs(percent) < 1000
            ? string.Create(CultureInfo.InvariantCulture, $" ({(percent < 0 ? "−" : "+")}{Math.Abs(percent):0.0} %)")
            : "";
    }
}
