namespace Lifecycle.Validation;

public sealed partial class FairnessMetric
{
    private const string DifferenceSuffix = "Difference", RatioSuffix = "Ratio";

    /// <summary>
    /// Greatest gap of any metric between groups. Bounds exist for proportions, for functions of counts such as F1 (delta method), for
    /// the area under the ROC curve (DeLong) and for means.
    /// </summary>
    /// <param name="metric">The metric.</param>
    public static FairnessMetric DifferenceOf(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return Gap(metric.Name + DifferenceSuffix, $"groups have the same {metric.Words}", metric);
    }

    /// <summary>Least ratio of any metric that is never negative.</summary>
    /// <param name="metric">The metric.</param>
    public static FairnessMetric RatioOf(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return Quotient(metric.Name + RatioSuffix, $"groups have the same {metric.Words}", metric);
    }

    /// <summary>The metric whose rates have no bound by group, and why; null when all have.</summary>
    private string? WhyNoBound => Rates.Select(rate => rate switch
    {
        { Minimum: < 0 } when IsRatio => $"{rate.Name} can be negative, so a ratio of it says nothing; use the difference.",
        { IsProportion: true } => null,
        _ when Comparison == GroupComparison.ToOverall => $"{Name} has no bound; use the difference between groups.",
        { OfCounts: not null } when rate != Metric.Count => null,
        _ => NormalCell.CanJudge(rate) ? null : $"{rate.Name} has no variance by group; use a proportion, a function of counts, AreaUnderRoc or a mean.",
    }).FirstOrDefault(why => why is not null);

    private static FairnessMetric? OfMetric(string name)
    {
        string plain = name.EndsWith(OverallSuffix, StringComparison.Ordinal) ? name[..^OverallSuffix.Length] : name;
        FairnessMetric? found =
            plain.EndsWith(DifferenceSuffix, StringComparison.Ordinal) && Metric.Find(plain[..^DifferenceSuffix.Length]) is { } gap ? DifferenceOf(gap)
            : plain.EndsWith(RatioSuffix, StringComparison.Ordinal) && Metric.Find(plain[..^RatioSuffix.Length]) is { } quotient ? RatioOf(quotient)
            : null;
        return plain == name ? found : found?.ToOverall();
    }
}
