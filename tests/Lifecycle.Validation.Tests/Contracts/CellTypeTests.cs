using System.Diagnostics.Metrics;

namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>Rules on the types of cells that random tables do not hold, and what a check tells the meter.</summary>
public class CellTypeTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly ColumnBatch Rows = new(
    [
        BatchColumn.Of<string>("low", new[] { "a", "b", "c", null! }), BatchColumn.Of<string>("high", new[] { "b", "a", "c", "d" }),
        BatchColumn.Of<DateOnly>("from", new[] { new DateOnly(2026, 1, 1), new(2026, 1, 2), new(2026, 1, 3), new(2026, 1, 4) }),
        BatchColumn.Of<DateTime>("until", new[] { Start, Start.AddDays(1).AddTicks(-1), Start.AddDays(9), Start.AddDays(3) }),
        BatchColumn.Of<long>("big", new[] { (1L << 60) + 1, (1L << 60) + 2, 5, 5 }), BatchColumn.Of<long>("bigger", new[] { 1L << 60, (1L << 60) + 2, 6, 5 }),
        BatchColumn.Of<bool>("flag", new[] { true, false, true, true }), BatchColumn.Of<float>("single", new[] { 0.1f, 0.2f, float.NaN, float.PositiveInfinity }),
        BatchColumn.Of<string>("when", new[] { "2026-01-01", "2026-01-02T10:00:00Z", "soon", "2027-01-01" }),
    ]);

    private static long[] Broken(Action<TableRowRules> rules) => [.. Assert.Single(DataContract.ForColumns("t").Rows(rules).Check(Rows).Findings).Rows];

    private static long[] Broken(string column, Action<TableColumnRules> rules) => [.. Assert.Single(DataContract.ForColumns("t").Column(column, rules).Check(Rows).Findings).Rows];

    [Fact]
    public void ColumnsSideBySide()
    {
        Assert.Equal([1L], Broken(r => r.LessOrEqual("low", "high")));
        Assert.Equal([0L, 1], Broken(r => r.EqualTo("low", "high")));
        Assert.Equal([1L], Broken(r => r.LessOrEqual("from", "until")));
        Assert.Equal([0L], Broken(r => r.LessOrEqual("big", "bigger")));
        Assert.Equal([0L, 2], Broken(r => r.EqualTo("big", "bigger")));
        Assert.Equal([2L], Broken(r => r.EqualTo("big", "bigger", tolerance: 0.5)));
        Assert.Equal([0L], Broken(r => r.LessOrEqual("flag", "single")));
        Assert.Empty(Broken(r => r.EqualTo("single", "single", tolerance: 1)));
    }

    [Fact]
    public void SingleCells()
    {
        Assert.Equal([1L], Broken("high", c => c.Increasing()));
        Assert.Equal([2L, 3], Broken("high", c => c.Decreasing(strict: true)));
        Assert.Equal([2L, 3], Broken("when", c => c.Between(new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31))));
        Assert.Equal([0L], Broken("until", c => c.NotIn("2026-01-01")));
        Assert.Equal([1L, 2, 3], Broken("until", c => c.In("2026-01-01T00:00:00Z")));
        Assert.Equal([3L], Broken("single", c => c.Finite()));
        Assert.Equal([2L], Broken("single", c => c.NoNaN()));
        Assert.Equal([1L], Broken("flag", c => c.Between(1, 1)));
        Assert.Equal([3L], Broken("big", c => c.Unique()));
        Assert.Equal([0L, 1], Broken("big", c => c.LengthBetween(1, 3)));
    }

    [Fact]
    public void KeysBeyondDoubles_AreNotMistakenForTheirNeighbours()
    {
        ColumnBatch keys = new([BatchColumn.Of<long>("id", new[] { (1L << 53) + 1, 1L << 53, long.MaxValue })]);
        long[] Odd(Action<TableColumnRules> rules) => [.. Assert.Single(DataContract.ForColumns("t").Column("id", rules).Check(keys).Findings).Rows];
        Assert.Equal([0L, 2], Odd(c => c.ExistsIn(["9007199254740992"])));
        Assert.Equal([1L, 2], Odd(c => c.In("9007199254740993", "1.5", "x", "1e300")));
        Assert.Equal([2L], Odd(c => c.NotIn("9223372036854775807")));
        Assert.Equal([0L, 2], Odd(c => c.In(9007199254740992, double.PositiveInfinity)));
    }

    [Fact]
    public void TimesOfAnyKind_AreTheTimesOfASet()
    {
        ColumnBatch times = new([BatchColumn.Of<DateTime>("t", new[] { new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Unspecified), new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc) })]);
        Assert.All(
            DataContract.ForColumns("t").Column("t", c => c.In("2026-01-02 03:04:05").In("2026-01-02T03:04:05Z").NotIn("2026-01-02")).Check(times).Findings,
            f => Assert.Equal(Verdict.Pass, f.Verdict));
    }

    [Fact]
    public void SharesAndFiguresInWords_AreNeverZeroByRounding()
    {
        ColumnBatch rows = new([BatchColumn.Of<double>("x", Enumerable.Range(0, 300_000).Select(i => i == 7 ? 1e300 : i).ToArray())]);
        ContractResult result = DataContract.ForColumns("t").Column("x", c => c.Between(0, 1e20).MaximumBetween(max: 1e-9).Between(double.NegativeInfinity, double.PositiveInfinity)).Check(rows);
        Assert.Contains("at most 1E+20", DataContract.ForColumns("t").Column("x", c => c.Between(double.NegativeInfinity, 1e20)).Expectations[0].Text, StringComparison.Ordinal);
        Assert.Contains("1 of 300,000 (below 0.001 %)", result.Findings[0].Message, StringComparison.Ordinal);
        Assert.Contains("at most 1E-9: found 1E+300", result.Findings[1].Message, StringComparison.Ordinal);
        Assert.StartsWith("x a number: holds", result.Findings[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TimesInTexts_AreIso8601_AndNothingElse()
    {
        string[] texts = ["2026-01-01", "2026-01-01T10:00:00Z", "2026-01-01 10:00", "2026-01-01T23:30:00-02:00", "01/01/2026", "1.1", "Thu, 01 Jan 2026 00:00:00 GMT", ""];
        ContractFinding finding = Assert.Single(DataContract.ForColumns("t").Column("x", c => c.Between(Start, Start.AddDays(1))).Check(new ColumnBatch([BatchColumn.Of<string>("x", texts)])).Findings);
        Assert.Equal([3L, 4, 5, 6, 7], finding.Rows);
    }

    [Fact]
    public void RowsAndViolations_AreCounted()
    {
        Dictionary<string, long> counts = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, me) =>
        {
            if (instrument.Name.StartsWith("lifecycle.validation.contract.", StringComparison.Ordinal))
            {
                me.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (tags.Length == 1 && tags[0].Key == "lifecycle.contract.name" && tags[0].Value as string == "metered")
            {
                counts[instrument.Name] = counts.GetValueOrDefault(instrument.Name) + value;
            }
        });
        listener.Start();
        DataContract.ForColumns("metered").Column("big", c => c.Between(0, 10).Unique()).Check(Rows);
        Assert.Equal((4, 3), (counts["lifecycle.validation.contract.rows"], counts["lifecycle.validation.contract.violations"]));
    }
}
