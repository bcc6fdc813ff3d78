namespace Lifecycle.Statistics;

/// <summary>An area under the ROC curve with the sampling error of DeLong, DeLong and Clarke-Pearson (1988).</summary>
/// <param name="Area">The area, in [0, 1]; NaN when a class has no row.</param>
/// <param name="Variance">Variance of the area; NaN when a class has fewer than two rows.</param>
/// <param name="Positives">Positive rows.</param>
/// <param name="Negatives">Negative rows.</param>
public readonly record struct AreaEstimate(double Area, double Variance, int Positives, int Negatives)
{
    /// <summary>Standard error of the area.</summary>
    public double StandardError => Math.Sqrt(Variance);

    /// <summary>
    /// The two-sided interval on the logit scale. At an area of 1, where the variance is 0, the lower end is
    /// α^(1/min(positives, negatives)) with α = 1 - confidence; an area of 0 is mirrored.
    /// </summary>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    /// <returns>An interval inside [0, 1]; NaN ends when the area or its variance is undefined.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The confidence is out of range.</exception>
    public Interval LogitInterval(double confidence = 0.95)
    {
        double z = Interval.HalfTailQuantile(confidence);
        if (Area is 0 or 1)
        {
            double bound = Math.Pow(1 - confidence, 1.0 / Math.Min(Positives, Negatives));
            return Area == 1 ? new Interval(bound, 1) : new Interval(0, 1 - bound);
        }

        double logit = Math.Log(Area / (1 - Area)), half = z * StandardError / (Area * (1 - Area));
        return new Interval(1 / (1 + Math.Exp(half - logit)), 1 / (1 + Math.Exp(-half - logit)));
    }
}
