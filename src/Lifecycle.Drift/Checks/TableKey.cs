using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>The shape key of a column and the effects that belong to its table of counts.</summary>
internal sealed record TableKey(
    DriftKey? Key, ChiSquareFinding? ChiSquare, BinDistance StabilityIndex, BinDistance HellingerSquared, double CramersV)
{
    private const double LeastExpectedOfChiSquare = 5;

    /// <summary>Pearson's chi-square; Fisher's exact test on a 2 x 2 table that expects fewer than 5 somewhere; no key for a single class.</summary>
    /// <param name="table">The counts.</param>
    /// <param name="classes">What the classes are called: bins, values, labels.</param>
    public static TableKey Of(CountTable table, string classes)
    {
        BinDistance psi = PopulationStabilityIndex.Compare(table.Reference, table.Current);
        BinDistance hellinger = Statistics.Hellinger.Compare(table.Reference, table.Current);
        if (table.Classes < 2)
        {
            return new TableKey(null, null, psi, hellinger, 0);
        }

        TableTest test = Statistics.ChiSquare.Test(table.Reference, table.Current, correction: false);
        ChiSquareFinding square = new(test.Test.Statistic, test.DegreesOfFreedom, test.Test.LogPValue);
        DriftKey key = new($"{table.Classes} {classes}", square.Statistic, square.LogPValue);
        if (table.Classes == 2 && test.LeastExpected < LeastExpectedOfChiSquare)
        {
            TestResult exact = FisherExact.Test(table.Reference[0], table.Reference[1], table.Current[0], table.Current[1]);
            key = new DriftKey("Fisher", square.Statistic, exact.LogPValue);
        }

        double total = table.ReferenceTotal + table.CurrentTotal;
        return new TableKey(key, square, psi, hellinger, Math.Sqrt(square.Statistic / total));
    }

    /// <summary>The finding with the effects of this table.</summary>
    public ColumnFinding Fill(ColumnFinding finding) => finding with
    {
        ChiSquare = ChiSquare,
        PopulationStabilityIndex = StabilityIndex.Value,
        PopulationStabilityIndexCorrected = StabilityIndex.Corrected,
        Hellinger = Math.Sqrt(HellingerSquared.Value),
        HellingerCorrected = Math.Sqrt(HellingerSquared.Corrected),
        CramersV = CramersV,
    };
}
