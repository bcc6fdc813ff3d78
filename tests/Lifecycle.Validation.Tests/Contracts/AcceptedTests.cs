using System.Threading.Channels;

namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>Good rows go on, bad ones go to quarantine with all their reasons, none is lost.</summary>
public class AcceptedTests
{
    private static readonly DataContract<Line> Contract = DataContract.For<Line>("lines")
        .Column(l => l.X, c => c.Required(mostly: 0.5).Between(-8, 8))
        .Column(l => l.I, c => c.Between(-40, 50))
        .Column(l => l.S, c => c.NotIn("bad").In("owner", "good").As(Severity.Warning))
        .Column(l => l.L, c => c.MeanBetween(0, 1));

    private static bool IsGood(Line l) => !(l.X < -8 || l.X > 8) && !(l.I < -40 || l.I > 50) && l.S != "bad";

    [Fact]
    public async Task GoodRowsGoOn_BadOnesAreHandedOut_InOrder()
    {
        Line[] lines = Line.Some(21, 10_000);
        List<Line> good = [];
        List<RejectedRow<Line>> bad = [];
        List<int> order = [];
        ContractResult? result = null;
        await foreach (Line line in Contract.Accepted(
            lines,
            r =>
            {
                bad.Add(r);
                order.Add(r.Record.Id);
            },
            r => result = r))
        {
            good.Add(line);
            order.Add(line.Id);
        }

        Assert.Equal(lines.Where(IsGood), good);
        Assert.Equal(lines.Where(l => !IsGood(l)), bad.Select(r => r.Record));
        Assert.Equal(Enumerable.Range(0, lines.Length), order);
        Assert.All(bad, r => Assert.Equal(r.Record.Id, r.Row));
        Assert.Equal(Contract.Check(lines).ToJson(), result!.ToJson());
        RejectedRow<Line> worst = bad.MaxBy(r => r.Violations.Count)!;
        Assert.True(worst.Violations.Count >= 3);
        Assert.Equal(worst.Violations.Count, worst.Violations.Select(v => v.Expectation).Distinct().Count());
        Assert.Contains(bad.Where(r => r.Record.X > 8), r => r.Violations.Any(v => v.ToString() == "X between -8 and 8" && v.Columns.SequenceEqual(["X"])));
    }

    [Fact]
    public async Task AnExceptionInTheCallback_StopsTheStream()
    {
        Line[] lines = Line.Some(22, 100);
        int first = Array.FindIndex(lines, l => !IsGood(l));
        List<Line> good = [];
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (Line line in Contract.Accepted(lines, _ => throw new InvalidOperationException("the quarantine is full")))
            {
                good.Add(line);
            }
        });
        Assert.Equal("the quarantine is full", error.Message);
        Assert.Equal(lines[..first], good);
    }

    [Fact]
    public async Task ASourceThatThrows_HandsOnWhatCameBefore()
    {
        Line[] lines = Line.Some(23, 5_000);
        IEnumerable<Line> Broken()
        {
            foreach (Line line in lines)
            {
                yield return line;
            }

            throw new IOException("gone");
        }

        int seen = 0;
        ContractException error = await Assert.ThrowsAsync<ContractException>(async () =>
        {
            await foreach (Line line in Contract.Accepted(Broken(), _ => seen++))
            {
                seen++;
            }
        });
        Assert.Equal((5_000, 5_000L), (seen, error.Partial.Rows));
    }

    [Fact]
    public async Task ALiveStream_IsNotHeldBack()
    {
        Channel<Line> wire = Channel.CreateUnbounded<Line>();
        Line[] lines = [.. Line.Some(24, 50).Where(IsGood)];
        await using IAsyncEnumerator<Line> accepted = Contract.Accepted(wire.Reader.ReadAllAsync(), _ => { }).GetAsyncEnumerator();
        foreach (Line line in lines)
        {
            await wire.Writer.WriteAsync(line);
            Assert.True(await accepted.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal(line, accepted.Current);
        }
    }

    [Fact]
    public async Task CodeThatThrows_SendsTheRowBack()
    {
        DataContract<Line> contract = DataContract.For<Line>("t").Column(l => l.S!.Length, c => c.Between(0, 100, mostly: 0.1), "length")
            .Rows(r => r.Satisfies(l => l.Id != 7 ? true : throw new FormatException("seven"), "not seven", mostly: 0.1));
        Line[] lines = Line.Some(25, 200);
        List<long> bad = [];
        await foreach (Line line in contract.Accepted(lines, r => bad.Add(r.Row)))
        {
            Assert.NotNull(line.S);
        }

        Assert.Equal([.. lines.Where(l => l.S is null || l.Id == 7).Select(l => (long)l.Id)], bad);
    }

    [Fact]
    public async Task Batches_ArePartedAsRecordsAre()
    {
        Line[] lines = Line.Some(26, 12_000);
        ColumnContract columns = DataContract.ForColumns("lines").Column("X", c => c.Required(mostly: 0.5).Between(-8, 8)).Column("I", c => c.Between(-40, 50))
            .Column("S", c => c.NotIn("bad").In("owner", "good").As(Severity.Warning)).Column("L", c => c.MeanBetween(0, 1));
        List<long> good = [], bad = [];
        List<string> reasons = [];
        ContractResult? result = null;
        await foreach (ColumnBatch batch in columns.Accepted(
            lines.Chunk(5_000).Select(Line.Columns).ToAsyncEnumerable(),
            r =>
            {
                Assert.Equal(r.Numbers, r.Rows.Column<int>("Id").Values.ToArray().Select(i => (long)i));
                bad.AddRange(r.Numbers);
                reasons.AddRange(r.Violations.Select(v => string.Join("; ", v)));
            },
            r => result = r))
        {
            good.AddRange(batch.Column<int>("Id").Values.ToArray().Select(i => (long)i));
        }

        Assert.Equal(lines.Where(IsGood).Select(l => (long)l.Id), good);
        Assert.Equal(lines.Where(l => !IsGood(l)).Select(l => (long)l.Id), bad);
        List<string> expected = [];
        await foreach (Line line in Contract.Accepted(lines, r => expected.Add(string.Join("; ", r.Violations))))
        {
            Assert.True(IsGood(line));
        }

        Assert.Equal(expected, reasons);
        Assert.Equal(12_000, result!.Rows);
        ColumnBatch other = new([BatchColumn.Of<int>("X", new int[2])]);
        ContractException error = await Assert.ThrowsAsync<ContractException>(async () =>
        {
            await foreach (ColumnBatch batch in columns.Accepted(new[] { Line.Columns(lines[..10]), other }.ToAsyncEnumerable(), _ => { }))
            {
                Assert.InRange(batch.RowCount, 1, 10);
            }
        });
        Assert.Equal(10, error.Partial.Rows);
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (ColumnBatch batch in columns.Accepted(new[] { Line.Columns(lines) }.ToAsyncEnumerable(), _ => throw new InvalidOperationException("full")))
            {
                Assert.Fail("Nothing goes on past a quarantine that is full.");
            }
        });
    }
}
