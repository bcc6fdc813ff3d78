namespace Lifecycle.Statistics;

/// <summary>The limit law of Kuiper's statistic √n V.</summary>
public static class KuiperDistribution
{
    /// <summary>The survival function.</summary>
    /// <param name="statistic">√n V, any real number; at or below 0 the result is 1.</param>
    /// <returns>P(√n V &gt; statistic).</returns>
    public static double Survival(double statistic) => Math.Exp(LogSurvival(statistic));

    /// <summary>The distribution function, with relative precision in the lower tail.</summary>
    /// <param name="statistic">√n V, any real number.</param>
    /// <returns>P(√n V ≤ statistic).</returns>
    public static double Cdf(double statistic) => statistic < 1 ? LowerSeries(statistic) : -SpecialFunctions.ExpMinusOne(LogSurvival(statistic));

    /// <summary>
    /// The natural logarithm of the survival function: Kuiper's series 2 Σ (4j²λ² - 1) exp(-2j²λ²) from 1 on, below it the series that
    /// Jacobi's theta transformation makes of it.
    /// </summary>
    /// <param name="statistic">√n V, any real number.</param>
    /// <returns>ln P(√n V &gt; statistic), at most 0.</returns>
    public static double LogSurvival(double statistic)
    {
        if (double.IsNaN(statistic))
        {
            return double.NaN;
        }

        if (statistic < 1)
        {
            return SpecialFunctions.Log1p(-LowerSeries(statistic));
        }

        if (double.IsPositiveInfinity(statistic))
        {
            return double.NegativeInfinity;
        }

        double square = statistic * statistic, sum = 0;
        for (int j = 1; j <= 6; j++)
        {
            sum += (4.0 * j * j - 1 / square) * Math.Exp(-2 * (j * j - 1.0) * square);
        }

        return Math.Log(2) + 2 * Math.Log(statistic) + Math.Log(sum) - 2 * square;
    }

    private static double LowerSeries(double statistic)
    {
        if (statistic <= 0.07)
        {
            return 0;
        }

        double sum = 0;
        for (int k = 1; k <= 8; k++)
        {
            sum += k * k * Math.Exp(-k * k * Math.PI * Math.PI / (2 * statistic * statistic));
        }

        return Math.Sqrt(2 * Math.PI) * Math.PI * Math.PI / (statistic * statistic * statistic) * sum;
    }
}
