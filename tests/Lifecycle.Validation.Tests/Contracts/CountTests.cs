namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>The counts of two public tables.</summary>
public class CountTests
{
    private static ContractFinding Find(ColumnBatch rows, Action<TableColumnRules> rules, string column) =>
        Assert.Single(DataContract.ForColumns("t").Column(column, rules).Check(rows).Findings);

    private static ContractFinding Find(ColumnBatch rows, Action<TableRowRules> rules) => Assert.Single(DataContract.ForColumns("t").Rows(rules).Check(rows).Findings);

    private static void Counts(ContractFinding finding, long unexpected, long evaluated) => Assert.Equal((unexpected, evaluated), (finding.Unexpected, finding.Evaluated));

    private static ColumnBatch Credit()
    {
        ColumnBatch? rows = Loans.CreditScoring();
        Assert.SkipWhen(rows is null, "The table of loans (../shared/data/credit-scoring.csv) is not here.");
        return rows!;
    }

    [Fact]
    public void CreditScoring_Cells()
    {
        ColumnBatch rows = Credit();
        Assert.Equal(4454, rows.RowCount);
        Counts(Find(rows, c => c.Required(), "Income"), 381, 4454);
        Assert.Equal(Verdict.Pass, Find(rows, c => c.Required(mostly: 0.90), "Income").Verdict);
        Assert.Equal(Verdict.Fail, Find(rows, c => c.Required(mostly: 0.92), "Income").Verdict);
        Counts(Find(rows, c => c.Between(10, 500), "Income"), 18, 4073);
        Counts(Find(rows, c => c.In("owner", "rent", "parents", "other", "priv"), "Home"), 20, 4448);
        Counts(Find(rows, c => c.In("owner", "rent", "parents", "other", "priv", "ignore"), "Home"), 0, 4448);
        Counts(Find(rows, c => c.Between(18, 65), "Age"), 11, 4454);
    }

    [Fact]
    public void CreditScoring_RowsAndFigures()
    {
        ColumnBatch rows = Credit();
        Counts(Find(rows, r => r.LessOrEqual("Debt", "Assets")), 5, 4407);
        Counts(Find(rows, r => r.LessOrEqual("Amount", "Price")), 0, 4454);
        Counts(Find(rows, r => r.NoDuplicates()), 2, 4454);
        Counts(Find(rows, r => r.NoConflictingLabels("Status")), 1, 4454 - rows["Status"].NullCount);
        Assert.Equal(1038.9182757072294, Find(rows, c => c.MeanBetween(0), "Amount").Value!.Value.Value, 1e-9);
        Assert.Equal(474.54599865552035, Find(rows, c => c.StandardDeviationBetween(0), "Amount").Value!.Value.Value, 1e-9);
        Assert.Equal(94, Find(rows, c => c.DistinctCountBetween(1), "Expenses").Value!.Value.Value);
    }

    [Fact]
    public void Hmda_Counts()
    {
        ColumnBatch rows = Loans.Hmda();
        Counts(Find(rows, c => c.Between(double.NegativeInfinity, 1), "pirat"), 5, 2380);
        Counts(Find(rows, r => r.LessOrEqual("hirat", "pirat")), 5, 2380);
        Counts(Find(rows, r => r.NoDuplicates()), 3, 2380);
    }

    [Fact]
    public void BrokenRows_AreNamedByNumber()
    {
        ColumnBatch rows = Loans.Hmda();
        ContractFinding finding = Find(rows, c => c.Between(double.NegativeInfinity, 1), "pirat");
        double[] values = rows["pirat"].ToDoubles();
        Assert.Equal([.. Enumerable.Range(0, values.Length).Where(i => values[i] > 1).Select(i => (long)i)], finding.Rows);
        Assert.Empty(finding.Values);
    }
}
