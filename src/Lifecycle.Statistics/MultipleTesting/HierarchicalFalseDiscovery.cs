namespace Lifecycle.Statistics;

/// <summary>Discoveries in families of tests, for example the columns of several tables.</summary>
public sealed class HierarchicalDiscoveries
{
    internal HierarchicalDiscoveries(double level, double[] familyPValues, double[][] adjusted)
    {
        Level = level;
        FamilyPValues = familyPValues;
        FamilyAdjusted = FalseDiscovery.BenjaminiHochberg(familyPValues);
        RejectedFamilies = [.. FamilyAdjusted.Select(p => p <= level)];
        double share = (double)RejectedFamilies.Count(r => r) / familyPValues.Length;
        Adjusted = [.. adjusted.Select((family, f) => family.Select(p => RejectedFamilies[f] ? Math.Min(1, p / share) : 1).ToArray())];
    }

    /// <summary>The level q of both stages.</summary>
    public double Level { get; }

    /// <summary>Simes' p-value of each family: min over ranks i of k p₍ᵢ₎/i.</summary>
    public IReadOnlyList<double> FamilyPValues { get; }

    /// <summary>The families' p-values adjusted by Benjamini and Hochberg.</summary>
    public IReadOnlyList<double> FamilyAdjusted { get; }

    /// <summary>Which families hold a discovery.</summary>
    public IReadOnlyList<bool> RejectedFamilies { get; }

    /// <summary>
    /// P-values by family, adjusted inside it and for the selection of families; reject where at most <see cref="Level"/>. All 1 in
    /// families that are not rejected.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<double>> Adjusted { get; }
}

/// <summary>
/// Selective testing of families (Benjamini and Bogomolov 2014): Benjamini-Hochberg over the families' Simes p-values, and inside the R of
/// F families it rejects Benjamini-Hochberg at level q R/F. Controls the mean over the rejected families of the false discovery rate.
/// </summary>
public static class HierarchicalFalseDiscovery
{
    /// <summary>Tests the families.</summary>
    /// <param name="families">P-values in [0, 1] by family, at least one each.</param>
    /// <param name="level">The level q, in (0, 1).</param>
    /// <returns>Rejected families and adjusted p-values.</returns>
    /// <exception cref="ArgumentException">A family is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is not a probability or the level is not in (0, 1).</exception>
    public static HierarchicalDiscoveries Test(IReadOnlyList<IReadOnlyList<double>> families, double level = 0.05)
    {
        ArgumentNullException.ThrowIfNull(families);
        ErrorLevel.Require(level);
        double[][] adjusted = new double[families.Count][];
        double[] simes = new double[families.Count];
        for (int f = 0; f < adjusted.Length; f++)
        {
            if (families[f].Count == 0)
            {
                throw new ArgumentException($"Family {f} has no p-values; leave it out.", nameof(families));
            }

            // Simes' p-value is the least of the values adjusted by Benjamini and Hochberg.
            adjusted[f] = FalseDiscovery.BenjaminiHochberg([.. families[f]]);
            simes[f] = adjusted[f].Min();
        }

        return new HierarchicalDiscoveries(level, simes, adjusted);
    }
}
