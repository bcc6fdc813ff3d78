using Parquet;
using Parquet.Schema;

namespace Lifecycle.Data.Parquet.Tests;

/// <summary>Columns without end, groups within groups, and streams that fail.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData(16_384, true)]
    [InlineData(16_385, false)]
    public void AtMost16384Columns(int columns, bool fits)
    {
        ParquetFooter footer = new(0, [Root(columns), .. Enumerable.Range(0, columns).Select(i => Leaf("c" + i))], [], false);
        if (fits)
        {
            Assert.Equal(columns, new ParquetColumns(footer, 0).Columns.Count);
            return;
        }

        ParquetFaultException fault = Assert.Throws<ParquetFaultException>(() => new ParquetColumns(footer, 0));
        Assert.Equal(TableProblemKind.TooLarge, fault.Kind);
    }

    [Fact]
    public void GroupsWithinGroups_CostNoStack()
    {
        const int Depth = 60_000;
        ParquetFooter footer = new(0, [Root(2), .. Enumerable.Range(0, Depth).Select(_ => Root(1)), Leaf("deep"), Leaf("flat")], [], false);
        ParquetColumns columns = new(footer, 0);
        Assert.Equal(["flat"], columns.Columns.Select(c => c.Column.Name));
        Assert.Equal(1, columns.Columns[0].Leaf);
    }

    [Fact]
    public void GroupsThatAnnounceMoreThanThereIs_AreRefused()
    {
        foreach (int announced in new[] { 0, 1, 3, int.MaxValue })
        {
            ParquetFooter footer = new(0, [Root(announced), Leaf("a"), Leaf("b")], [], false);
            Assert.Throws<ParquetFaultException>(() => new ParquetColumns(footer, 0));
        }
    }

    [Fact]
    public void NamesThatAreEmptyOrStandTwice_AreChanged_WithAProblem()
    {
        ParquetColumns columns = new(new ParquetFooter(0, [Root(4), Leaf("a"), Leaf("a"), Leaf(""), Leaf("a_2")], [], false), 0);
        Assert.Equal(["a", "a_2", "c3", "a_2_2"], columns.Columns.Select(c => c.Column.Name));
        Assert.Equal([TableProblemKind.HeaderName, TableProblemKind.HeaderName, TableProblemKind.HeaderName], columns.Problems.Select(p => p.Kind));
    }

    [Fact]
    public async Task ManyColumns_AreReadByName()
    {
        DataField<int>[] fields = [.. Enumerable.Range(0, 300).Select(i => new DataField<int>("c" + i))];
        using MemoryStream file = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), file))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            for (int i = 0; i < fields.Length; i++)
            {
                await group.WriteAsync<int>(fields[i], new[] { i, -i });
            }
        }

        ColumnBatch batch = Assert.Single(await Reading.ReadAsync(file.ToArray(), ["c299", "c7"]));
        Assert.Equal([299, -299], batch.Column<int>("c299").Values.ToArray());
        Assert.Equal([7, -7], batch.Column<int>("c7").Values.ToArray());
    }

    [Fact]
    public async Task ARowGroupIsReadOnlyWhenItsTurnComes()
    {
        byte[] file = await WrittenTable.Of(seed: 51, rows: 40_000).WriteAsync(10_000, CompressionMethod.None, dictionary: false);
        using Counting content = new(file);
        TableSummary summary = Reading.Scan(file);
        await foreach (ColumnBatch batch in Reading.Format.ReadAsync(content, summary, ["big"], 100))
        {
            Assert.Equal(0, batch.FirstRow);
            break;
        }

        // one column of one of four row groups, and the footer
        Assert.InRange(content.Read, 60_000, 200_000);
        Assert.True(file.Length > 1_500_000);
    }

    [Fact]
    public async Task AnErrorOfTheStream_StaysWhatItIs()
    {
        byte[] file = await WrittenTable.Of(seed: 52, rows: 100).WriteAsync(50);
        using Counting content = new(file) { FailAfter = 8 + 100 };
        IOException error = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (ColumnBatch _ in Reading.Format.ReadAsync(content, Reading.Scan(file), null, 10))
            {
            }
        });
        Assert.Equal("the disk is gone", error.Message);
    }

    [Fact]
    public async Task AskedColumnsOfMoreThan2GiB_AreRefused_BeforeOneIsRead()
    {
        byte[] file = new HandmadeFile { Type = PhysicalType.Int64, Rows = 256 << 17 }.Page(EncodingTests.Longs(1), 1).Complete();
        TableFormatException error = await Assert.ThrowsAsync<TableFormatException>(() => Reading.ReadAsync(file, [.. Enumerable.Repeat("c", 9)]));
        Assert.Equal(TableProblemKind.TooLarge, error.Problems[0].Kind);
        Assert.Contains("read fewer columns", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ColumnsOfMoreThan2GiB_AreProfiledInTurn()
    {
        byte[] file = new HandmadeFile { Type = PhysicalType.Int64, Rows = 3, Columns = 13, ClaimedUnpacked = 256 << 20 }.Page(EncodingTests.Longs(4, 2, 9), 3).Complete();
        TableSummary table = Reading.Scan(file);
        Assert.Equal(TableProblemKind.TooLarge, (await Assert.ThrowsAsync<TableFormatException>(() => Reading.ReadAsync(file))).Problems[0].Kind);
        DatasetProfile profile = await Reading.Format.ProfileAsync(new MemoryStream(file), table);
        Assert.Equal((true, 3L), (profile.IsFull, profile.Rows));
        Assert.Equal(table.Schema.Select(c => c.Name), profile.Columns.Select(c => c.Name));
        Assert.All(profile.Columns, c => Assert.Equal((2d, 9d, 3L), (c.Minimum, c.Maximum, c.Distinct)));
    }

    [Fact]
    public async Task AFooterThatSaysNothing_OfBillionsOfCells_IsNotDecoded()
    {
        ColumnChunk chunk = new(PhysicalType.Int32, 0, 60_000_000, 40, 40, 4, default);
        ParquetFooter footer = new(300_000_000, [Root(1), Leaf("a")], [.. Enumerable.Repeat(new RowGroup(60_000_000, [chunk]), 5)], false);
        ParquetColumns columns = new(footer, 0);
        TableSummary table = ParquetScan.Summarize("t.parquet", footer, columns);
        DatasetProfile profile = await new FooterProfile(footer, columns).ToProfileAsync(table, () => throw new InvalidOperationException("it was read"), default);
        Assert.Contains("Ask for a full profile", Assert.Single(profile.Problems), StringComparison.Ordinal);
        Assert.Equal("a", Assert.Single(profile.Columns).Name);
    }

    [Fact]
    public async Task AFooterThatSaysAll_HasNoProblem_HoweverManyRowsThereAre()
    {
        ColumnChunk chunk = new(PhysicalType.Int32, 0, 60_000_000, 40, 40, 4, new ChunkStatistics(0, [1, 0, 0, 0], [7, 0, 0, 0], null, null));
        ParquetFooter footer = new(300_000_000, [Root(1), Leaf("a")], [.. Enumerable.Repeat(new RowGroup(60_000_000, [chunk]), 5)], false);
        ParquetColumns columns = new(footer, 0);
        TableSummary table = ParquetScan.Summarize("t.parquet", footer, columns);
        DatasetProfile profile = await new FooterProfile(footer, columns).ToProfileAsync(table, () => throw new InvalidOperationException("it was read"), default);
        Assert.Empty(profile.Problems);
        Assert.Equal((1d, 7d, 0L), (profile["a"].Minimum, profile["a"].Maximum, profile["a"].Nulls));
    }

    [Fact]
    public async Task TheCopyOfAStream_HasNoName_AndOneReader()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using SpooledFile spool = await SpooledFile.OfAsync(new Reading.Forward([1, 2, 3]), default);
        FileStream copy = Assert.IsType<FileStream>(spool.Content);
        Assert.Equal(3, copy.Length);
        Assert.False(File.Exists(copy.Name), "a process that dies would leave rows behind");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy.SafeFileHandle));
    }

    private static SchemaNode Root(int children) => new("g", null, 0, 0, children, Annotation.None, 0, 0);

    private static SchemaNode Leaf(string name) => new(name, PhysicalType.Int32, 0, 0, 0, Annotation.None, 0, 0);

    private sealed class Counting(byte[] file) : MemoryStream(file)
    {
        public new long Read { get; private set; }

        public long FailAfter { get; init; } = long.MaxValue;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await base.ReadAsync(buffer, cancellationToken);
            Read += read;
            return Read > FailAfter ? throw new IOException("the disk is gone") : read;
        }
    }
}
