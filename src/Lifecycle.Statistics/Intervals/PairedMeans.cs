namespace Lifecycle.Statistics;

/// <summary>The mean of paired differences with Student's t.</summary>
public readonly record struct PairedMeans
{
    /// <summary>Takes the differences of the pairs.</summary>
    /// <param name="differences">First minus second, one a pair; finite.</param>
    public PairedMeans(ReadOnlySpan<double> differences)
    {
        CompensatedSum sum = default, squares = default;
        for (int i = 0; i < differences.Length; i++)
        {
            sum.Add(differences[i]);
        }

        Count = differences.Length;
        Difference = sum.Value / Count;
        for (int i = 0; i < differences.Length; i++)
        {
            double gap = differences[i] - Difference;
            squares.Add(gap * gap);
        }

        StandardError = Count > 1 ? Math.Sqrt(squares.Value / (Count - 1) / Count) : double.NaN;
    }

    /// <summary>Number of pairs.</summary>
    public int Count { get; }

    /// <summary>Mean difference; NaN without a pair.</summary>
    public double Difference { get; }

    /// <summary>Its standard error; NaN with fewer than two pairs.</summary>
    public double StandardError { get; }

    /// <summary>Mean difference in standard errors; 0 when there is no difference at all.</summary>
    public double T => Difference == 0 ? 0 : Difference / StandardError;

    /// <summary>Two-sided p-value of a mean difference of 0.</summary>
    public double PValue => Math.Min(1, 2 * StudentTDistribution.Survival(Math.Abs(T), Count - 1));

    /// <summary>One-sided p-value of a mean difference of at most <paramref name="bound"/>.</summary>
    /// <param name="bound">The greatest mean difference under the hypothesis.</param>
    public double PValueAbove(double bound) =>
        StandardError > 0 ? StudentTDistribution.Survival((Difference - bound) / StandardError, Count - 1) : Difference > bound ? 0 : 1;

    /// <summary>The two-sided interval of the mean difference.</summary>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    /// <returns>NaN ends with fewer than two pairs.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The confidence is out of range.</exception>
    public Interval Interval(double confidence = 0.95)
    {
        _ = Statistics.Interval.HalfTailQuantile(confidence);
        double half = Count > 1 ? StudentTDistribution.Quantile(0.5 * (1 + confidence), Count - 1) * StandardError : double.NaN;
        return new Interval(Difference - half, Difference + half);
    }
}
