using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Evidently's scores of two samples of numbers.</summary>
internal static class EvidentlyNumbers
{
    private const double LeastNorm = 0.001;

    public static Scored Score(EvidentlyTest test, SortedSample then, SortedSample now, Defects defects)
    {
        bool asIs = defects == Defects.AsIs;
        return test switch
        {
            EvidentlyTest.KolmogorovSmirnov => new(KolmogorovSmirnov.Test(then, now).PValue),
            EvidentlyTest.Wasserstein => new(Distance(then, now, asIs) / Math.Max(Deviation(then), LeastNorm)),
            EvidentlyTest.EnergyDistance => new(Energy(then, now, asIs)),
            EvidentlyTest.MannWhitney => new(MannWhitney.Test(then, now, asIs ? Alternative.Less : Alternative.TwoSided).PValue),
            EvidentlyTest.StudentT => OfTest(StudentT.Test(then.Values, now.Values), "a sample has too few values"),
            EvidentlyTest.EppsSingleton => OfTest(
                EppsSingleton.Test(then.Values, now.Values), "the interquartile range is 0 or a sample has fewer than 5 values"),
            EvidentlyTest.CramerVonMises => then.Count > 1 && now.Count > 1
                ? new(CramerVonMises.Test(then, now).PValue)
                : Scored.Not("a sample has fewer than 2 values"),
            EvidentlyTest.AndersonDarling => Anderson(then, now, asIs),
            EvidentlyTest.Hellinger => EvidentlyBins.Hellinger(then, now, asIs),
            EvidentlyTest.JensenShannon or EvidentlyTest.PopulationStabilityIndex or EvidentlyTest.KullbackLeibler =>
                EvidentlyBins.Shares(test, then, now, asIs),
            _ => EvidentlyTables.Score(test, LabelTable.Of(then, now, int.MaxValue)!, defects),
        };
    }

    private static Scored OfTest(in TestResult result, string reason) =>
        result.Method == PValueMethod.NotTested ? Scored.Not(reason) : new(result.PValue);

    private static Scored Anderson(SortedSample then, SortedSample now, bool asIs) => LabelTable.Of(then, now, 1) is not null
        ? Scored.Not("all values are the same")
        : new(AndersonDarling.Test(then, now, asIs ? PValueMethod.ScholzStephensTable : PValueMethod.Automatic).PValue);

    private static double Distance(SortedSample then, SortedSample now, bool asIs)
    {
        double distance = Wasserstein.Distance(then, now), mean = asIs ? 0 : ChanceDistances.Of(then, now).Wasserstein;
        return Math.Sqrt(Math.Max(0, (distance - mean) * (distance + mean)));
    }

    private static double Energy(SortedSample then, SortedSample now, bool asIs)
    {
        double distance = EnergyDistance.Distance(then, now);
        return asIs ? distance : Math.Sqrt(Math.Max(0, distance * distance - ChanceDistances.Of(then, now).SquaredEnergy));
    }

    /// <summary>Standard deviation with n in the denominator.</summary>
    private static double Deviation(SortedSample sample)
    {
        (_, double squares) = GridBuilder.Moments(sample.Values);
        return Math.Sqrt(squares / sample.Count);
    }
}
