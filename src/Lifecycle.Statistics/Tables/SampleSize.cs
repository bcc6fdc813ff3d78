namespace Lifecycle.Statistics;

/// <summary>How many rows a planned comparison needs.</summary>
public static class SampleSize
{
    /// <summary>
    /// Rows in each of two equal groups so that the two-sided z-test with pooled variance finds a difference of two proportions
    /// (Fleiss, Levin and Paik 2003, formula 4.14).
    /// </summary>
    /// <param name="first">The one proportion, in (0, 1).</param>
    /// <param name="second">The other, different from the first.</param>
    /// <param name="alpha">Two-sided level of the test, in (0, 1).</param>
    /// <param name="power">Chance to find the difference, in (0, 1).</param>
    /// <returns>Rows a group, not rounded.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range, or the proportions are equal.</exception>
    public static double TwoProportions(double first, double second, double alpha = 0.05, double power = 0.8)
    {
        Check(first, nameof(first));
        Check(second, nameof(second));
        Check(alpha, nameof(alpha));
        Check(power, nameof(power));
        ArgumentOutOfRangeException.ThrowIfEqual(second, first);
        double mean = 0.5 * (first + second), distance = first - second;
        double root = NormalDistribution.UpperQuantile(0.5 * alpha) * Math.Sqrt(2 * mean * (1 - mean))
            + NormalDistribution.Quantile(power) * Math.Sqrt(first * (1 - first) + second * (1 - second));
        return root * root / (distance * distance);
    }

    private static void Check(double value, string name)
    {
        if (!(value > 0 && value < 1))
        {
            throw new ArgumentOutOfRangeException(name, value, "The value lies strictly between 0 and 1.");
        }
    }
}
