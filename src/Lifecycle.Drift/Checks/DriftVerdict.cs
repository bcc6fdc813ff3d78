namespace Lifecycle.Drift;

/// <summary>What a check says about a column.</summary>
public enum DriftVerdict
{
    /// <summary>No difference that chance does not explain.</summary>
    Stable,

    /// <summary>A difference that is not chance and too small to matter: the effect is below the floor. Never alarms.</summary>
    Slight,

    /// <summary>A difference that is not chance and large enough to matter.</summary>
    Drift,

    /// <summary>The column could not be compared; the finding says why.</summary>
    NotTested,

    /// <summary>The error of quantile sketches is too large to tell; the finding says which size would decide. Never alarms.</summary>
    TooCoarse,
}

/// <summary>How large a drift is, by the corrected population stability index.</summary>
public enum DriftSeverity
{
    /// <summary>Below .10.</summary>
    None,

    /// <summary>.10 to .25.</summary>
    Moderate,

    /// <summary>Above .25.</summary>
    Major,
}

/// <summary>Measures of how much a column changed.</summary>
public enum Effect
{
    /// <summary>Population stability index, with the part that chance explains taken off.</summary>
    PopulationStabilityIndex,

    /// <summary>Hellinger distance, with the part that chance explains taken off; in [0, 1].</summary>
    Hellinger,

    /// <summary>Wasserstein-1 distance in standard deviations of the reference; numeric columns only.</summary>
    Wasserstein,

    /// <summary>Distance of P(new &gt; old) from one half; in [0, .5]; numeric columns only.</summary>
    ProbabilityOfGreater,

    /// <summary>Cramér's V of the table of coarse bins or labels; in [0, 1].</summary>
    CramersV,

    /// <summary>Kullback-Leibler divergence Σ q ln(q/p) of the new shares from the old ones, with the part that chance explains taken off.</summary>
    KullbackLeibler,

    /// <summary>Jensen-Shannon divergence in nats, with the part that chance explains taken off; in [0, ln 2].</summary>
    JensenShannon,

    /// <summary>Total variation ½ Σ |p - q| of the shares of bins or labels; in [0, 1].</summary>
    TotalVariation,

    /// <summary>Largest difference of a share of bins or labels; in [0, 1].</summary>
    LInfinity,

    /// <summary>Energy distance √(2 ∫ (F - G)²) in roots of a reference standard deviation; numeric columns only.</summary>
    Energy,

    /// <summary>Kolmogorov-Smirnov distance, on a reference's bins the least it can be; in [0, 1]; numeric columns only.</summary>
    KolmogorovSmirnov,
}

/// <summary>How p-values are corrected for the number of columns.</summary>
public enum DriftCorrection
{
    /// <summary>Holm (1979): the chance of any false drift in a report stays below alpha, whatever the dependence.</summary>
    Holm,

    /// <summary>Every p-value times the number of columns.</summary>
    Bonferroni,

    /// <summary>No correction: every column has its own alpha.</summary>
    None,

    /// <summary>
    /// Benjamini and Hochberg (1995): of the columns that are called, at most alpha did not change, on average; for independent or
    /// positively dependent columns.
    /// </summary>
    BenjaminiHochberg,

    /// <summary>Benjamini and Yekutieli (2001): the same whatever the dependence.</summary>
    BenjaminiYekutieli,
}
