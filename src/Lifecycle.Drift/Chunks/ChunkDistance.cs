namespace Lifecycle.Drift;

/// <summary>How far a chunk lies from the reference.</summary>
public enum ChunkDistance
{
    /// <summary>Jensen-Shannon distance, the root of the divergence in nats, over ten quantile bins of the reference, or over the labels; in [0, .8326].</summary>
    JensenShannon,

    /// <summary>Hellinger distance √(1 - Σ√(pq)) over the same bins or labels; in [0, 1].</summary>
    Hellinger,

    /// <summary>Population stability index over the same bins or labels.</summary>
    PopulationStabilityIndex,

    /// <summary>Largest difference of the distribution functions, from raw values; in [0, 1]. Labels take the Jensen-Shannon distance instead.</summary>
    KolmogorovSmirnov,

    /// <summary>Wasserstein-1 distance in the column's own unit, from raw values. Labels take the Jensen-Shannon distance instead.</summary>
    Wasserstein,

    /// <summary>The distance of a preset of another tool, which <see cref="ChunkedColumn.Method"/> names. A result only, not for asking.</summary>
    Preset,
}
