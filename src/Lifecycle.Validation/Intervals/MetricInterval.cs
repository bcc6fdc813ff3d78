using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>A metric with a lower and an upper bound, each one-sided at the confidence; both undefined with the value.</summary>
internal readonly record struct MetricInterval(MetricValue Value, double Lower, double Upper, string? Method)
{
    /// <summary>Wilson for proportions, DeLong on the logit scale for the area under the ROC curve, Student t for means, BCa for the rest.</summary>
    public static MetricInterval Of(Metric metric, EvaluationSet set, double confidence, int replicates, ulong seed)
    {
        MetricValue value = metric.Compute(set);
        if (!value.IsDefined)
        {
            return new MetricInterval(value, 0, 0, null);
        }

        (metric, set) = metric.Resolve(set)!.Value;
        if (metric == Metric.Count)
        {
            return new MetricInterval(value, value.Value, value.Value, "exact");
        }

        if (set.Count < 2)
        {
            return Undefined(UndefinedReason.TooFewRows, null);
        }

        if (confidence == Confidence.None)
        {
            return new MetricInterval(value, value.Value, value.Value, "point");
        }

        double twoSided = 2 * confidence - 1;
        MetricInterval found = metric switch
        {
            _ when set.IsWeighted => Bootstrap.Rows(metric, set, value, confidence, replicates, seed),
            { IsProportion: true } => Wilson(value, twoSided),
            { Terms: { } terms } => StudentT(value, terms(set), confidence),
            { OfCounts: { } of } => Bootstrap.Cells(of, ConfusionCounts.Of(set), value, confidence, replicates, seed),
            _ when metric == Metric.AreaUnderRoc => DeLongLogit(value, set, twoSided),
            _ => Bootstrap.Rows(metric, set, value, confidence, replicates, seed),
        };
        return double.IsFinite(found.Lower) && double.IsFinite(found.Upper) ? found : Undefined(UndefinedReason.NonFinite, found.Method);
    }

    public static MetricInterval Undefined(UndefinedReason reason, string? method) => new(MetricValue.Undefined(reason), 0, 0, method);

    /// <summary>Whether figures differ by more than rounding.</summary>
    public static bool Varies(ReadOnlySpan<double> figures)
    {
        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        foreach (double figure in figures)
        {
            least = Math.Min(least, figure);
            most = Math.Max(most, figure);
        }

        return most - least > 1e-12 * Math.Max(Math.Abs(least), Math.Abs(most));
    }

    private static MetricInterval Wilson(MetricValue value, double twoSided)
    {
        Interval interval = BinomialInterval.Wilson((long)value.Numerator!.Value, (long)value.Denominator!.Value, twoSided);
        return new MetricInterval(value, interval.Lower, interval.Upper, "Wilson");
    }

    private static MetricInterval DeLongLogit(MetricValue value, EvaluationSet set, double twoSided)
    {
        if (!set.Scores.ContainsAnyExcept(set.Scores[0]))
        {
            return Undefined(UndefinedReason.ZeroVariance, "DeLong logit");
        }

        AreaEstimate estimate = DeLong.Estimate(set.Scores, set.Labels);
        Interval interval = estimate.LogitInterval(twoSided);
        bool isKnown = double.IsFinite(interval.Lower) && double.IsFinite(interval.Upper) && Math.Min(estimate.Positives, estimate.Negatives) >= 2;
        return isKnown
            ? new MetricInterval(value, interval.Lower, interval.Upper, "DeLong logit")
            : Undefined(UndefinedReason.TooFewRows, "DeLong logit");
    }

    private static MetricInterval StudentT(MetricValue value, double[] terms, double confidence)
    {
        double[] taken = [.. terms.Where(t => !double.IsNaN(t))];
        if (taken.Length < 2)
        {
            return Undefined(UndefinedReason.TooFewRows, "Student t");
        }

        if (!Varies(taken))
        {
            return Undefined(UndefinedReason.ZeroVariance, "Student t");
        }

        double squares = taken.Sum(t => (t - value.Value) * (t - value.Value));
        double half = StudentTDistribution.Quantile(confidence, taken.Length - 1) * Math.Sqrt(squares / (taken.Length - 1) / taken.Length);
        return half > 0
            ? new MetricInterval(value, value.Value - half, value.Value + half, "Student t")
            : Undefined(UndefinedReason.ZeroVariance, "Student t");
    }
}
