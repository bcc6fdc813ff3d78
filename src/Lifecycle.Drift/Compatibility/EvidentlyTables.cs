using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Evidently's scores of counts over labels, values or bins.</summary>
internal static class EvidentlyTables
{
    private const double Fill = 1e-4;
    private const double FillDivisor = 1e6;

    public static Scored Score(EvidentlyTest test, LabelTable counts, Defects defects)
    {
        bool asIs = defects == Defects.AsIs;
        long[] then = counts.Reference, now = counts.Current;
        return test switch
        {
            EvidentlyTest.TwoProportions => Proportions(counts, asIs),
            EvidentlyTest.ChiSquare or EvidentlyTest.GTest when counts.Count < 2 => Scored.Not("there is only one label"),
            EvidentlyTest.ChiSquare => new(asIs ? OneSample(counts, (o, e) => (o - e) * (o - e) / e) : ChiSquare.Test(then, now, correction: false).Test.PValue),
            EvidentlyTest.GTest when asIs && counts.ReferenceTotal != counts.CurrentTotal => Scored.Not(
                "NotComparable; it takes the reference's counts as expected ones, and scipy refuses samples of different sizes. Defects.Fixed compares them"),
            EvidentlyTest.GTest => new(asIs ? OneSample(counts, (o, e) => o == 0 ? 0 : 2 * o * Math.Log(o / e)) : GTest.Test(then, now).Test.PValue),
            EvidentlyTest.FisherExact => counts.Count <= 2
                ? new(counts.Count < 2 ? 1 : FisherExact.Test(now[1], now[0], then[1], then[0]).PValue)
                : Scored.Not($"it is for two labels and there are {counts.Count}"),
            EvidentlyTest.TotalVariation => new(counts.Count < 2 ? 1 : TotalVariation.Compare(then, now).PValue),
            _ => Shares(test, counts, asIs),
        };
    }

    /// <summary>Distances of shares of labels or values.</summary>
    public static Scored Shares(EvidentlyTest test, LabelTable counts, bool asIs) => asIs
        ? Raw(test, counts.Reference, counts.Current, counts.ReferenceTotal, counts.CurrentTotal)
        : Corrected(test, counts.Reference, counts.Current);

    /// <summary>Half a count added to every class, and what chance explains taken off.</summary>
    public static Scored Corrected(EvidentlyTest test, ReadOnlySpan<long> then, ReadOnlySpan<long> now) => new(test switch
    {
        EvidentlyTest.PopulationStabilityIndex => PopulationStabilityIndex.Compare(then, now).Corrected,
        EvidentlyTest.KullbackLeibler => KullbackLeibler.Compare(now, then).Corrected,
        EvidentlyTest.JensenShannon => Math.Sqrt(JensenShannon.Compare(then, now).Corrected),
        _ => Math.Sqrt(Hellinger.Compare(then, now).Corrected),
    });

    public static Scored Raw(EvidentlyTest test, long[] then, long[] now, double n, double m)
    {
        double[] p = [.. then.Select(c => c / n)], q = [.. now.Select(c => c / m)];
        switch (test)
        {
            case EvidentlyTest.JensenShannon:
                return new(PlainDistances.JensenShannon(p, q));
            case EvidentlyTest.Hellinger:
                return new(Math.Sqrt(1 - Math.Clamp(p.Zip(q, (a, b) => Math.Sqrt(a * b)).Sum(), 0, 1)));
            case EvidentlyTest.PopulationStabilityIndex:
                FillZeros(p);
                FillZeros(q);
                return new(p.Zip(q, (a, b) => (a - b) * Math.Log(a / b)).Sum());
            default:
                FillZeros(p);
                FillZeros(q);
                double sumP = p.Sum(), sumQ = q.Sum();
                return new(p.Zip(q, (a, b) => a / sumP * Math.Log(a / sumP / (b / sumQ))).Sum());
        }
    }

    /// <summary>A share of 0 becomes .0001, or a millionth of the least other share where that is at most .0001; the rest stays as it is.</summary>
    private static void FillZeros(double[] shares)
    {
        double least = shares.Where(s => s > 0).Min(), filling = least <= Fill ? least / FillDivisor : Fill;
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = shares[i] == 0 ? filling : shares[i];
        }
    }

    /// <summary>The new counts against the reference's, scaled to as many, as if these were no sample; 0 at a label the reference does not have.</summary>
    private static double OneSample(LabelTable counts, Func<double, double, double> term)
    {
        double scale = (double)counts.CurrentTotal / counts.ReferenceTotal, statistic = 0;
        for (int i = 0; i < counts.Count; i++)
        {
            statistic += term(counts.Current[i], counts.Reference[i] * scale);
        }

        return double.IsPositiveInfinity(statistic) ? 0 : ChiSquaredDistribution.Survival(statistic, counts.Count - 1);
    }

    private static Scored Proportions(LabelTable counts, bool asIs)
    {
        if (counts.Count < 2)
        {
            return new(1);
        }

        if (counts.Count > 2 && !counts.IsLedByFirst)
        {
            return Scored.Not("it tells the first label in order from the others, and the profile does not keep the texts of all labels");
        }

        // Everything but the first label in order; which of two labels that is changes nothing.
        double n = counts.ReferenceTotal, m = counts.CurrentTotal, first = (n - counts.Reference[0]) / n, second = (m - counts.Current[0]) / m;
        double pooled = (first * n + second * m) / (n + m), z = Math.Abs((first - second) / Math.Sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)));
        return double.IsNaN(z) ? new(1) : new(asIs ? 2 * (1 - NormalDistribution.Cdf(z)) : Math.Max(double.Epsilon, 2 * NormalDistribution.Survival(z)));
    }
}
