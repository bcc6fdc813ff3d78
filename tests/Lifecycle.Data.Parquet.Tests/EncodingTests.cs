using System.Buffers.Binary;
using System.Text;

namespace Lifecycle.Data.Parquet.Tests;

/// <summary>What other writers use and Parquet.Net does not write.</summary>
public sealed class EncodingTests
{
    [Fact]
    public async Task PagesOfTheSecondKind_WithNulls()
    {
        // levels: eight packed flags 1 0 1 1 0 ... then values without the nulls
        byte[] file = new HandmadeFile { Type = PhysicalType.Int32, IsOptional = true, Rows = 7, ClaimedNulls = 3 }
            .SecondPage([0x03, 0b01101], Ints(5, 6, 7), values: 5, nulls: 2)
            .SecondPage([0x02, 0x00, 0x02, 0x01], Ints(9), values: 2, nulls: 1)
            .Complete();
        Assert.Equal(new object?[] { 5, null, 6, 7, null, null, 9 }, await CellsAsync(file));
    }

    [Fact]
    public async Task DifferencesOfIntegers()
    {
        // block 128, 4 parts, 5 values, first 7; least difference -2 (zigzag 3); one part of 2 bits: differences 0 1 2 3 over -2
        byte[] body = [0x80, 0x01, 0x04, 0x05, 0x0E, 0x03, 0x02, 0, 0, 0, 0b11_10_01_00, 0, 0, 0, 0, 0, 0, 0];
        object?[] expected = [7, 5, 4, 4, 5];
        Assert.Equal(expected, await CellsAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 5 }.Page(body, 5, PlainValues.Delta).Complete()));
        byte[] longs = new HandmadeFile { Type = PhysicalType.Int64, Rows = 5 }.Page(body, 5, PlainValues.Delta).Complete();
        Assert.Equal(expected.Select(v => (object?)(long)(int)v!), await CellsAsync(longs));
    }

    [Fact]
    public async Task TextsThatShareTheirBeginnings()
    {
        byte[] texts = [.. Delta(0, 2, 3), .. Delta(3, 2, 0), .. "\u00e9ts"u8[..3], .. "sx"u8];

        // "ét" is three bytes: C3 A9 74; the second takes two of them and adds "sx", the third takes three of that
        byte[] file = new HandmadeFile { Type = PhysicalType.ByteArray, Converted = 0, Rows = 3 }.Page(texts, 3, PlainValues.DeltaTexts).Complete();
        Assert.Equal(new object?[] { "\u00e9t", "\u00e9sx", "\u00e9s" }, await CellsAsync(file));

        byte[] lengths = [.. Delta(1, 0, 2), .. "abc"u8];
        Assert.Equal(
            new object?[] { "a", "", "bc" },
            await CellsAsync(new HandmadeFile { Type = PhysicalType.ByteArray, Logical = 1, Rows = 3 }.Page(lengths, 3, PlainValues.DeltaLengths).Complete()));
    }

    [Fact]
    public async Task TruthsInRuns()
    {
        byte[] body = [4, 0, 0, 0, 0x06, 0x01, 0x03, 0b10];
        byte[] file = new HandmadeFile { Type = PhysicalType.Boolean, Rows = 5 }.Page(body, 5, PlainValues.Runs).Complete();
        Assert.Equal(new object?[] { true, true, true, false, true }, await CellsAsync(file));
    }

    [Fact]
    public async Task SplitBytes()
    {
        float[] values = [1.5f, -2.25f, 3e10f];
        byte[] plain = values.SelectMany(BitConverter.GetBytes).ToArray();
        byte[] split = [.. Enumerable.Range(0, 4).SelectMany(b => Enumerable.Range(0, 3).Select(i => plain[(i * 4) + b]))];
        byte[] file = new HandmadeFile { Type = PhysicalType.Float, Rows = 3 }.Page(split, 3, PlainValues.SplitBytes).Complete();
        Assert.Equal(values.Cast<object?>(), await CellsAsync(file));
    }

    [Fact]
    public async Task DictionaryAndPlainPages_InOneColumn()
    {
        byte[] file = new HandmadeFile { Type = PhysicalType.Int32, Rows = 5 }
            .Dictionary(Ints(100, 200), 2)
            .Page([1, 0x03, 0b101], 3, PlainValues.Dictionary)
            .Page(Ints(7, 8), 2)
            .Complete();
        Assert.Equal(new object?[] { 200, 100, 200, 7, 8 }, await CellsAsync(file));
    }

    [Fact]
    public async Task TimesOfEveryUnit_AreUtc()
    {
        byte[] stamps = Longs(0, -1, 1_700_000_000_123_456_789);
        Assert.Equal(
            new object?[] { DateTime.UnixEpoch, DateTime.UnixEpoch.AddTicks(-1), DateTime.UnixEpoch.AddTicks(17_000_000_001_234_567) },
            await CellsAsync(new HandmadeFile { Type = PhysicalType.Int64, Logical = 8, LogicalUnit = 3, Rows = 3 }.Page(stamps, 3).Complete()));
        object?[] milliseconds = await CellsAsync(new HandmadeFile { Type = PhysicalType.Int64, Converted = 9, Rows = 2 }.Page(Longs(-1500, 86_400_000), 2).Complete());
        Assert.Equal(new object?[] { DateTime.UnixEpoch.AddSeconds(-1.5), DateTime.UnixEpoch.AddDays(1) }, milliseconds);
        Assert.All(milliseconds, m => Assert.Equal(DateTimeKind.Utc, ((DateTime)m!).Kind));

        byte[] old = [.. Longs(3_600_000_000_000), .. Ints(2_440_589)];
        Assert.Equal(new object?[] { DateTime.UnixEpoch.AddDays(1).AddHours(1) }, await CellsAsync(new HandmadeFile { Type = PhysicalType.Int96, Rows = 1 }.Page(old, 1).Complete()));
    }

    [Fact]
    public async Task TimesOutsideTheYears1To9999_AreRefused()
    {
        foreach (long value in new[] { long.MaxValue, long.MinValue })
        {
            TableFormatException error = await Assert.ThrowsAsync<TableFormatException>(
                () => CellsAsync(new HandmadeFile { Type = PhysicalType.Int64, Converted = 9, Rows = 1 }.Page(Longs(value), 1).Complete()));
            Assert.Contains("'c'", error.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<TableFormatException>(() => CellsAsync(new HandmadeFile { Type = PhysicalType.Int32, Converted = 6, Rows = 1 }.Page(Ints(int.MaxValue), 1).Complete()));
    }

    [Fact]
    public async Task UnsignedIntegers()
    {
        Assert.Equal(new object?[] { 4_294_967_295L }, await CellsAsync(new HandmadeFile { Type = PhysicalType.Int32, Converted = 13, Rows = 1 }.Page(Ints(-1), 1).Complete()));
        Assert.Equal(new object?[] { 5L }, await CellsAsync(new HandmadeFile { Type = PhysicalType.Int64, Converted = 14, Rows = 1 }.Page(Longs(5), 1).Complete()));
        await Assert.ThrowsAsync<TableFormatException>(() => CellsAsync(new HandmadeFile { Type = PhysicalType.Int64, Converted = 14, Rows = 1 }.Page(Longs(-1), 1).Complete()));
    }

    [Fact]
    public async Task DecimalsAreTheNearestDouble()
    {
        HandmadeFile Wide(int scale) => new() { Type = PhysicalType.FixedBytes, TypeLength = 16, Converted = 5, Scale = scale, Rows = 2 };
        byte[] bytes = new byte[32];
        BinaryPrimitives.WriteInt128BigEndian(bytes, Int128.Parse("-123456789012345678901234567890", null));
        BinaryPrimitives.WriteInt128BigEndian(bytes.AsSpan(16), 150);
        Assert.Equal(new object?[] { -123456789012345678901.23456789, 1.5e-7 }, await CellsAsync(Wide(9).Page(bytes, 2).Complete()));
        Assert.Equal(new object?[] { 0.1, -0.3 }, await CellsAsync(new HandmadeFile { Type = PhysicalType.Int32, Converted = 5, Scale = 1, Rows = 2 }.Page(Ints(1, -3), 2).Complete()));
    }

    [Fact]
    public async Task AHalfFloat_IsSingle()
    {
        byte[] body = new byte[2];
        BinaryPrimitives.WriteHalfLittleEndian(body, (Half)1.5f);
        Assert.Equal(new object?[] { 1.5f }, await CellsAsync(new HandmadeFile { Type = PhysicalType.FixedBytes, TypeLength = 2, Logical = 15, Rows = 1 }.Page(body, 1).Complete()));
    }

    [Fact]
    public async Task AChecksum_IsChecked()
    {
        byte[] file = new HandmadeFile { Type = PhysicalType.Int32, Rows = 2 }.CheckedPage(Ints(3, 4), 2).Complete();
        Assert.Equal(new object?[] { 3, 4 }, await CellsAsync(file));
        file[file.AsSpan().IndexOf(Ints(3, 4))] ^= 1;
        TableFormatException error = await Assert.ThrowsAsync<TableFormatException>(() => CellsAsync(file));
        Assert.Contains("checksum", error.Message, StringComparison.Ordinal);
    }

    internal static async Task<object?[]> CellsAsync(byte[] file)
    {
        List<ColumnBatch> batches = await Reading.ReadAsync(file);
        return [.. batches.SelectMany(b => Enumerable.Range(0, b.RowCount).Select(i => b["c"][i]))];
    }

    internal static byte[] Ints(params int[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    internal static byte[] Longs(params long[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    internal static byte[] Texts(params string[] values) =>
        [.. values.SelectMany(v => BitConverter.GetBytes(Encoding.UTF8.GetByteCount(v)).Concat(Encoding.UTF8.GetBytes(v)))];

    /// <summary>Three small numbers as differences of four bits each, in one part of a block of 128.</summary>
    private static byte[] Delta(int first, int second, int third)
    {
        int least = Math.Min(second - first, third - second);
        int one = second - first - least;
        int two = third - second - least;
        byte zigzag = (byte)((least << 1) ^ (least >> 31));
        return [0x80, 0x01, 0x04, 0x03, (byte)(first << 1), zigzag, 0x04, 0, 0, 0, (byte)(one | (two << 4)), .. new byte[15]];
    }
}
