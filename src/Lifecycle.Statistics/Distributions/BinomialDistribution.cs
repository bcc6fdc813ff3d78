namespace Lifecycle.Statistics;

/// <summary>The binomial distribution: successes in n independent trials of probability p.</summary>
public static class BinomialDistribution
{
    /// <summary>The natural logarithm of the probability of exactly k successes (Loader 2000, saddle-point form).</summary>
    /// <param name="k">Successes.</param>
    /// <param name="n">Trials, at least 0.</param>
    /// <param name="p">Probability of a success, in [0, 1].</param>
    /// <returns>ln P(X = k); negative infinity outside the support.</returns>
    public static double LogProbability(long k, long n, double p)
    {
        Check(n, p);
        if (k < 0 || k > n || (p == 0 && k > 0) || (p == 1 && k < n))
        {
            return double.NegativeInfinity;
        }

        return p is 0 or 1 ? 0 : SpecialFunctions.LogBinomialTerm(k, n - k, p, 1 - p);
    }

    /// <summary>The probability of exactly k successes.</summary>
    /// <param name="k">Successes.</param>
    /// <param name="n">Trials, at least 0.</param>
    /// <param name="p">Probability of a success, in [0, 1].</param>
    /// <returns>P(X = k).</returns>
    public static double ProbabilityOf(long k, long n, double p) => Math.Exp(LogProbability(k, n, p));

    /// <summary>The distribution function, as the incomplete beta I_{1-p}(n-k, k+1).</summary>
    /// <param name="k">Successes.</param>
    /// <param name="n">Trials, at least 0.</param>
    /// <param name="p">Probability of a success, in [0, 1].</param>
    /// <returns>P(X ≤ k).</returns>
    public static double Cdf(long k, long n, double p) => Math.Exp(LogTails(k, n, p).Lower);

    /// <summary>The survival function.</summary>
    /// <param name="k">Successes.</param>
    /// <param name="n">Trials, at least 0.</param>
    /// <param name="p">Probability of a success, in [0, 1].</param>
    /// <returns>P(X &gt; k).</returns>
    public static double Survival(long k, long n, double p) => Math.Exp(LogTails(k, n, p).Upper);

    /// <summary>The natural logarithm of the distribution function.</summary>
    /// <param name="k">Successes.</param>
    /// <param name="n">Trials, at least 0.</param>
    /// <param name="p">Probability of a success, in [0, 1].</param>
    /// <returns>ln P(X ≤ k).</returns>
    public static double LogCdf(long k, long n, double p) => LogTails(k, n, p).Lower;

    /// <summary>The natural logarithm of the survival function.</summary>
    /// <param name="k">Successes.</param>
    /// <param name="n">Trials, at least 0.</param>
    /// <param name="p">Probability of a success, in [0, 1].</param>
    /// <returns>ln P(X &gt; k).</returns>
    public static double LogSurvival(long k, long n, double p) => LogTails(k, n, p).Upper;

    private static (double Lower, double Upper) LogTails(long k, long n, double p)
    {
        Check(n, p);
        if (k < 0)
        {
            return (double.NegativeInfinity, 0);
        }

        if (k >= n)
        {
            return (0, double.NegativeInfinity);
        }

        (double lower, double upper) = SpecialFunctions.LogBetaTails(k + 1.0, n - k, p, 1 - p);
        return (upper, lower);
    }

    private static void Check(long n, double p)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        Probability.ThrowIfOutside(p);
    }
}
