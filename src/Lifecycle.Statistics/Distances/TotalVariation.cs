namespace Lifecycle.Statistics;

/// <summary>The total variation distance ½ Σ |p - q| of bin shares.</summary>
public static class TotalVariation
{
    /// <summary>The distance of the plain shares.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <returns>A distance in [0, 1].</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static double Distance(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        (double n, double m) = BinShares.Require(reference, current);
        CompensatedSum sum = default;
        for (int b = 0; b < reference.Length; b++)
        {
            sum.Add(Math.Abs(reference[b] / n - current[b] / m));
        }

        return 0.5 * sum.Value;
    }
}
