namespace Lifecycle.Statistics;

/// <summary>A distance between two rows of bin counts.</summary>
public enum BinMeasure
{
    /// <summary>Σ (p - q) ln(p/q), half a count added to every bin.</summary>
    PopulationStabilityIndex,

    /// <summary>Σ q ln(q/p) in nats, q the current shares, half a count added to every bin.</summary>
    KullbackLeibler,

    /// <summary>The Jensen-Shannon divergence in nats, half a count added to every bin.</summary>
    JensenShannon,

    /// <summary>The squared Hellinger distance 1 - Σ √(pq), half a count added to every bin.</summary>
    Hellinger,

    /// <summary>½ Σ |p - q| of the plain shares.</summary>
    TotalVariation,

    /// <summary>The largest |p - q| of the plain shares.</summary>
    LInfinity,
}

/// <summary>Where the p-value of a distance comes from.</summary>
public enum DistanceLaw
{
    /// <summary>The scaled distance is χ² with bins - 1 degrees of freedom.</summary>
    ChiSquared,

    /// <summary>Random tables with both margins of the given one.</summary>
    Tables,

    /// <summary>Random assignments of the pooled values to the two samples: exact whatever the distribution and the ties.</summary>
    Permutation,

    /// <summary>Brownian bridges on the pooled ranks: the limit of the permutation law.</summary>
    Bridges,
}
