namespace Lifecycle.Statistics;

/// <summary>
/// The t-tests of two means: Student's with one variance for both samples, Welch's with a variance each. The law itself is
/// <see cref="StudentTDistribution"/>.
/// </summary>
public static class StudentT
{
    /// <summary>Student's test of two samples of doubles with equal variances.</summary>
    /// <param name="first">First sample; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/>: the first mean is greater.</param>
    /// <returns>
    /// Statistic t, positive where the first mean is greater. Two different constants give an infinite t and
    /// <see cref="PValueMethod.CompleteSeparation"/>; too few values are <see cref="PValueMethod.NotTested"/>.
    /// </returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Alternative alternative = Alternative.TwoSided)
    {
        using FinitePair pair = FinitePair.Of(first, second);
        return Judge(pair, alternative, pooled: true);
    }

    /// <summary>Student's test of two samples of singles with equal variances.</summary>
    /// <param name="first">First sample; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative">Side of the test.</param>
    /// <returns>Statistic t and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(ReadOnlySpan<float> first, ReadOnlySpan<float> second, Alternative alternative = Alternative.TwoSided)
    {
        using FinitePair pair = FinitePair.Of(first, second);
        return Judge(pair, alternative, pooled: true);
    }

    /// <summary>Welch's test of two samples of doubles, whose variances may differ.</summary>
    /// <param name="first">First sample; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/>: the first mean is greater.</param>
    /// <returns>Statistic t and p-value; results without spread as those of <see cref="Test(ReadOnlySpan{double}, ReadOnlySpan{double}, Alternative)"/>.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Welch(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Alternative alternative = Alternative.TwoSided)
    {
        using FinitePair pair = FinitePair.Of(first, second);
        return Judge(pair, alternative, pooled: false);
    }

    /// <summary>Welch's test of two samples of singles, whose variances may differ.</summary>
    /// <param name="first">First sample; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative">Side of the test.</param>
    /// <returns>Statistic t and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Welch(ReadOnlySpan<float> first, ReadOnlySpan<float> second, Alternative alternative = Alternative.TwoSided)
    {
        using FinitePair pair = FinitePair.Of(first, second);
        return Judge(pair, alternative, pooled: false);
    }

    private static TestResult Judge(in FinitePair pair, Alternative alternative, bool pooled)
    {
        int n = pair.First.Length, m = pair.Second.Length;
        if (pooled ? n + m < 3 : n < 2 || m < 2)
        {
            return TestResult.NotTested(n, m);
        }

        SampleMoments a = SampleMoments.Of(pair.First, pair.First[0]), b = SampleMoments.Of(pair.Second, pair.Second[0]);
        double difference = a.Pivot - b.Pivot + (a.Mean - b.Mean);
        if (a.Squares == 0 && b.Squares == 0)
        {
            return difference == 0
                ? TestResult.FromLog(0, 0, PValueMethod.Asymptotic, n, m)
                : TestResult.Separated(Math.Sign(difference), alternative, n, m);
        }

        (double square, double freedom) = pooled ? Pooled(a, b) : Apart(a, b);
        double t = difference / Math.Sqrt(square);
        double log = alternative switch
        {
            Alternative.Greater => StudentTDistribution.LogSurvival(t, freedom),
            Alternative.Less => StudentTDistribution.LogSurvival(-t, freedom),
            _ => Math.Log(2) + StudentTDistribution.LogSurvival(Math.Abs(t), freedom),
        };
        return TestResult.FromLog(t, log, PValueMethod.Asymptotic, n, m);
    }

    private static (double Square, double Freedom) Pooled(in SampleMoments a, in SampleMoments b)
    {
        double freedom = (double)a.Count + b.Count - 2;
        return ((a.Squares + b.Squares) / freedom * (1.0 / a.Count + 1.0 / b.Count), freedom);
    }

    private static (double Square, double Freedom) Apart(in SampleMoments a, in SampleMoments b)
    {
        // Shares of the sum, so that the squares of tiny variances do not vanish.
        double first = a.Variance / a.Count, second = b.Variance / b.Count, square = first + second;
        double share = first / square, other = second / square;
        return (square, 1 / (share * share / (a.Count - 1) + other * other / (b.Count - 1)));
    }
}
