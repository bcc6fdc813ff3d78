using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// A metric of these rows against a value measured on others: Newcombe for differences of shares, Katz for their ratios, else both
/// intervals joined (MOVER, Zou and Donner 2008; for ratios Donner and Zou 2012), the other's spread scaled by its number of rows.
/// </summary>
internal static class IndependentDifference
{
    private const string Joined = "MOVER, spread of the candidate scaled", OfWilson = "MOVER of Wilson intervals";

    public static PairedEstimate Of(Metric metric, EvaluationSet set, BaselineValue other, PairedScale scale, double confidence, ValidationOptions options)
    {
        (metric, set) = metric.Resolve(set) ?? (metric, set);
        MetricValue own = metric.Compute(set), value = scale.Of(metric, own, MetricValue.Of(other.Value));
        if (value.IsDefined && set.Count < 2)
        {
            return PairedEstimate.Undefined(UndefinedReason.TooFewRows, Joined);
        }

        if (!value.IsDefined || confidence == Confidence.None)
        {
            return value.IsDefined ? PairedEstimate.Exact(value, "point") : PairedEstimate.Undefined(value.Reason!.Value, Joined);
        }

        if (other.Rows is not { } rows)
        {
            return PairedEstimate.Undefined(UndefinedReason.MissingBaseline, "unknown rows");
        }

        if (metric.IsProportion && !set.IsWeighted)
        {
            long successes = (long)own.Numerator!.Value, trials = (long)own.Denominator!.Value, others = (long)Math.Round(other.Value * rows);
            return scale == PairedScale.Difference
                ? PairedEstimate.Independent(value, c => Oriented(metric, BinomialInterval.NewcombeDifference(successes, trials, others, rows, c)), "Newcombe")
                : successes == 0 || successes == trials || others == 0 || others == rows
                    ? AtTheEdge(metric, value, scale, (successes, trials), (others, rows), 2 * confidence - 1)
                : PairedEstimate.Independent(value, c => Scaled(metric, scale, other.Value, BinomialInterval.KatzRatio(successes, trials, others, rows, c)), "Katz");
        }

        double share = Math.Sqrt(set.Count / (double)rows);
        MetricInterval candidate = MetricInterval.Of(metric, set, confidence, options.Replicates, options.Seed);
        if (!candidate.Value.IsDefined)
        {
            return PairedEstimate.Undefined(candidate.Value.Reason!.Value, Joined);
        }

        double below = own.Value - candidate.Lower, above = candidate.Upper - own.Value;
        Interval difference = new(
            own.Value - other.Value - double.Hypot(below, share * above), own.Value - other.Value + double.Hypot(above, share * below));
        if (scale == PairedScale.Difference)
        {
            return PairedEstimate.Independent(value, _ => Oriented(metric, difference), Joined);
        }

        Interval? ratio = Ratio(own.Value, below, above, other.Value, share * below, share * above);
        return ratio is { } found
            ? PairedEstimate.Independent(value, _ => Scaled(metric, scale, other.Value, found), Joined)
            : PairedEstimate.Undefined(UndefinedReason.TooFewRows, Joined);
    }

    private static Interval Oriented(Metric metric, Interval interval) =>
        PairedScales.Orientation(metric) > 0 ? interval : new Interval(-interval.Upper, -interval.Lower);

    /// <summary>A share of 0 or 1 has no width on Katz' scale, however few rows there are; Wilson's intervals have.</summary>
    private static PairedEstimate AtTheEdge(
        Metric metric, MetricValue value, PairedScale scale, (long Successes, long Trials) own, (long Successes, long Trials) other, double twoSided)
    {
        Interval one = BinomialInterval.Wilson(own.Successes, own.Trials, twoSided), two = BinomialInterval.Wilson(other.Successes, other.Trials, twoSided);
        double p = (double)own.Successes / own.Trials, q = (double)other.Successes / other.Trials;
        return Ratio(p, p - one.Lower, one.Upper - p, q, q - two.Lower, two.Upper - q) is { } found
            ? PairedEstimate.Independent(value, _ => Scaled(metric, scale, q, found), OfWilson)
            : PairedEstimate.Undefined(UndefinedReason.TooFewRows, OfWilson);
    }

    /// <summary>A change over the size of the other value; below 0 a greater ratio is a lower value.</summary>
    private static Interval Scaled(Metric metric, PairedScale scale, double other, Interval ratio) => scale == PairedScale.Ratio ? ratio
        : Oriented(metric, other > 0 ? new Interval(ratio.Lower - 1, ratio.Upper - 1) : new Interval(1 - ratio.Upper, 1 - ratio.Lower));

    /// <summary>MOVER-R of two values of the same sign; null when the second may be 0.</summary>
    private static Interval? Ratio(double first, double below, double above, double second, double otherBelow, double otherAbove)
    {
        if (first < 0 && second < 0)
        {
            return Ratio(-first, above, below, -second, otherAbove, otherBelow) is { } mirrored ? new Interval(mirrored.Lower, mirrored.Upper) : null;
        }

        double l = first - below, u = first + above, otherL = second - otherBelow, otherU = second + otherAbove;
        if (first < 0 || otherL <= 0 || otherBelow >= second || otherAbove >= second)
        {
            return null;
        }

        double product = first * second;
        double low = product * product - l * otherU * (2 * first - l) * (2 * second - otherU), high = product * product - u * otherL * (2 * first - u) * (2 * second - otherL);
        return new Interval(
            (product - Math.Sqrt(Math.Max(0, low))) / (otherU * (2 * second - otherU)), (product + Math.Sqrt(Math.Max(0, high))) / (otherL * (2 * second - otherL)));
    }
}
