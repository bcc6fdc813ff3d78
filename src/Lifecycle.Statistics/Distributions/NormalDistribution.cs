namespace Lifecycle.Statistics;

/// <summary>The standard normal distribution, precise to the far tails.</summary>
public static partial class NormalDistribution
{
    private const double SqrtHalf = 0.70710678118654752440;

    /// <summary>The density exp(-z²/2)/√(2π).</summary>
    /// <param name="z">Any real number.</param>
    /// <returns>A value in [0, 0.3990].</returns>
    public static double Density(double z) => Math.Exp(-0.5 * z * z - SpecialFunctions.LogSqrtTwoPi);

    /// <summary>The distribution function Φ(z).</summary>
    /// <param name="z">Any real number.</param>
    /// <returns>P(Z ≤ z), with full relative precision in the lower tail.</returns>
    public static double Cdf(double z) => 0.5 * SpecialFunctions.Erfc(-z * SqrtHalf);

    /// <summary>The survival function 1 - Φ(z), with full relative precision in the upper tail.</summary>
    /// <param name="z">Any real number.</param>
    /// <returns>P(Z &gt; z).</returns>
    public static double Survival(double z) => 0.5 * SpecialFunctions.Erfc(z * SqrtHalf);

    /// <summary>The natural logarithm of the survival function; finite for every finite z below about 1e154.</summary>
    /// <param name="z">Any real number.</param>
    /// <returns>ln P(Z &gt; z).</returns>
    public static double LogSurvival(double z) => z < 1
        ? Math.Log(Survival(z))
        : Math.Log(0.5 * SpecialFunctions.ErfcScaled(z * SqrtHalf)) - 0.5 * z * z;
}
