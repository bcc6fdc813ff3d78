using System.Text;
using Lifecycle.Data;
using Lifecycle.Validation;
using Microsoft.Data.Sqlite;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests.Contracts;

/// <summary>Contracts in front of ML.NET, which looks at names and types of columns only, and at those late.</summary>
public sealed class ContractTests
{
    private static readonly ColumnContract Inputs = DataContract.ForColumns("loans")
        .Column("ratio", c => c.OfType(ColumnType.Single).Required().Between(0, 1))
        .Column("income", c => c.OfType(ColumnType.Single).Required().Between(0, 1_000))
        .Column("region", c => c.Required().In("north", "south", "east"))
        .Column("Label", c => c.OfType(ColumnType.Boolean).When(Stage.Training))
        .Rows(r => r.ColumnsExist().NoUnknownColumns());

    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void Contract_ChecksColumns_BeforeTraining()
    {
        ColumnBatch good = LoanTable.Rows(10_000);
        Assert.True(Inputs.Check(good.ToDataView()).Passed, Inputs.Check(good.ToDataView()).ToString());

        // The column has another name and another type, one income is missing and one region is new: ML.NET trains on the last two without a word.
        float[] income = good.Column<float>("income").Values.ToArray();
        string[] region = good.Column<string>("region").Values.ToArray();
        (income[4_096], region[17], region[18]) = (float.NaN, "", "west");
        IDataView odd = new ColumnBatch([good["ratio"], BatchColumn.Of<float>("income", income), BatchColumn.Of<string>("region", region), good["Label"]]).ToDataView();
        Assert.NotNull(LoanTable.Features(_context).Append(_context.BinaryClassification.Trainers.LbfgsLogisticRegression()).Fit(odd));
        ContractResult result = Inputs.Check(odd);
        Assert.Equal((Verdict.Fail, ExitCode.ContractBroken, 10_000), (result.Verdict, result.ExitCode, (int)result.Rows));
        Assert.Equal([4_096L], result.Findings.Single(f => f is { Kind: "required", Columns: ["income"] }).Rows);
        Assert.Equal([17L], result.Findings.Single(f => f is { Kind: "required", Columns: ["region"] }).Rows);
        Assert.Equal([18L], result.Findings.Single(f => f is { Kind: "in", Columns: ["region"] }).Rows);

        IDataView renamed = new ColumnBatch([good["ratio"], BatchColumn.Of<string>("incomes", region), good["region"]]).ToDataView();
        ContractResult names = Inputs.Check(renamed, new ContractOptions { Stage = Stage.Serving });
        Assert.Contains("'income' is not there", names.ToString(), StringComparison.Ordinal);
        Assert.Contains("'incomes' is not declared", names.ToString(), StringComparison.Ordinal);
        Assert.Throws<ContractBrokenException>(names.EnsurePassed);
    }

    [Fact]
    public void Batches_AreTheRowsOfTheView()
    {
        ColumnBatch rows = LoanTable.Rows(1_000);
        IDataView view = rows.ToDataView();
        ColumnBatch[] batches = [.. view.ToColumnBatches(batchRows: 300)];
        Assert.Equal([300, 300, 300, 100], batches.Select(b => b.RowCount));
        Assert.Equal([0L, 300, 600, 900], batches.Select(b => b.FirstRow));
        ColumnBatch joined = ColumnBatch.Concat(batches), whole = view.ToColumnBatch();
        Assert.All(whole.Columns, c => Assert.Equal(Enumerable.Range(0, 1_000).Select(c.Text), Enumerable.Range(0, 1_000).Select(joined[c.Name].Text)));
        Assert.Equal(["income"], view.ToColumnBatches(["income"]).First().Schema.Select(c => c.Name));
        Assert.Throws<UnknownColumnException>(() => view.ToColumnBatches(["nobody"]));
        Assert.Equal(0, Assert.Single(LoanTable.Rows(0).ToDataView().ToColumnBatches()).RowCount);
    }

    [Fact]
    public async Task ACsv_IsCheckedWhileItIsRead()
    {
        StringBuilder text = new("id,income,home\n");
        for (int i = 0; i < 10_000; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{i},{(i == 5_000 ? "NA" : i == 7_777 ? "-1" : "12.5")},{(i == 9_999 ? "tent" : "rent")}\n");
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        CsvFormat csv = new();
        TableSummary table = await csv.ScanAsync(new MemoryStream(bytes), "loans.csv");
        ColumnContract contract = DataContract.ForColumns("loans")
            .Column("id", c => c.OfType(ColumnType.Int64).Increasing(strict: true)).Column("income", c => c.OfType(ColumnType.Double).Required().Between(0, 1_000)).Column("home", c => c.In("rent"))
            .Rows(r => r.ColumnsExactly(ordered: true).Count(atLeast: 10_000));
        ContractResult result = await contract.CheckAsync(csv.ReadAsync(new MemoryStream(bytes), table, null, 1_000));
        Assert.Equal(10_000, result.Rows);
        Assert.Equal([5_000L], result.Findings.Single(f => f.Kind == "required").Rows);
        Assert.Equal([7_777L], result.Findings.Single(f => f.Kind == "between").Rows);
        Assert.Equal([9_999L], result.Findings.Single(f => f.Kind == "in").Rows);
        Assert.Equal(3, result.Findings.Count(f => f.Verdict == Verdict.Fail));

        // A row that cannot be read ends the check; what was found before is not lost.
        byte[] ragged = [.. bytes, .. "1,2\n"u8];
        ContractException error = await Assert.ThrowsAsync<ContractException>(async () => await contract.CheckAsync(csv.ReadAsync(new MemoryStream(ragged), table, null, 1_000)));
        Assert.IsType<TableFormatException>(error.InnerException);
        Assert.Equal(10_000, error.Partial.Rows);
    }

    [Fact]
    public async Task ADatabase_IsCheckedWhileItIsRead()
    {
        await using SqliteConnection database = new("Data Source=:memory:");
        await database.OpenAsync();
        await using SqliteCommand command = database.CreateCommand();
        command.CommandText = """
            CREATE TABLE loans(id INTEGER, income REAL, home TEXT);
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
            INSERT INTO loans SELECT i, CASE WHEN i = 5000 THEN NULL WHEN i = 7777 THEN -1 ELSE 12.5 END, CASE WHEN i = 9999 THEN 'tent' ELSE 'rent' END FROM n;
            """;
        await command.ExecuteNonQueryAsync();
        command.CommandText = "SELECT id, income, home, id * 2 AS twice FROM loans ORDER BY id";
        await using SqliteDataReader reader = await command.ExecuteReaderAsync();
        ContractResult result = await DataContract.ForColumns("loans")
            .Column("id", c => c.OfType(ColumnType.Int64).Increasing(strict: true)).Column("income", c => c.OfType(ColumnType.Double).Required().Between(0, 1_000)).Column("home", c => c.In("rent"))
            .Column("twice", c => c.OfType(ColumnType.Int64).MaximumBetween(19_998, 19_998)).Rows(r => r.LessOrEqual("id", "twice")).CheckAsync(reader);
        Assert.Equal(10_000, result.Rows);
        Assert.Equal([[5_000L], [7_777L], [9_999L]], result.Findings.Where(f => f.Verdict == Verdict.Fail).Select(f => f.Rows));
    }
}
