using Lifecycle.Validation;

namespace Lifecycle.Data.Parquet.Tests;

public sealed class ContractTests
{
    [Fact]
    public async Task AParquetFile_IsCheckedAgainstAContract()
    {
        WrittenTable table = WrittenTable.Of(seed: 41, rows: 500);
        byte[] file = await table.WriteAsync(180);
        ColumnContract contract = DataContract.ForColumns("loans")
            .Column("id", c => c.Required().Between(0, 499))
            .Column("text", c => c.NotIn("zwei"))
            .Column("number", c => c.Finite());
        ContractResult result = await contract.CheckAsync(
            Reading.Format.ReadAsync(new MemoryStream(file), Reading.Scan(file), null, 64));

        Assert.Equal(500, result.Rows);
        Assert.Equal(Verdict.Fail, result.Verdict);
        Assert.Equal(Numbers(i => table.Texts[i] == "zwei"), Broken(result, "text"));
        Assert.Equal(Numbers(i => table.Numbers[i] is { } number && !double.IsFinite(number)), Broken(result, "number"));
        Assert.Empty(Broken(result, "id"));

        long[] Numbers(Func<int, bool> broken) => [.. Enumerable.Range(0, 500).Where(broken).Select(i => (long)i)];
    }

    private static IEnumerable<long> Broken(ContractResult result, string column) =>
        result.Findings.Where(f => f.Columns.Contains(column)).SelectMany(f => f.Rows).Order();
}
