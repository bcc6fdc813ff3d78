namespace Lifecycle.Drift;

/// <summary>Effects as they are called in reports.</summary>
internal static class Effects
{
    public static string Name(Effect effect) => effect switch
    {
        Effect.PopulationStabilityIndex => "PSI",
        Effect.Wasserstein => "Wasserstein / sd",
        Effect.ProbabilityOfGreater => "|P(new &gt; old) − ½|",
        Effect.CramersV => "Cramér's V",
        Effect.KullbackLeibler => "Kullback-Leibler",
        Effect.JensenShannon => "Jensen-Shannon",
        Effect.TotalVariation => "total variation",
        Effect.LInfinity => "L-infinity",
        Effect.KolmogorovSmirnov => "Kolmogorov-Smirnov",
        _ => effect.ToString(),
    };
}
