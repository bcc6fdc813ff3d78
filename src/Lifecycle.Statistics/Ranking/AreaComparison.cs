namespace Lifecycle.Statistics;

/// <summary>Two areas under ROC curves of the same rows, compared by DeLong's method.</summary>
/// <param name="First">Estimate of the first scores.</param>
/// <param name="Second">Estimate of the second scores.</param>
/// <param name="Covariance">Covariance of the two areas.</param>
public readonly record struct AreaComparison(AreaEstimate First, AreaEstimate Second, double Covariance)
{
    /// <summary>First area minus second area.</summary>
    public double Difference => First.Area - Second.Area;

    /// <summary>Standard error of the difference; 0 when both rank all rows alike.</summary>
    public double StandardError => Math.Sqrt(Math.Max(0, First.Variance + Second.Variance - 2 * Covariance));

    /// <summary>The difference in standard errors; 0 when there is no difference at all.</summary>
    public double Z => Difference == 0 ? 0 : Difference / StandardError;

    /// <summary>Two-sided p-value of equal areas (normal limit), in (0, 1]; NaN where the variance is undefined.</summary>
    public double PValue => Math.Max(double.Epsilon, Math.Exp(LogPValue));

    /// <summary>Natural logarithm of the two-sided p-value.</summary>
    public double LogPValue => 
        Math.Max(-1e300, Math.Min(0, Math.Log(2) + NormalDistribution.LogSurvival(Math.Abs(Z))));

    /// <summary>Normal interval of the difference.</summary>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    /// <returns>An interval inside [-1, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The confidence is out of range.</exception>
    public Interval DifferenceInterval(double confidence = 0.95)
    {
        double half = Interval.HalfTailQuantile(confidence) * StandardError;
        return new Interval(Math.Max(-1, Difference - half), Math.Min(1, Difference + half));
    }
}
