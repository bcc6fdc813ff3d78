namespace Lifecycle.Statistics;

/// <summary>Adjusted p-values that control the chance of any false rejection; reject where the adjusted value is at most α.</summary>
public static class FamilyWise
{
    /// <summary>Bonferroni: every p-value times their number.</summary>
    /// <param name="pValues">P-values in [0, 1].</param>
    /// <returns>Adjusted p-values in the given order, at most 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is not a probability.</exception>
    public static double[] Bonferroni(ReadOnlySpan<double> pValues)
    {
        double[] adjusted = new double[pValues.Length];
        for (int i = 0; i < adjusted.Length; i++)
        {
            Probability.ThrowIfOutside(pValues[i], nameof(pValues));
            adjusted[i] = Math.Min(1, pValues[i] * pValues.Length);
        }

        return adjusted;
    }

    /// <summary>Holm's step-down procedure (1979): as safe as Bonferroni under any dependence and never weaker.</summary>
    /// <param name="pValues">P-values in [0, 1].</param>
    /// <returns>Adjusted p-values in the given order, at most 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is not a probability.</exception>
    public static double[] Holm(ReadOnlySpan<double> pValues)
    {
        int[] order = PValueOrder.Of(pValues);
        double[] adjusted = new double[order.Length];
        double running = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            running = Math.Max(running, Math.Min(1, pValues[order[rank]] * (order.Length - rank)));
            adjusted[order[rank]] = running;
        }

        return adjusted;
    }
}
