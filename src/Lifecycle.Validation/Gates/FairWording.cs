using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>A gap between groups in words.</summary>
internal static class FairWording
{
    public static string Gap(FairnessMetric metric, double value) => metric.IsRatio
        ? $"a factor of {value.ToString("0.00", CultureInfo.InvariantCulture)}"
        : metric.Rates.All(r => r.IsProportion) ? Wording.Points(value) : value.ToString("0.0000", CultureInfo.InvariantCulture);

    public static string Limit(FairnessMetric metric, double limit) => metric.IsRatio
        ? $"a factor of at least {limit.ToString("0.00", CultureInfo.InvariantCulture)}"
        : $"at most {Gap(metric, limit)}";

    public static string Of(
        Disparity found, Verdict verdict, double limit, (double Factor, string First, string Second)? growth, IReadOnlyList<string> by, EvaluationSet set)
    {
        GroupContrast worst = found.WorstPair!;
        string attribute = string.Join(" x ", by);
        Metric compared = found.Metric.Rates.First(r => r.Name == worst.Metric);
        string rate = Wording.Sentence(Wording.Of(compared, set));
        string second = worst.Second == Disparities.OverallName ? "over all rows" : $"for {Wording.Show(worst.Second)}";
        string pair = found.Metric.Combine == Combine.Mean
            ? $"By {attribute}, {Wording.Show(worst.First)} and {Wording.Show(worst.Second)} differ by {Gap(found.Metric, Math.Abs(worst.Value))} on average of {string.Join(" and ", found.Metric.Rates.Select(r => Wording.Of(r, set)))}."
            : $"{rate}, by {attribute}: {Wording.Figure(compared, worst.FirstRate)} for {Wording.Show(worst.First)}, {Wording.Figure(compared, worst.SecondRate)} {second}: {Apart(found, worst)}.";
        return $"{pair} {Bounds(found, verdict, limit)}{Growth(growth)}{(verdict == Verdict.Inconclusive && found.SitsOn(limit) ? " The gap sits on the limit." : "")}";
    }

    private static string Apart(Disparity found, GroupContrast worst) =>
        found.Metric.IsRatio ? $"{Gap(found.Metric, found.Value.Value)}" : $"{Gap(found.Metric, Math.Abs(worst.Value))} apart";

    private static string Bounds(Disparity found, Verdict verdict, double limit)
    {
        (double near, double far) = found.Metric.IsRatio ? (found.Upper!.Value, found.Lower!.Value) : (found.Lower!.Value, found.Upper!.Value);
        string sure = $"With {Wording.Percent(found.Confidence)} confidence", asked = Limit(found.Metric, limit);
        return (verdict, found.Metric.IsRatio) switch
        {
            (Verdict.Pass, false) => $"{sure} no gap is wider than {Gap(found.Metric, far)}; {asked} are allowed.",
            (Verdict.Pass, true) => $"{sure} no two groups are further apart than {Gap(found.Metric, far)}; asked: {asked}.",
            (Verdict.Fail, false) => $"{sure} the widest gap is at least {Gap(found.Metric, near)}; {asked} are allowed.",
            (Verdict.Fail, true) => $"{sure} two groups are apart by {Gap(found.Metric, near)} or worse; asked: {asked}.",
            (_, false) => $"{sure} on either side the widest gap lies between {Gap(found.Metric, near)} and {Gap(found.Metric, far)}; {asked} are allowed, so the data cannot tell.",
            _ => $"{sure} on either side the worst pair lies between {Gap(found.Metric, far)} and {Gap(found.Metric, near)}; asked: {asked}, so the data cannot tell.",
        };
    }

    // Nobody collects more than this; a larger figure says only that the estimate sits on the limit.
    private const int HopelessGrowth = 100;

    private static string Growth((double Factor, string First, string Second)? growth) => growth switch
    {
        null => "",
        { Factor: > HopelessGrowth } g =>
            $" The gap lies so near to the limit that even {HopelessGrowth} times the rows of {Wording.Show(g.First)} and {Wording.Show(g.Second)} would not decide.",
        { } g => $" About {g.Factor.ToString("0.0", CultureInfo.InvariantCulture)} times the rows of {Wording.Show(g.First)} and {Wording.Show(g.Second)} would decide.",
    };
}
