namespace Lifecycle.Statistics;

/// <summary>Fisher's exact test of a 2 x 2 table.</summary>
public static class FisherExact
{
    private const double Alike = 1e-14;

    // The logarithms themselves carry this relative error.
    private const double Rounding = 1e-13;

    /// <summary>
    /// Tests independence with both margins fixed. Two-sided: the tables that are at most as probable as the given one, with a
    /// relative tolerance of 1e-14 (the definition of R and scipy).
    /// </summary>
    /// <param name="a">First row, first column; all counts are at least 0.</param>
    /// <param name="b">First row, second column.</param>
    /// <param name="c">Second row, first column.</param>
    /// <param name="d">Second row, second column.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/>: odds ratio above 1.</param>
    /// <returns>Statistic = sample odds ratio ad/(bc), infinite or NaN where that divides by 0, and the exact p-value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static TestResult Test(long a, long b, long c, long d, Alternative alternative = Alternative.TwoSided)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(a);
        ArgumentOutOfRangeException.ThrowIfNegative(b);
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        ArgumentOutOfRangeException.ThrowIfNegative(d);
        long row = a + b, other = c + d, column = a + c;
        double odds = (double)a * d / ((double)b * c);
        if (row == 0 || other == 0 || column == 0 || b + d == 0)
        {
            return TestResult.FromLog(double.NaN, 0, PValueMethod.Exact, row, other);
        }

        double observed = HypergeometricDistribution.LogProbability(a, row, other, column), sum = 0;
        long first = Math.Max(0, column - other), last = Math.Min(row, column);
        (first, last) = alternative switch
        {
            Alternative.Less => (first, a),
            Alternative.Greater => (a, last),
            _ => (first, last),
        };
        double limit = alternative == Alternative.TwoSided ? observed + Alike + Rounding * Math.Abs(observed) : double.PositiveInfinity, scale = double.NegativeInfinity;
        for (long k = first; k <= last; k++)
        {
            double log = HypergeometricDistribution.LogProbability(k, row, other, column);
            if (log <= limit)
            {
                (sum, scale) = log > scale ? (sum * Math.Exp(scale - log) + 1, log) : (sum + Math.Exp(log - scale), scale);
            }
        }

        return TestResult.FromLog(odds, scale + Math.Log(sum), PValueMethod.Exact, row, other);
    }

    /// <summary>Tests a 2 x 2 table given as rows.</summary>
    /// <param name="table">Two rows of two counts.</param>
    /// <param name="alternative">Side of the test.</param>
    /// <returns>Statistic = sample odds ratio, and the exact p-value.</returns>
    /// <exception cref="ArgumentException">The table is not 2 x 2 or a count is negative.</exception>
    public static TestResult Test(long[][] table, Alternative alternative = Alternative.TwoSided)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Length != 2 || table[0].Length != 2 || table[1].Length != 2)
        {
            throw new ArgumentException("Fisher's exact test takes two rows of two counts.", nameof(table));
        }

        return Test(table[0][0], table[0][1], table[1][0], table[1][1], alternative);
    }
}
