using System.Globalization;

namespace Lifecycle.Drift;

internal sealed partial class QualityCheck
{
    private const double CountingError = 0.0163;
    private const double StandardErrors = 4;

    /// <summary>
    /// Less than half or more than twice as many distinct values. More rows show more distinct values, but never more of them a row: without
    /// a change either the ratio of numbers or that of numbers a row lies on the other side of 1, so both must leave the range, by four
    /// standard errors of counting and of sampling.
    /// </summary>
    private void Cardinality(ReferenceColumn reference, double? distinct, long m)
    {
        if (distinct is not { } now || reference.Distinct is not { } then || then < 1 || m < LeastConstant)
        {
            return;
        }

        double rows = (double)reference.Count / m;
        bool more = Exceeds(now, 1, then) && Exceeds(now, rows, then), fewer = Exceeds(then, 1, now) && Exceeds(then, 1 / rows, now);
        if (more || fewer)
        {
            _facts.Add(new QualityFinding(
                reference.Name, QualityRule.Cardinality, (long)Math.Round(now), now / m, then / reference.Count, null, string.Create(
                    CultureInfo.InvariantCulture,
                    $"About {now:N0} distinct values in {m:N0}, in the reference {then:N0} in {reference.Count:N0}: {(more ? "more than twice" : "less than half")} as many.")));
        }
    }

    /// <summary>Whether a number, taken by a factor, is more than twice another one beyond the errors of both.</summary>
    private static bool Exceeds(double number, double factor, double other) =>
        factor * number - 2 * other > StandardErrors * Math.Sqrt(factor * factor * Variance(number) + 4 * Variance(other));

    /// <summary>Of a sketch, 1.63 % of the number; of the draw, at most the number (values that a like draw misses).</summary>
    private static double Variance(double distinct) => distinct + CountingError * CountingError * distinct * distinct;
}
