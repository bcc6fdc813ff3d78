namespace Lifecycle.Statistics;

/// <summary>The hypergeometric distribution: marked items in a draw without replacement.</summary>
public static class HypergeometricDistribution
{
    /// <summary>The natural logarithm of the probability of exactly k marked items (Loader's product of three binomial terms).</summary>
    /// <param name="k">Marked items in the draw.</param>
    /// <param name="marked">Marked items in the population, at least 0.</param>
    /// <param name="unmarked">Other items in the population, at least 0.</param>
    /// <param name="draws">Items drawn, in [0, marked + unmarked].</param>
    /// <returns>ln P(X = k); negative infinity outside the support.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative or more items are drawn than there are.</exception>
    public static double LogProbability(long k, long marked, long unmarked, long draws)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(marked);
        ArgumentOutOfRangeException.ThrowIfNegative(unmarked);
        ArgumentOutOfRangeException.ThrowIfNegative(draws);
        long size = marked + unmarked;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(draws, size);
        if (k < 0 || k > marked || draws - k < 0 || draws - k > unmarked)
        {
            return double.NegativeInfinity;
        }

        if (draws == 0 || draws == size)
        {
            return 0;
        }

        double p = (double)draws / size, q = (double)(size - draws) / size;
        return SpecialFunctions.LogBinomialTerm(k, marked - k, p, q)
            + SpecialFunctions.LogBinomialTerm(draws - k, unmarked - (draws - k), p, q)
            - SpecialFunctions.LogBinomialTerm(draws, size - draws, p, q);
    }

    /// <summary>The probability of exactly k marked items.</summary>
    /// <param name="k">Marked items in the draw.</param>
    /// <param name="marked">Marked items in the population, at least 0.</param>
    /// <param name="unmarked">Other items in the population, at least 0.</param>
    /// <param name="draws">Items drawn, in [0, marked + unmarked].</param>
    /// <returns>P(X = k).</returns>
    public static double ProbabilityOf(long k, long marked, long unmarked, long draws) =>
        Math.Exp(LogProbability(k, marked, unmarked, draws));
}
