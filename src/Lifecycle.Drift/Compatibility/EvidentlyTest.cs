namespace Lifecycle.Drift;

/// <summary>
/// Evidently's drift tests by the name their formulas have in the field. Scores are p-values (small is drift) or distances (large is drift); the
/// thresholds in brackets are Evidently's defaults.
/// </summary>
public enum EvidentlyTest
{
    /// <summary><c>ks</c>: two-sample Kolmogorov-Smirnov, p-value (≤ .05). Numbers.</summary>
    KolmogorovSmirnov,

    /// <summary><c>wasserstein</c>: Wasserstein-1 over the reference's standard deviation, ddof 0 and at least .001 (≥ .1). Numbers.</summary>
    Wasserstein,

    /// <summary><c>jensenshannon</c>: root of the Jensen-Shannon divergence in nats (≥ .1). Numbers on bins, labels.</summary>
    JensenShannon,

    /// <summary><c>psi</c>: population stability index (≥ .1). Numbers on bins, labels.</summary>
    PopulationStabilityIndex,

    /// <summary><c>kl_div</c>: Kullback-Leibler divergence of the reference from the new data, in nats (≥ .1). Numbers on bins, labels.</summary>
    KullbackLeibler,

    /// <summary><c>hellinger</c>: Hellinger distance (≥ .1). Numbers on bins of their own kind, labels.</summary>
    Hellinger,

    /// <summary><c>ed</c>: energy distance in the root of the column's unit (&gt; .1). Numbers.</summary>
    EnergyDistance,

    /// <summary><c>mannw</c>: Mann-Whitney, p-value of the one side "the reference is less" (&lt; .05). Numbers.</summary>
    MannWhitney,

    /// <summary><c>z</c>: two proportions of one label, p-value (&lt; .05). Two labels.</summary>
    TwoProportions,

    /// <summary><c>chisquare</c>: one-sample chi-square with the reference's shares as exact, p-value (&lt; .05). Labels.</summary>
    ChiSquare,

    /// <summary><c>g_test</c>: one-sample log-likelihood ratio with the reference's counts as expected ones, p-value (&lt; .1). Labels.</summary>
    GTest,

    /// <summary><c>fisher_exact</c>: Fisher's exact test, p-value (&lt; .1). Two labels.</summary>
    FisherExact,

    /// <summary><c>TVD</c>: permutation p-value of the total variation distance (&lt; .1). Labels.</summary>
    TotalVariation,

    /// <summary><c>t_test</c>: Student's t with equal variances, p-value (&lt; .05). Numbers.</summary>
    StudentT,

    /// <summary><c>es</c>: Epps-Singleton, p-value (&lt; .05). Numbers.</summary>
    EppsSingleton,

    /// <summary><c>cramer_von_mises</c>: Cramér-von Mises, p-value (≤ .1). Numbers.</summary>
    CramerVonMises,

    /// <summary><c>anderson</c>: Anderson-Darling, p-value kept within .001 to .25 (&lt; .1). Numbers.</summary>
    AndersonDarling,
}
