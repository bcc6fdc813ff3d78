using FsCheck;
using FsCheck.Xunit;
using Parquet;

namespace Lifecycle.Data.Parquet.Tests;

public sealed class RoundTripTests
{
    public static TheoryData<CompressionMethod, bool> Ways()
    {
        TheoryData<CompressionMethod, bool> ways = [];
        foreach (CompressionMethod method in new[] { CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip, CompressionMethod.Brotli, CompressionMethod.Zstd, CompressionMethod.Lz4Raw })
        {
            ways.Add(method, true);
            ways.Add(method, false);
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task EveryType_WithNulls_OverSeveralRowGroups_ComesBack(CompressionMethod method, bool dictionary)
    {
        WrittenTable table = WrittenTable.Of(seed: 1, rows: 1000);
        byte[] file = await table.WriteAsync(groupRows: 300, method, dictionary);
        TableSummary summary = Reading.Scan(file);
        Assert.Equal("flag Boolean?, small Int32?, big Int64?, single Single?, number Double?, day Date?, at DateTime?, text String?, money Double?, id Int64", summary.Schema.ToString());
        Assert.Equal(1000, summary.Rows);
        Assert.Equal(TableProblemKind.ConvertedColumn, Assert.Single(summary.Problems).Kind);
        Assert.Contains("'money'", summary.Problems[0].Message, StringComparison.Ordinal);
        Assert.Null(summary.FirstError);

        List<ColumnBatch> batches = await Reading.ReadAsync(file);
        Assert.Equal([300, 300, 300, 100], batches.Select(b => b.RowCount));
        Assert.Equal([0L, 300, 600, 900], batches.Select(b => b.FirstRow));
        Assert.All(batches, b => Assert.Equal(summary.Schema, b.Schema));
        batches.ForEach(table.Check);
    }

    [Property(MaxTest = 60)]
    public bool WhatWasWritten_IsRead(int seed, PositiveInt rows, PositiveInt groupRows, PositiveInt batchRows, byte nulls)
    {
        WrittenTable table = WrittenTable.Of(seed, rows.Get, nulls / 255.0);
        byte[] file = table.WriteAsync(groupRows.Get).GetAwaiter().GetResult();
        List<ColumnBatch> batches = Reading.ReadAsync(file, null, batchRows.Get).GetAwaiter().GetResult();
        batches.ForEach(table.Check);
        long next = 0;
        foreach (ColumnBatch batch in batches)
        {
            Assert.Equal(next, batch.FirstRow);
            Assert.InRange(batch.RowCount, 1, batchRows.Get);
            next += batch.RowCount;
        }

        return next == rows.Get;
    }

    [Fact]
    public async Task ColumnsWithoutNulls_AreNotNullable()
    {
        WrittenTable table = WrittenTable.Of(seed: 2, rows: 50, nulls: 0);
        byte[] file = await table.WriteAsync(20);
        Assert.DoesNotContain(Reading.Scan(file).Schema, c => c.Nullable);
        List<ColumnBatch> batches = await Reading.ReadAsync(file);
        batches.ForEach(table.Check);
        Assert.All(batches.SelectMany(b => b.Columns), c => Assert.True(c.Valid.IsEmpty));
    }

    [Fact]
    public async Task ColumnsOfNullsOnly_AreRead()
    {
        WrittenTable table = WrittenTable.Of(seed: 3, rows: 40, nulls: 1);
        List<ColumnBatch> batches = await Reading.ReadAsync(await table.WriteAsync(40));
        batches.ForEach(table.Check);
        Assert.Equal(40, batches[0]["text"].NullCount);
    }

    [Fact]
    public async Task AskedColumns_ComeInTheAskedOrder()
    {
        WrittenTable table = WrittenTable.Of(seed: 4, rows: 100);
        byte[] file = await table.WriteAsync(60);
        List<ColumnBatch> batches = await Reading.ReadAsync(file, ["text", "id", "flag"]);
        Assert.All(batches, b => Assert.Equal(["text", "id", "flag"], b.Columns.Select(c => c.Name)));
        batches.ForEach(table.Check);
        await Assert.ThrowsAsync<UnknownColumnException>(() => Reading.ReadAsync(file, ["price"]));
        await Assert.ThrowsAsync<ArgumentException>(() => Reading.ReadAsync(file, []));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(60)]
    [InlineData(1 << 20)]
    public async Task Batches_HaveAtMostTheAskedRows(int batchRows)
    {
        WrittenTable table = WrittenTable.Of(seed: 5, rows: 130);
        List<ColumnBatch> batches = await Reading.ReadAsync(await table.WriteAsync(60), null, batchRows);
        Assert.Equal(130, batches.Sum(b => b.RowCount));
        Assert.Equal(Math.Min(60, batchRows), batches.Max(b => b.RowCount));
        batches.ForEach(table.Check);
    }

    [Fact]
    public async Task AStreamThatCannotSeek_IsSpooled_AndNothingIsLeft()
    {
        WrittenTable table = WrittenTable.Of(seed: 6, rows: 500);
        byte[] file = await table.WriteAsync(200);
        using Reading.Forward first = new(file);
        TableSummary summary = await Reading.Format.ScanAsync(first, "t.parquet");
        Assert.Equal(Reading.Scan(file).Schema, summary.Schema);
        Assert.Equal(Reading.Scan(file).Schema, (await Reading.Format.ScanAsync(new MemoryStream(file), "t.parquet")).Schema);

        HashSet<string> before = [.. Directory.EnumerateFiles(Path.GetTempPath(), "lifecycle-parquet-*")];
        using Reading.Forward second = new(file);
        long rows = 0;
        await foreach (ColumnBatch batch in Reading.Format.ReadAsync(second, summary, null, 150))
        {
            table.Check(batch);
            rows += batch.RowCount;
        }

        Assert.Equal(500, rows);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetTempPath(), "lifecycle-parquet-*"), f => !before.Contains(f));
    }

    [Fact]
    public async Task TheScan_DoesNotDependOnHowBytesArrive()
    {
        byte[] file = await WrittenTable.Of(seed: 7, rows: 30_000).WriteAsync(5000, CompressionMethod.None, dictionary: false);
        Assert.True(file.Length > 1 << 20);
        TableSummary whole = Reading.Scan(file, file.Length);
        foreach (int step in new[] { 1, 13, 65_535, 65_536, 65_537, 700_000 })
        {
            TableSummary parts = Reading.Scan(file, step);
            Assert.Equal(whole.Schema, parts.Schema);
            Assert.Equal(whole.Rows, parts.Rows);
            Assert.Equal(whole.Problems, parts.Problems);
        }
    }

    [Fact]
    public async Task Cancelling_StopsBetweenBatches()
    {
        byte[] file = await WrittenTable.Of(seed: 8, rows: 100).WriteAsync(50);
        using CancellationTokenSource stop = new();
        int batches = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ColumnBatch batch in Reading.Format.ReadAsync(new MemoryStream(file), Reading.Scan(file), null, 10, stop.Token))
            {
                if (++batches == 7)
                {
                    await stop.CancelAsync();
                }
            }
        });
        Assert.Equal(7, batches);
    }

    [Theory]
    [InlineData("a.parquet", true)]
    [InlineData("x/B.PARQUET", true)]
    [InlineData("c.Pq", true)]
    [InlineData("parquet", false)]
    [InlineData("a.parquet.csv", false)]
    public void TheNameDecides(string path, bool recognized) => Assert.Equal(recognized, Reading.Format.Recognizes(path));
}
