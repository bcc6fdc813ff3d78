using System.Globalization;
using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>What is asked of two models.</summary>
public enum ComparisonKind
{
    /// <summary>The first is not worse by more than a margin.</summary>
    NonInferior,

    /// <summary>The first is better by at least so much.</summary>
    Superior,

    /// <summary>Both are alike within a margin on either side (two one-sided tests).</summary>
    Equivalent,
}

/// <summary>How p-values of a family of tests are adjusted.</summary>
public enum Correction
{
    /// <summary>Holm 1979: the chance of any false claim.</summary>
    Holm,

    /// <summary>Benjamini and Hochberg 1995: the share of false claims.</summary>
    BenjaminiHochberg,
}

/// <summary>Two models compared in one metric.</summary>
public sealed record ComparisonTest
{
    /// <summary>The metric.</summary>
    public required Metric Metric { get; init; }

    /// <summary>What was asked.</summary>
    public required ComparisonKind Kind { get; init; }

    /// <summary>The margin, at least 0.</summary>
    public required double Limit { get; init; }

    /// <summary>The metric of the first model.</summary>
    public required MetricValue First { get; init; }

    /// <summary>The metric of the second model.</summary>
    public required MetricValue Second { get; init; }

    /// <summary>Their difference; positive when the first is better.</summary>
    public required MetricValue Difference { get; init; }

    /// <summary>Lower bound of the difference, one-sided at <see cref="Confidence"/>; null when undefined.</summary>
    public double? Lower { get; init; }

    /// <summary>Upper bound of the difference, one-sided at <see cref="Confidence"/>; null when undefined.</summary>
    public double? Upper { get; init; }

    /// <summary>Confidence of each bound.</summary>
    public required double Confidence { get; init; }

    /// <summary>P-value of the opposite of what was asked; 1 when undefined.</summary>
    public required double PValue { get; init; }

    /// <summary>P-value adjusted for its family; null before <see cref="Adjust"/>.</summary>
    public double? AdjustedPValue { get; init; }

    /// <summary>How bounds and p-value were made.</summary>
    public required string Method { get; init; }

    /// <summary>Pass: the rows show it; Fail: they show the opposite; else they cannot tell.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>About how many rows would decide; null when decided or when rows would not help.</summary>
    public long? NeededRows { get; init; }

    /// <summary>Adjusts a family of tests: a Pass stays one only if its adjusted p-value keeps its level; a Fail stays.</summary>
    /// <param name="family">Tests that are read together.</param>
    /// <param name="correction">How.</param>
    /// <returns>The tests in the same order, with adjusted p-values.</returns>
    public static IReadOnlyList<ComparisonTest> Adjust(IReadOnlyList<ComparisonTest> family, Correction correction = Correction.Holm)
    {
        ArgumentNullException.ThrowIfNull(family);
        double[] plain = [.. family.Select(t => t.PValue)];
        double[] adjusted = correction == Correction.Holm ? FamilyWise.Holm(plain) : FalseDiscovery.BenjaminiHochberg(plain);
        return [.. family.Select((t, i) => t with
        {
            AdjustedPValue = adjusted[i],
            Verdict = t.Verdict == Verdict.Pass && adjusted[i] > 1 - t.Confidence + 1e-12 ? Verdict.Inconclusive : t.Verdict,
        })];
    }

    /// <summary>The outcome in one line.</summary>
    public override string ToString() => Difference.IsDefined
        ? string.Create(CultureInfo.InvariantCulture, $"{Metric.Name} {Kind} {Limit:0.######}: {Verdict}, difference {Difference.Value:0.######} ({Lower:0.######}, {Upper:0.######}), p {AdjustedPValue ?? PValue:0.######}, {Method}")
        : $"{Metric.Name} {Kind} {Limit.ToString("0.######", CultureInfo.InvariantCulture)}: {Verdict}, {Difference}";
}
