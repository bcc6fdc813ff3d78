using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// The ends between which p-values lie when shares come from sketches: the reference's distribution function moves towards the new one, or away
/// from it, by the rank error at each edge, and its shares of bins by the mass error.
/// </summary>
internal static class SketchBounds
{
    /// <summary>The finding at the weak end, with the strong end beside it; as it is when all counts are exact.</summary>
    public static ColumnFinding Of(ColumnFinding finding, NumericColumn reference, NumericTally current, CountTable table)
    {
        double rank = reference.RankError + current.RankError, mass = reference.MassError + current.MassError;
        if (!(rank > 0))
        {
            return finding;
        }

        DriftKey[] weak = Keys(finding, reference, current, table, rank, mass), strong = Keys(finding, reference, current, table, -rank, -mass);
        return finding with
        {
            Keys = weak,
            LogPValue = Combined(weak),
            KolmogorovSmirnov = finding.KolmogorovSmirnov is { } ks ? Widened(ks, rank, finding) : null,
            Doubt = new SketchDoubt(rank, Combined(strong), 0, 0),
        };
    }

    /// <summary>The finding with the distance and size that would decide it.</summary>
    public static SketchDoubt Decided(ColumnFinding finding, double alpha)
    {
        double n = finding.Reference.Count, m = finding.Current.Count;
        double critical = Math.Sqrt(-0.5 * Math.Log(0.5 * alpha) * (1 / n + 1 / m));
        double both = finding.Doubt!.RankError > finding.LargestRankError ? 2 : 1;
        return finding.Doubt with { CriticalDistance = critical, SketchSize = QuantileSketch.SizeFor(0.5 * critical / both) };
    }

    public static string Reason(SketchDoubt doubt) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"the rank error of the sketches, {100 * doubt.RankError:0.00} %, is more than half of the {100 * doubt.CriticalDistance:0.00} % that would be significant; ")
        + (doubt.SketchSize <= QuantileSketch.MostK
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"build the profile with SketchSize({doubt.SketchSize}) or more, or with TwoPass() for exact counts")
            : "build the profile with TwoPass() for exact counts");

    private static double Combined(DriftKey[] keys) =>
        keys.Length == 1 ? keys[0].LogPValue : PValueCombination.Cauchy([.. keys.Select(k => k.LogPValue)]).LogPValue;

    private static KolmogorovSmirnovFinding Widened(KolmogorovSmirnovFinding ks, double rank, ColumnFinding finding)
    {
        double least = Math.Max(0, ks.Statistic - rank), most = Math.Min(1, ks.AtMost + rank);
        return new KolmogorovSmirnovFinding(least, most, OrderStatistics.LogKolmogorovSmirnov(least, finding.Reference.Count, finding.Current.Count));
    }

    /// <param name="finding">The finding at the point estimate.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="current">The new counts.</param>
    /// <param name="table">Coarse counts.</param>
    /// <param name="rank">How far the distribution functions come together; negative to move them apart.</param>
    /// <param name="mass">The same for the share of a coarse bin.</param>
    private static DriftKey[] Keys(ColumnFinding finding, NumericColumn reference, NumericTally current, CountTable table, double rank, double mass)
    {
        DriftKey order = reference.Kind == ColumnKind.Continuous ? AndersonDarling(reference, current, rank) : MannWhitney(reference, current, rank);
        return finding.Keys.Count < 2 ? [order] : [order, Shape(finding.Keys[1].Name, table, mass)];
    }

    private static double Moved(double difference, double by) => difference < 0 ? Math.Min(0, difference + by) : Math.Max(0, difference - by);

    private static DriftKey AndersonDarling(NumericColumn reference, NumericTally current, double rank)
    {
        double n = reference.Count, m = current.Count, size = n + m, a = 0, c = 0, squared = 0;
        for (int bin = 0; bin < reference.Counts.Length; bin++)
        {
            double mine = reference.Counts[bin], theirs = current.Bins[bin], tied = mine + theirs;
            if (tied == 0)
            {
                continue;
            }

            double pooled = a + c + 0.5 * tied, difference = Moved((a + 0.5 * mine) / n - (c + 0.5 * theirs) / m, rank);
            double spread = pooled * (size - pooled) - 0.25 * size * tied, x = n * m * difference;
            squared += spread > 0 ? tied / size * x * x * (1 / n + 1 / m) / spread : 0;
            (a, c) = (a + mine, c + theirs);
        }

        squared *= (size - 1) / size;
        return new DriftKey(OrderStatistics.AndersonDarlingName, squared, OrderStatistics.LogAndersonDarling(squared, reference.Count, current.Count));
    }

    private static DriftKey MannWhitney(NumericColumn reference, NumericTally current, double rank)
    {
        double n = reference.Count, m = current.Count, a = 0, c = 0, greater = 0, ties = 0;
        for (int bin = 0; bin < reference.Counts.Length; bin++)
        {
            double mine = reference.Counts[bin], theirs = current.Bins[bin], tied = mine + theirs;
            greater += mine / n * ((c + 0.5 * theirs) / m);
            ties += tied * tied * tied - tied;
            (a, c) = (a + mine, c + theirs);
        }

        double u = n * m * (0.5 + Moved(greater - 0.5, rank));
        return new DriftKey(OrderStatistics.MannWhitneyName, u, OrderStatistics.LogMannWhitney(u, n, m, ties));
    }

    /// <summary>Pearson's statistic with each reference share moved towards the new one, or away from it, and all shares made to add up to 1.</summary>
    private static DriftKey Shape(string name, CountTable table, double mass)
    {
        double n = table.ReferenceTotal, m = table.CurrentTotal, total = 0, statistic = 0;
        double[] shares = new double[table.Classes];
        for (int b = 0; b < shares.Length; b++)
        {
            double now = table.Current[b] / m;
            shares[b] = Math.Max(0, now + Moved(table.Reference[b] / n - now, mass));
            total += shares[b];
        }

        for (int b = 0; b < shares.Length; b++)
        {
            double then = shares[b] / total, now = table.Current[b] / m;
            statistic += then + now > 0 ? n * m * (then - now) * (then - now) / (n * then + m * now) : 0;
        }

        return new DriftKey(name, statistic, Math.Clamp(ChiSquaredDistribution.LogSurvival(statistic, shares.Length - 1), -1e300, 0));
    }
}
