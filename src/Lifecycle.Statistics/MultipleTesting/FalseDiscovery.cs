namespace Lifecycle.Statistics;

/// <summary>Adjusted p-values that control the share of false rejections; reject where the adjusted value is at most the level.</summary>
public static class FalseDiscovery
{
    /// <summary>Benjamini and Hochberg (1995), for independent or positively dependent tests.</summary>
    /// <param name="pValues">P-values in [0, 1].</param>
    /// <returns>Adjusted p-values in the given order, at most 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is not a probability.</exception>
    public static double[] BenjaminiHochberg(ReadOnlySpan<double> pValues) => StepUp(pValues, 1);

    /// <summary>Benjamini and Yekutieli (2001), for tests under any dependence.</summary>
    /// <param name="pValues">P-values in [0, 1].</param>
    /// <returns>Adjusted p-values in the given order, at most 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is not a probability.</exception>
    public static double[] BenjaminiYekutieli(ReadOnlySpan<double> pValues)
    {
        double harmonic = 0;
        for (int k = pValues.Length; k > 0; k--)
        {
            harmonic += 1.0 / k;
        }

        return StepUp(pValues, harmonic);
    }

    private static double[] StepUp(ReadOnlySpan<double> pValues, double factor)
    {
        int[] order = PValueOrder.Of(pValues);
        double[] adjusted = new double[order.Length];
        double running = 1;
        for (int rank = order.Length; rank > 0; rank--)
        {
            running = Math.Min(running, pValues[order[rank - 1]] * factor * order.Length / rank);
            adjusted[order[rank - 1]] = running;
        }

        return adjusted;
    }
}
