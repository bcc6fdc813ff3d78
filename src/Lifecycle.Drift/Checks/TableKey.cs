using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>The shape key of a column and the effects that belong to its table of counts.</summary>
internal sealed record TableKey(DriftKey? Key, ChiSquareFinding? ChiSquare, TableEffects Effects, double CramersV)
{
    private const double LeastExpectedOfChiSquare = 5;
    private const string FisherName = "Fisher";

    /// <summary>Pearson's chi-square; Fisher's exact test on a 2 x 2 table that expects fewer than 5 somewhere; no key for a single class.</summary>
    /// <param name="table">The counts.</param>
    /// <param name="classes">What the classes are called: bins, values, labels.</param>
    public static TableKey Of(CountTable table, string classes)
    {
        TableEffects effects = TableEffects.Of(table);
        if (table.Classes < 2)
        {
            return new TableKey(null, null, effects, 0);
        }

        double total = table.ReferenceTotal + table.CurrentTotal;
        double associated = Math.Min(1, Math.Sqrt(effects.Pearson / total));
        if (table.Classes == 2)
        {
            ChiSquareFinding two = Pearson(effects, 2);
            return new TableKey(
                effects.LeastExpected < LeastExpectedOfChiSquare ? Fisher(table, 1, two.Statistic) : new DriftKey($"2 {classes}", two.Statistic, two.LogPValue),
                two, effects, associated);
        }

        if (table.HasThinPool)
        {
            return Split(table, classes, effects, associated);
        }

        ChiSquareFinding square = Pearson(effects, table.Classes);
        return new TableKey(new DriftKey($"{table.Classes} {classes}", square.Statistic, square.LogPValue), square, effects, associated);
    }

    /// <summary>The finding with the effects of this table.</summary>
    public ColumnFinding Fill(ColumnFinding finding) => finding with
    {
        ChiSquare = ChiSquare,
        PopulationStabilityIndex = Effects.StabilityIndex,
        PopulationStabilityIndexCorrected = Effects.StabilityIndexCorrected,
        KullbackLeibler = Effects.KullbackLeibler,
        KullbackLeiblerCorrected = Effects.KullbackLeiblerCorrected,
        JensenShannon = Effects.JensenShannon,
        JensenShannonCorrected = Effects.JensenShannonCorrected,
        Hellinger = Effects.Hellinger,
        HellingerCorrected = Effects.HellingerCorrected,
        TotalVariation = Effects.TotalVariation,
        LInfinity = Effects.LargestDifference,
        CramersV = CramersV,
        Classes = ChiSquare is null ? 1 : ChiSquare.DegreesOfFreedom + 1,
    };

    /// <summary>
    /// A pool of rare classes in which not even one value is expected is far from the law of chi-square: one value would look impossible.
    /// Fisher's exact test of the pool against the rest and chi-square among the rest are independent given the margins, so the smaller p
    /// of the two is as likely as 1 - (1 - p)².
    /// </summary>
    private static TableKey Split(CountTable table, string classes, TableEffects effects, double associated)
    {
        int rare = table.Classes - 1;
        CountTable rest = table.Without(rare);
        ChiSquareFinding square = Pearson(TableEffects.Of(rest), rare);
        DriftKey pool = Fisher(table, rare, square.Statistic);
        double least = Math.Min(square.LogPValue, pool.LogPValue);
        double both = Math.Min(0, least + Math.Log(2 - Math.Exp(least)));
        return new TableKey(new DriftKey($"{rare} {classes} + {FisherName}", square.Statistic, both), square, effects, associated);
    }

    private static ChiSquareFinding Pearson(TableEffects effects, int classes) => new(
        effects.Pearson, classes - 1, Math.Clamp(ChiSquaredDistribution.LogSurvival(effects.Pearson, classes - 1), -1e300, 0));

    /// <summary>Fisher's exact test of one class against all others.</summary>
    private static DriftKey Fisher(CountTable table, int of, double statistic) => new(
        FisherName, statistic,
        FisherExact.Test(
            table.ReferenceTotal - table.Reference[of], table.Reference[of], table.CurrentTotal - table.Current[of], table.Current[of]).LogPValue);
}
