using System.Globalization;
using Lifecycle;
using Lifecycle.Drift;

namespace WageDrift;

/// <summary>Findings as sentences. Every number and every word that judges one comes from the data.</summary>
internal static class Words
{
    public static string Prices { get; } = Text(
        $"Consumer prices (CPI-U, US Bureau of Labor Statistics) rose from {Wages.PricesOf1992:0.0} in 1992 to {Wages.PricesOf2004:0.0} in 2004: a dollar of 1992 is {Wages.Inflation:0.000} dollars of 2004.");

    public static string Line(string name, ColumnFinding c) => c.Verdict == DriftVerdict.NotTested
        ? $"{name,-28} {c.Verdict}: {c.Reason}"
        : Text($"{name,-28} {c.Verdict,-7} PSI {c.PopulationStabilityIndexCorrected:0.000}, log10 p {c.LogAdjustedPValue / Math.Log(10):0.0}{Mean(c)}");

    public static string Change(ColumnFinding c) => c.Kind == ColumnKind.Category
        ? Text($"{c.Column}: {c.Verdict}. {Shares(c)}. {Meaning(c)}")
        : Text($"{c.Column}: {c.Verdict}. Mean {c.Reference.Mean:0.00} then, {c.Current.Mean:0.00} now ({Percent(c.Reference.Mean!.Value, c.Current.Mean!.Value)}); a value of 2004 exceeds one of 1992 in {100 * c.ProbabilityOfGreater:0} % of pairs. {Meaning(c)}");

    public static string[] Inflation(ColumnFinding nominal, ColumnFinding real)
    {
        double before = nominal.PopulationStabilityIndexCorrected, after = real.PopulationStabilityIndexCorrected;
        string share = Text($"Of the PSI of {before:0.000} in paid dollars {after:0.000} is left in dollars of 2004");
        return
        [
            Prices,
            Text($"Mean earnings changed by {Percent(nominal.Reference.Mean!.Value, nominal.Current.Mean!.Value)} in paid dollars and by {Percent(real.Reference.Mean!.Value, real.Current.Mean!.Value)} in what they buy; the median by {Percent(real.Reference.Median!.Value, real.Current.Median!.Value)}."),
            share + (after < 0.5 * before ? ": most of the drift is inflation. " : ": inflation explains less than half of it. ") + Meaning(real),
        ];
    }

    public static string[] Group(string degree, DriftReport report)
    {
        ColumnFinding nominal = report["earnings"], real = report["earnings in dollars of 2004"];
        double rise = real.Current.Mean!.Value / real.Reference.Mean!.Value - 1;
        return
        [
            Text($"{nominal.Reference.Count:N0} workers with degree '{degree}' in 1992, {nominal.Current.Count:N0} in 2004: mean {nominal.Reference.Mean:0.00} and {nominal.Current.Mean:0.00} paid dollars an hour."),
            Text($"What that buys {(rise >= 0 ? "rose" : "fell")} by {100 * Math.Abs(rise):0.0} %: {real.Verdict}, PSI {real.PopulationStabilityIndexCorrected:0.000}. {Meaning(real)}"),
        ];
    }

    public static string[] Control(string what, DriftReport report)
    {
        int stable = report.Columns.Count(c => c.Verdict == DriftVerdict.Stable);
        string[] others = [.. report.Columns.Where(c => c.Verdict != DriftVerdict.Stable).Select(c => $"{c.Column} {c.Verdict}")];
        return
        [
            Text($"Between {what} {stable} of {report.Columns.Count} columns are Stable{(others.Length == 0 ? ": where nothing changed, nothing is found." : $", others: {string.Join(", ", others)}.")}")
                + (others.Length > 0 ? " The rows of the file are in no random order." : ""),
        ];
    }

    public static string[] Model(WageModel model, ColumnBatch held, ColumnBatch now)
    {
        (double bias1992, double error1992, _) = model.Judge(held);
        (double bias2004, double error2004, double share) = model.Judge(now);
        (double biasReal, double errorReal, double shareReal) = model.Judge(now, Wages.Inflation);
        return
        [
            Text($"The model says what workers of the same degree, gender and age earned on average in the even rows of 1992 ({model.Cells} groups). On the odd rows it is off by {error1992:0.00} dollars an hour on average, and {Direction(bias1992)} on the whole."),
            Text($"In 2004 it is off by {error2004:0.00} and {Direction(bias2004)}: {100 * Math.Abs(share):0.0} % of what was paid."),
            Text($"With inflation put in, it is off by {errorReal:0.00} and {Direction(biasReal)}: {100 * Math.Abs(shareReal):0.0} %.")
                + (Math.Abs(shareReal) < 0.5 * Math.Abs(share) ? " Most of its error on the whole was inflation, the same that makes earnings drift." : ""),
        ];
    }

    private static string Meaning(ColumnFinding c) => c.Verdict switch
    {
        DriftVerdict.Drift => Text($"A model of 1992 sees another population: PSI {c.PopulationStabilityIndexCorrected:0.00}, at least {c.EffectFloor:0.00}."),
        DriftVerdict.Slight => Text($"Not chance, and too little to matter: PSI {c.PopulationStabilityIndexCorrected:0.000}, below {c.EffectFloor:0.00}."),
        DriftVerdict.Stable => "Nothing that chance would not do.",
        _ => "Not tested.",
    };

    private static string Direction(double bias) => Math.Abs(bias) < 0.005 ? "neither too high nor too low" : Text($"{Math.Abs(bias):0.00} too {(bias < 0 ? "low" : "high")}");

    private static string Shares(ColumnFinding c) => string.Join(", ", c.Bars.Select(b => Text($"{b.Label} {100 * b.Reference:0.0} % then, {100 * b.Current:0.0} % now")));

    private static string Mean(ColumnFinding c) => c is { Reference.Mean: { } then, Current.Mean: { } now } ? Text($", mean {then:0.00} then, {now:0.00} now") : "";

    private static string Percent(double then, double now) => Text($"{100 * (now / then - 1):+0.0;-0.0;0.0} %");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
