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

        Tail tail = new(row, other, column);
        double observed = tail.Log(a), limit = observed + Alike + Rounding * Math.Abs(observed);
        long mode = tail.Mode;
        if (alternative == Alternative.TwoSided)
        {
            tail.Walk(a, a <= mode ? -1 : 1);
            tail.Walk(tail.Opposite(a, limit), a <= mode ? 1 : -1);
        }
        else
        {
            // From the given table outwards; where the mode lies on the way, from the mode both ways.
            int outwards = alternative == Alternative.Greater ? 1 : -1;
            long start = outwards > 0 ? Math.Max(a, mode) : Math.Min(a, mode);
            tail.Walk(start, outwards);
            tail.Walk(start - outwards, -outwards, until: a);
        }

        return TestResult.FromLog(odds, tail.LogSum, PValueMethod.Exact, row, other);
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

    /// <summary>Sums hypergeometric probabilities outwards until they no longer count: O(√n) terms however large the table.</summary>
    private sealed class Tail(long row, long other, long column)
    {
        private const double Negligible = 50;
        private readonly long _first = Math.Max(0, column - other), _last = Math.Min(row, column);
        private double _sum, _scale = double.NegativeInfinity;

        public long Mode { get; } = (long)((Int128)(row + 1) * (column + 1) / (row + other + 2));

        public double LogSum => _scale + Math.Log(_sum);

        public double Log(long k) => HypergeometricDistribution.LogProbability(k, row, other, column);

        public void Walk(long from, int step, long? until = null)
        {
            for (long k = from; k >= _first && k <= _last && (until is null || (until.Value - k) * step >= 0); k += step)
            {
                double log = Log(k);
                if (log < _scale - Negligible)
                {
                    return;
                }

                (_sum, _scale) = log > _scale ? (_sum * Math.Exp(_scale - log) + 1, log) : (_sum + Math.Exp(log - _scale), _scale);
            }
        }

        /// <summary>On the other side of the mode the first table at most as probable as the limit; outside the support if none.</summary>
        public long Opposite(long a, double limit)
        {
            bool right = a <= Mode;
            long near = right ? Math.Max(Mode, a + 1) : Math.Min(Mode, a - 1), far = right ? _last + 1 : _first - 1;
            while (near != far)
            {
                long middle = near + (far - near) / 2;
                (near, far) = Log(middle) <= limit ? (near, middle) : (right ? middle + 1 : middle - 1, far);
            }

            return near;
        }
    }
}
