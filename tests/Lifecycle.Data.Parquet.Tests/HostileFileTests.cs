using System.Buffers.Binary;
using Parquet;
using Parquet.Schema;

namespace Lifecycle.Data.Parquet.Tests;

public sealed class HostileFileTests
{
    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Zstd)]
    public async Task ACutFile_IsRefusedInEverySize(CompressionMethod method)
    {
        byte[] file = await WrittenTable.Of(seed: 31, rows: 120).WriteAsync(50, method);
        TableSummary whole = Reading.Scan(file);
        for (int length = 0; length < file.Length; length += 97)
        {
            byte[] cut = file[..length];
            Assert.NotNull(Reading.Scan(cut).FirstError);
            TableFormatException error = await Assert.ThrowsAsync<TableFormatException>(() => Reading.ReadAsync(cut, table: whole));
            Assert.Contains("t.parquet", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(CompressionMethod.None, true)]
    [InlineData(CompressionMethod.None, false)]
    [InlineData(CompressionMethod.Snappy, true)]
    [InlineData(CompressionMethod.Gzip, false)]
    [InlineData(CompressionMethod.Zstd, false)]
    public async Task FlippedBytes_GiveTableFormatException_OrTheRowsTheFooterCounts(CompressionMethod method, bool dictionary)
    {
        WrittenTable table = WrittenTable.Of(seed: 32, rows: 120);
        byte[] file = await table.WriteAsync(50, method, dictionary);
        Random random = new(32);
        int refused = 0;
        for (int i = 0; i < 500; i++)
        {
            byte[] broken = [.. file];

            // half of the flips hit the footer, which is the smaller part
            int at = i % 2 == 0 ? random.Next(file.Length) : random.Next(FooterAt(file), file.Length);
            broken[at] ^= (byte)(1 << random.Next(8));
            TableSummary summary = Reading.Scan(broken);
            try
            {
                List<ColumnBatch> batches = await Reading.ReadAsync(broken, table: summary);
                Assert.Equal(summary.Rows, batches.Sum(b => b.RowCount));
                Assert.All(batches, b => Assert.Equal(summary.Schema, b.Schema));
            }
            catch (TableFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 50, 500);
    }

    [Fact]
    public async Task AFlipInAGZipPage_NeverGivesOtherRows()
    {
        WrittenTable table = WrittenTable.Of(seed: 33, rows: 200, nulls: 0);
        byte[] file = await table.WriteAsync(100, CompressionMethod.Gzip, dictionary: false);
        Random random = new(33);
        TableSummary whole = Reading.Scan(file);
        int refused = 0;
        for (int i = 0; i < 300; i++)
        {
            byte[] broken = [.. file];
            broken[random.Next(ParquetLimits.Magic, FooterAt(file))] ^= (byte)(1 << random.Next(8));
            try
            {
                (await Reading.ReadAsync(broken, table: whole)).ForEach(table.Check);
            }
            catch (TableFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 200, 300);
    }

    [Fact]
    public async Task RandomBytesForTheFooter_AreRefused()
    {
        byte[] file = await WrittenTable.Of(seed: 34, rows: 20).WriteAsync(20);
        int at = FooterAt(file);
        Random random = new(34);
        for (int i = 0; i < 500; i++)
        {
            byte[] broken = [.. file];
            random.NextBytes(broken.AsSpan(at + random.Next(file.Length - ParquetLimits.Trailer - at), Math.Min(8, ParquetLimits.Trailer)));
            "PAR1"u8.CopyTo(broken.AsSpan(file.Length - 4));
            long before = GC.GetAllocatedBytesForCurrentThread();
            TableSummary summary = Reading.Scan(broken);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
            if (summary.FirstError is { } error)
            {
                Assert.True(error.Kind is TableProblemKind.Damaged or TableProblemKind.TooLarge or TableProblemKind.Empty, error.Message);
            }
        }
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData((64u << 20) + 1)]
    [InlineData(1u << 20)]
    [InlineData(0u)]
    public async Task AFalseFooterLength_IsRefused(uint length)
    {
        byte[] file = await WrittenTable.Of(seed: 35, rows: 20).WriteAsync(20);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(file.Length - 8), length);
        Assert.NotNull(Reading.Scan(file).FirstError);
        await Assert.ThrowsAsync<TableFormatException>(() => Reading.ReadAsync(file));
    }

    [Fact]
    public async Task AnEncryptedFile_IsRefused_SayingSo()
    {
        byte[] file = await WrittenTable.Of(seed: 36, rows: 20).WriteAsync(20);
        "PARE"u8.CopyTo(file);
        "PARE"u8.CopyTo(file.AsSpan(file.Length - 4));
        Assert.Contains("encrypted", Reading.Scan(file).FirstError!.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TableFormatException>(() => Reading.ReadAsync(file));
    }

    [Fact]
    public async Task OtherBytesThanTheScanSaw_AreRefused()
    {
        byte[] one = await WrittenTable.Of(seed: 37, rows: 20).WriteAsync(20);
        byte[] other = await WrittenTable.Of(seed: 37, rows: 21).WriteAsync(20);
        TableFormatException error = await Assert.ThrowsAsync<TableFormatException>(() => Reading.ReadAsync(other, table: Reading.Scan(one)));
        Assert.Contains("21 rows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NestedColumns_AreNamedAndLeftOut_AndBytesAreTheirNumber()
    {
        byte[] file = await NestedAsync(withFlat: true);
        TableSummary summary = Reading.Scan(file);
        Assert.Equal("id Int32, raw Int32, last Int32", summary.Schema.ToString());
        Assert.Equal([TableProblemKind.SkippedColumn, TableProblemKind.SkippedColumn, TableProblemKind.ConvertedColumn], summary.Problems.Select(p => p.Kind));
        Assert.Contains("'tags'", summary.Problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("'where'", summary.Problems[1].Message, StringComparison.Ordinal);
        Assert.Contains("'raw'", summary.Problems[2].Message, StringComparison.Ordinal);
        Assert.Null(summary.FirstError);
        ColumnBatch batch = Assert.Single(await Reading.ReadAsync(file));
        Assert.Equal([1, 2], batch.Column<int>("id").Values.ToArray());
        Assert.Equal([1, 2], batch.Column<int>("raw").Values.ToArray());
        Assert.Equal([10, 20], batch.Column<int>("last").Values.ToArray());
    }

    [Fact]
    public async Task NestedColumnsOnly_AreRefused()
    {
        byte[] file = await NestedAsync(withFlat: false);
        TableSummary summary = Reading.Scan(file);
        Assert.Equal(TableProblemKind.Empty, summary.FirstError!.Kind);
        Assert.Contains("'tags'", summary.FirstError.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TableFormatException>(() => Reading.ReadAsync(file));
    }

    [Fact]
    public void AnythingElse_IsAProblemAndNoException()
    {
        foreach (byte[] bytes in new[] { [], "PAR1"u8.ToArray(), "PAR1PAR1"u8.ToArray(), "PAR1\0\0\0\0PAR1"u8.ToArray(), "a,b\n1,2\n"u8.ToArray(), new byte[100_000] })
        {
            Assert.Equal(TableProblemKind.Damaged, Reading.Scan(bytes).FirstError!.Kind);
        }
    }

    private static int FooterAt(byte[] file) => file.Length - ParquetLimits.Trailer - BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(file.Length - 8));

    private static async Task<byte[]> NestedAsync(bool withFlat)
    {
        DataField<int> id = new("id");
        DataField<int> tag = new("element");
        DataField<double> x = new("x");
        DataField<byte[]> raw = new("raw");
        DataField<int> last = new("last");
        Field[] nested = [new ListField("tags", tag), new StructField("where", x)];
        ParquetSchema schema = new(withFlat ? [id, .. nested, raw, last] : nested);
        using MemoryStream file = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            if (withFlat)
            {
                await group.WriteAsync<int>(id, new[] { 1, 2 });
            }

            await group.WriteAllPartsAsync<int>(tag, new[] { 1, 2, 3 }, tag.MaxDefinitionLevel > 0 ? new int[] { tag.MaxDefinitionLevel, tag.MaxDefinitionLevel, tag.MaxDefinitionLevel } : null, new[] { 0, 1, 0 }, default);
            await group.WriteAllPartsAsync<double>(x, new[] { 1.5, 2.5 }, x.MaxDefinitionLevel > 0 ? new int[] { x.MaxDefinitionLevel, x.MaxDefinitionLevel } : null, null, default);
            if (withFlat)
            {
                await group.WriteAsync(raw, new byte[][] { [1], [2, 3] });
                await group.WriteAsync<int>(last, new[] { 10, 20 });
            }
        }

        return file.ToArray();
    }
}
