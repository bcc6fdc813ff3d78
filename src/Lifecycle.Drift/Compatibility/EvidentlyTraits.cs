namespace Lifecycle.Drift;

/// <summary>What Evidently calls a test, and how a score of it is judged.</summary>
/// <param name="Name">Evidently's name.</param>
/// <param name="Threshold">Evidently's default.</param>
/// <param name="IsPValue">Whether small scores are drift.</param>
/// <param name="IncludesThreshold">Whether a score at the threshold is drift.</param>
/// <param name="NeedsNumbers">Whether labels cannot be tested.</param>
internal sealed record EvidentlyTraits(string Name, double Threshold, bool IsPValue, bool IncludesThreshold, bool NeedsNumbers)
{
    public static EvidentlyTraits Of(EvidentlyTest test) => test switch
    {
        EvidentlyTest.KolmogorovSmirnov => new("ks", 0.05, true, true, true),
        EvidentlyTest.Wasserstein => new("wasserstein", 0.1, false, true, true),
        EvidentlyTest.JensenShannon => new("jensenshannon", 0.1, false, true, false),
        EvidentlyTest.PopulationStabilityIndex => new("psi", 0.1, false, true, false),
        EvidentlyTest.KullbackLeibler => new("kl_div", 0.1, false, true, false),
        EvidentlyTest.Hellinger => new("hellinger", 0.1, false, true, false),
        EvidentlyTest.EnergyDistance => new("ed", 0.1, false, false, true),
        EvidentlyTest.MannWhitney => new("mannw", 0.05, true, false, true),
        EvidentlyTest.TwoProportions => new("z", 0.05, true, false, false),
        EvidentlyTest.ChiSquare => new("chisquare", 0.05, true, false, false),
        EvidentlyTest.GTest => new("g_test", 0.1, true, false, false),
        EvidentlyTest.FisherExact => new("fisher_exact", 0.1, true, false, false),
        EvidentlyTest.TotalVariation => new("TVD", 0.1, true, false, false),
        EvidentlyTest.StudentT => new("t_test", 0.05, true, false, true),
        EvidentlyTest.EppsSingleton => new("es", 0.05, true, false, true),
        EvidentlyTest.CramerVonMises => new("cramer_von_mises", 0.1, true, true, true),
        EvidentlyTest.AndersonDarling => new("anderson", 0.1, true, false, true),
        _ => throw new ArgumentOutOfRangeException(nameof(test), test, "A test of the enumeration, for example EvidentlyTest.Wasserstein."),
    };

    public bool IsDrift(double score, double threshold) => IsPValue
        ? score < threshold || (IncludesThreshold && score == threshold)
        : score > threshold || (IncludesThreshold && score == threshold);
}
