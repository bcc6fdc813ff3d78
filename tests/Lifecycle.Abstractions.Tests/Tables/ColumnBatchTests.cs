using FsCheck.Xunit;

namespace Lifecycle.Tests;

/// <summary>Batches against lists of rows.</summary>
public sealed class ColumnBatchTests
{
    private static readonly string[] Names = ["flag", "small", "big", "single", "real", "day", "moment", "text"];

    [Property]
    public void ABatch_HoldsItsCells(int seed)
    {
        object?[][] rows = Rows(seed);
        ColumnBatch batch = Batch(rows);
        Assert.Equal(rows.Length, batch.RowCount);
        Assert.Equal(Names, batch.Schema.Select(c => c.Name));
        AssertRows(rows, batch);
        for (int c = 0; c < Names.Length; c++)
        {
            Assert.Equal(rows.Count(r => r[c] is null), batch.Columns[c].NullCount);
        }
    }

    [Property]
    public void Rows_TakesThoseRowsInThatOrder(int seed, int[] picks)
    {
        object?[][] rows = Rows(seed);
        int[] taken = [.. picks.Select(p => (int)((uint)p % rows.Length))];
        AssertRows([.. taken.Select(t => rows[t])], Batch(rows).Rows(taken));
    }

    [Property]
    public void Select_TakesThoseColumnsInThatOrder(int seed, int[] picks)
    {
        object?[][] rows = Rows(seed);
        int[] taken = [.. picks.Select(p => (int)((uint)p % Names.Length)).Append(3).Distinct()];
        ColumnBatch selected = Batch(rows, firstRow: 70).Select(taken.Select(t => Names[t]));
        Assert.Equal(70, selected.FirstRow);
        Assert.Equal(taken.Select(t => Names[t]), selected.Schema.Select(c => c.Name));
        AssertRows([.. rows.Select(r => taken.Select(t => r[t]).ToArray())], selected);
    }

    [Property]
    public void Concat_PutsRowsBehindEachOther(int[] seeds)
    {
        object?[][][] parts = [Rows(-1), .. seeds.Take(4).Select(Rows)];
        ColumnBatch joined = ColumnBatch.Concat([.. parts.Select((p, i) => Batch(p, firstRow: i + 5))]);
        Assert.Equal(5, joined.FirstRow);
        AssertRows([.. parts.SelectMany(p => p)], joined);
    }

    [Property]
    public void Parts_JoinToTheWhole(int seed, int cut)
    {
        object?[][] rows = Rows(seed);
        ColumnBatch whole = Batch(rows);
        int at = (int)((uint)cut % (rows.Length + 1));
        ColumnBatch joined = ColumnBatch.Concat([whole.Rows([.. Enumerable.Range(0, at)]), whole.Rows([.. Enumerable.Range(at, rows.Length - at)])]);
        AssertRows(rows, joined);
        Assert.Equal(whole.Schema, joined.Schema);
    }

    [Fact]
    public void ABatchWithoutColumns_OrWithUnequalOnes_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new ColumnBatch([]));
        ArgumentException error = Assert.Throws<ArgumentException>(() => new ColumnBatch([BatchColumn.Of<int>("a", new[] { 1 }), BatchColumn.Of<int>("b", new[] { 1, 2 })]));
        Assert.Contains("'a' has 1 rows and 'b' has 2", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ColumnBatch([BatchColumn.Of<int>("a", new[] { 1 }), BatchColumn.Of<int>("a", new[] { 1 })]));
    }

    [Fact]
    public void BatchesOfOtherColumns_AreNotJoined()
    {
        ColumnBatch ints = new([BatchColumn.Of<int>("a", new[] { 1 })]);
        Assert.Throws<ArgumentException>(() => ColumnBatch.Concat([]));
        Assert.Throws<ArgumentException>(() => ColumnBatch.Concat([ints, new ColumnBatch([BatchColumn.Of<long>("a", new[] { 1L })])]));
        Assert.Throws<ArgumentException>(() => ColumnBatch.Concat([ints, new ColumnBatch([BatchColumn.Of<int>("b", new[] { 1 })])]));
        Assert.Same(ints, ColumnBatch.Concat([ints]));
    }

    [Fact]
    public void AnUnknownColumn_IsSaidWithThoseThereAre()
    {
        ColumnBatch batch = new([BatchColumn.Of<int>("a", new[] { 1 }), BatchColumn.Of<string>("b", new[] { "x" })]);
        UnknownColumnException error = Assert.Throws<UnknownColumnException>(() => batch["c"]);
        Assert.Equal("c", error.Column);
        Assert.Contains("a, b", error.Message, StringComparison.Ordinal);
        Assert.Throws<UnknownColumnException>(() => batch.Select("a", "A"));
        InvalidCastException cast = Assert.Throws<InvalidCastException>(() => batch.Column<double>("a"));
        Assert.Contains("Int32", cast.Message, StringComparison.Ordinal);
    }

    private static object?[][] Rows(int seed) =>
        [.. Enumerable.Range(0, 1 + (int)((uint)seed % 20)).Select(i => Row((int)((((uint)seed ^ ((uint)i << 9)) * 2_654_435_761u) >> 2)))];

    private static object?[] Row(int n)
    {
        object?[] cells =
        [
            n % 2 == 0, n - 7, (long)n << 20, n / 3f, n % 11 == 0 ? double.NaN : n / 7.0,
            DateOnly.FromDayNumber(n % 3_000_000), new DateTime((long)n << 20, DateTimeKind.Utc), n % 5 == 0 ? "" : "t" + n,
        ];
        return [.. cells.Select((c, i) => (n >> i) % 4 == 0 ? null : c)];
    }

    private static ColumnBatch Batch(object?[][] rows, long firstRow = 0) => new(
        [
            Column<bool>(rows, 0), Column<int>(rows, 1), Column<long>(rows, 2), Column<float>(rows, 3),
            Column<double>(rows, 4), Column<DateOnly>(rows, 5), Column<DateTime>(rows, 6), Column<string>(rows, 7),
        ],
        firstRow);

    private static BatchColumn<T> Column<T>(object?[][] rows, int column) => BatchColumn.Of<T>(
        Names[column],
        rows.Select(r => r[column] is T value ? value : default!).ToArray(),
        rows.Select(r => r[column] is not null).ToArray());

    private static void AssertRows(object?[][] rows, ColumnBatch batch)
    {
        Assert.Equal(rows.Length, batch.RowCount);
        for (int r = 0; r < rows.Length; r++)
        {
            Assert.Equal(rows[r], batch.Columns.Select(c => c[r]));
            Assert.Equal(rows[r].Select(c => c is null), batch.Columns.Select(c => c.IsNull(r)));
        }
    }
}
