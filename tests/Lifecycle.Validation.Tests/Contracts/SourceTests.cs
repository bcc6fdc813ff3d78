using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>Lists, streams, data readers, and sources that fail on the way.</summary>
public class SourceTests
{
    private static readonly DataContract<Line> Contract = DataContract.For<Line>("lines")
        .Column(l => l.X, c => c.Required(mostly: 0.5).Between(-4, 4))
        .Column(l => l.I, c => c.Between(0, 10))
        .Column(l => l.S, c => c.In("good", "bad"))
        .Rows(r => r.LessOrEqual(l => l.X, l => l.Y).NoDuplicates());

    private static async IAsyncEnumerable<T> Stream<T>(IEnumerable<T> items)
    {
        foreach (T item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }

    [Fact]
    public async Task EverySourceGivesTheSame()
    {
        Line[] lines = Line.Some(11, 9_000);
        byte[] expected = Contract.Check(lines).ToJson();
        Assert.Equal(expected, Contract.Check(lines.ToList()).ToJson());
        Assert.Equal(expected, Contract.Check(lines.Select(l => l)).ToJson());
        Assert.Equal(expected, (await Contract.CheckAsync(lines)).ToJson());
        Assert.Equal(expected, (await Contract.CheckAsync(Stream(lines))).ToJson());
        ColumnContract columns = Contract.ToDocument().Contract;
        ColumnBatch[] batches = [.. lines.Chunk(700).Select(c => Line.Columns(c).Select("X", "I", "S", "Y"))];
        byte[] byColumns = columns.Check(batches).ToJson();
        Assert.Equal(expected, byColumns);
        Assert.Equal(byColumns, (await columns.CheckAsync(Stream(batches))).ToJson());
    }

    [Fact]
    public async Task ADataReaderIsChecked()
    {
        Line[] lines = Line.Some(12, 5_000);
        using DataTable table = new();
        table.Columns.Add("X", typeof(double));
        table.Columns.Add("I", typeof(int));
        table.Columns.Add("S", typeof(string));
        table.Columns.Add("Y", typeof(decimal));
        table.Columns.Add("B", typeof(bool));
        table.Columns.Add("G", typeof(Guid));
        foreach (Line l in lines)
        {
            table.Rows.Add((object?)l.X ?? DBNull.Value, (object?)l.I ?? DBNull.Value, l.S, l.Y is { } y && double.IsFinite(y) ? (decimal)y : DBNull.Value, (object?)l.B ?? DBNull.Value, Guid.Empty);
        }

        ColumnContract contract = DataContract.ForColumns("lines").Column("X", c => c.Between(-4, 4)).Column("I", c => c.Between(0, 10)).Column("S", c => c.In("good", "bad"))
            .Column("B", c => c.OfType(ColumnType.Boolean)).Column("G", c => c.ParsesAs(CellFormat.Guid)).Column("Y").Rows(r => r.LessOrEqual("X", "Y").ColumnsExactly());
        await using DbDataReader reader = table.CreateDataReader();
        ContractResult result = await contract.CheckAsync(reader);
        Assert.Equal(5_000, result.Rows);
        ContractResult plain = Contract.Check(lines);
        Assert.Equal(plain.Findings.Single(f => f is { Kind: "between", Columns: ["X"] }).Rows, result.Findings[0].Rows);
        Assert.Equal(plain.Findings.Single(f => f is { Kind: "between", Columns: ["I"] }).Unexpected, result.Findings[1].Unexpected);
        Assert.Equal(plain.Findings.Single(f => f.Kind == "in").Unexpected, result.Findings[2].Unexpected);
        Assert.Equal(lines.Count(l => l.X is { } x && l.Y is { } y && double.IsFinite(x + y) && x > y), result.Findings[5].Unexpected);
        Assert.All([result.Findings[3], result.Findings[4], result.Findings[6]], f => Assert.Equal(Verdict.Pass, f.Verdict));
        await using DbDataReader nothing = table.CreateDataReader();
        table.Clear();
        Assert.Equal(0, (await contract.CheckAsync(nothing)).Rows);
    }

    [Theory]
    [InlineData("i", "'abc'", "a text")]
    [InlineData("i", "x'01'", "a blob")]
    [InlineData("i", "1.5", "1.5")]
    [InlineData("r", "'abc'", "a text")]
    public async Task ACellOfAnotherTypeThanItsColumn_IsAnErrorAndNot0(string column, string value, string expected)
    {
        ContractException error = await Assert.ThrowsAsync<ContractException>(() => Sqlite($"insert into t (i, r) values (1, 1.5); insert into t ({column}) values ({value})", DataContract.ForColumns("t").Column(column, c => c.Between(0, 10))));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("Row 1: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BlobsOfADataReader_AreToldApart()
    {
        ContractResult result = await Sqlite("insert into t (b) values (x'01'), (x'02ff'), (x'01')", DataContract.ForColumns("t").Column("b", c => c.Unique().In("01", "02FF")));
        Assert.Equal([2L], result.Findings[0].Rows);
        Assert.Equal(Verdict.Pass, result.Findings[1].Verdict);
    }

    private static async Task<ContractResult> Sqlite(string rows, ColumnContract contract)
    {
        await using SqliteConnection database = new("Data Source=:memory:");
        await database.OpenAsync();
        await using SqliteCommand command = database.CreateCommand();
        command.CommandText = $"create table t (i integer, r real, b blob); {rows}; select * from t";
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        return await contract.CheckAsync(reader);
    }

    [Fact]
    public void TypesOfRecords_BecomeCells()
    {
        (decimal Money, decimal? NoMoney, DateTimeOffset At, Stage Stage, Stage? NoStage, byte Small, uint Large, char Letter, TimeOnly Clock)[] rows = [(1.5m, null, new(2026, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)), Stage.Serving, null, 7, 8, 'c', default)];
        ContractResult result = DataContract.For<(decimal Money, decimal? NoMoney, DateTimeOffset At, Stage Stage, Stage? NoStage, byte Small, uint Large, char Letter, TimeOnly Clock)>("t")
            .Column(r => r.Money, c => c.Between(1.5, 1.5)).Column(r => r.NoMoney, c => c.AllMissing())
            .Column(r => r.At, c => c.Between(new DateTime(2026, 1, 1), new DateTime(2026, 1, 1)))
            .Column(r => r.Stage, c => c.In("Serving")).Column(r => r.NoStage, c => c.AllMissing())
            .Column(r => r.Small, c => c.OfType(ColumnType.Int32)).Column(r => r.Large, c => c.In(8)).Column(r => r.Letter, c => c.Matches("^c$"))
            .Column(r => r.Clock, c => c.Required())
            .Check(rows);
        Assert.Equal(Verdict.Pass, result.Verdict);
        ContractDefinitionException error = Assert.Throws<ContractDefinitionException>(() => DataContract.For<Line[]>("t").Column(l => l[0]));
        Assert.Contains("a cell is a number", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_ComeFromTheCode()
    {
        DataContract<Line> contract = DataContract.For<Line>("t").Column(l => l.X).Column((l) => l.D).Column(l => l.T.Year).Column(l => l.Id + 1).Column(l => l.I, name: "other");
        Assert.Equal(["X", "D", "T.Year", "l.Id + 1", "other"], contract.Columns);
    }

    [Fact]
    public async Task ASourceThatThrows_LeavesItsPartialResult()
    {
        Line[] lines = Line.Some(13, 10_000);
        IEnumerable<Line> Broken()
        {
            foreach (Line line in lines.Take(9_000))
            {
                yield return line;
            }

            throw new InvalidOperationException("the wire fell out");
        }

        ContractException error = Assert.Throws<ContractException>(() => Contract.Check(Broken()));
        Assert.Equal("the wire fell out", error.InnerException!.Message);
        Assert.Equal(8_192, error.Partial.Rows);
        Assert.Equal(Contract.Check(lines[..8_192]).ToJson(), error.Partial.ToJson());
        Assert.Equal(8_192, (await Assert.ThrowsAsync<ContractException>(async () => await Contract.CheckAsync(Broken()))).Partial.Rows);
        Assert.Equal(8_192, (await Assert.ThrowsAsync<ContractException>(async () => await Contract.CheckAsync(Stream(Broken())))).Partial.Rows);
        List<Line> growing = [.. lines];
        DataContract<Line> grows = DataContract.For<Line>("t").Column(l => l.Id, c => c.Satisfies(
            i =>
            {
                if (i == 5)
                {
                    growing.Add(lines[0]);
                }

                return true;
            },
            "adds"));
        Assert.Contains("has 10,001 now", Assert.Throws<ContractException>(() => grows.Check(growing)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ColumnsThatChange_AreAnError()
    {
        ColumnContract contract = DataContract.ForColumns("t").Column("x", c => c.Required());
        ColumnBatch[] batches = [new([BatchColumn.Of<double>("x", new double[3])]), new([BatchColumn.Of<int>("x", new int[3])])];
        ContractException error = Assert.Throws<ContractException>(() => contract.Check(batches));
        Assert.Equal(3, error.Partial.Rows);
        Assert.Contains("x Double became x Int32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_PassesThrough()
    {
        using CancellationTokenSource stop = new();
        IEnumerable<Line> Endless()
        {
            for (int i = 0; ; i++)
            {
                if (i == 20_000)
                {
                    stop.Cancel();
                }

                yield return new Line(i, 1, 1, 1, 1, 1, "good", true, null, default);
            }
        }

        Assert.ThrowsAny<OperationCanceledException>(() => Contract.Check(Endless(), cancellationToken: stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Contract.CheckAsync(Endless(), stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Contract.CheckAsync(Stream(Endless()), stop.Token));
    }
}
