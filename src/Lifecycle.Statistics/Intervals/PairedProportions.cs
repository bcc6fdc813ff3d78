namespace Lifecycle.Statistics;

/// <summary>
/// The difference of two proportions on the same rows by Agresti and Min (2005): one half is added to each of the four cells,
/// so N = n + 2, d = (b' - c')/N and se = √(b' + c' - (b' - c')²/N)/N.
/// </summary>
public readonly record struct PairedProportions
{
    /// <summary>Compares two proportions from the rows on which they differ.</summary>
    /// <param name="firstOnly">b: rows where only the first succeeded.</param>
    /// <param name="secondOnly">c: rows where only the second succeeded.</param>
    /// <param name="rows">All rows, at least b + c.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative, or there are fewer rows than differing ones.</exception>
    public PairedProportions(long firstOnly, long secondOnly, long rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstOnly);
        ArgumentOutOfRangeException.ThrowIfNegative(secondOnly);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, firstOnly + secondOnly);
        double b = firstOnly + 0.5, c = secondOnly + 0.5, n = rows + 2.0;
        Difference = (b - c) / n;
        StandardError = Math.Sqrt(b + c - (b - c) * (b - c) / n) / n;
    }

    /// <summary>The smoothed difference, first minus second.</summary>
    public double Difference { get; }

    /// <summary>Its standard error.</summary>
    public double StandardError { get; }

    /// <summary>The two-sided normal interval of the difference.</summary>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    /// <returns>An interval inside [-1, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The confidence is out of range.</exception>
    public Interval Interval(double confidence = 0.95)
    {
        double half = Statistics.Interval.HalfTailQuantile(confidence) * StandardError;
        return new Interval(Math.Max(-1, Difference - half), Math.Min(1, Difference + half));
    }
}
