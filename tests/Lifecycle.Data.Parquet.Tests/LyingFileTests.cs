using System.IO.Compression;

namespace Lifecycle.Data.Parquet.Tests;

/// <summary>Allocations of the whole process are counted here, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Files whose counts and sizes are not true.</summary>
[Collection(nameof(Alone))]
public sealed class LyingFileTests
{
    private const long Spare = 16 << 20;

    [Fact]
    public Task MoreValuesThanThePageHolds() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 3 }.Page(EncodingTests.Ints(1, 2), 3));

    [Fact]
    public Task FewerValuesThanTheFooterClaims() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 3 }.Page(EncodingTests.Ints(1, 2), 2));

    [Fact]
    public Task MoreValuesThanTheFooterClaims() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 1 }.Page(EncodingTests.Ints(1, 2), 2));

    [Fact]
    public Task ManyValuesOfNothing() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 60_000_000 }.Page(EncodingTests.Ints(1, 2), int.MaxValue));

    [Fact]
    public Task ValuesThatAreNotTheRows() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 2, ClaimedValues = 3 }.Page(EncodingTests.Ints(1, 2), 2));

    [Fact]
    public Task TrillionsOfRows() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 1L << 40 }.Page(EncodingTests.Ints(1, 2), 2), "at most");

    [Fact]
    public Task AColumnOfMoreThan256MiB() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int64, Rows = (256 << 17) + 1 }.Page(EncodingTests.Longs(1), 1), "at most");

    [Fact]
    public Task BytesBeyondTheFile() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 2, ClaimedBytes = 1L << 60 }.Page(EncodingTests.Ints(1, 2), 2));

    [Fact]
    public Task APageBeyondItsColumn() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 2 }.Page(EncodingTests.Ints(1, 2), 2, packed: int.MaxValue));

    [Fact]
    public Task APageThatUnpacksToMoreThan256MiB() =>
        RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 2 }.Page(EncodingTests.Ints(1, 2), 2, unpacked: (256 << 20) + 1), "at most");

    [Fact]
    public Task NegativeSizes() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 2 }.Page(EncodingTests.Ints(1, 2), 2, packed: -100));

    [Fact]
    public Task NullsWhereNoneAreClaimed() =>
        RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, IsOptional = true, Rows = 2, ClaimedNulls = 0 }.Page([2, 0, 0, 0, 0x03, 0b01, .. EncodingTests.Ints(1)], 2), "nulls");

    [Fact]
    public Task NullsThatThePageDoesNotHave() =>
        RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, IsOptional = true, Rows = 2 }.SecondPage([0x03, 0b11], EncodingTests.Ints(1), 2, 1), "nulls");

    [Fact]
    public Task ADictionaryOfBillions() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 2 }.Dictionary(EncodingTests.Ints(1), int.MaxValue).Page([1, 3, 0], 2, 8));

    [Fact]
    public Task ADictionaryEntryThatIsNotThere() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 2 }.Dictionary(EncodingTests.Ints(1), 1).Page([1, 3, 0b11], 2, 8));

    [Fact]
    public Task NoDictionary() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 2 }.Page([1, 3, 0b11], 2, 8));

    [Fact]
    public Task DictionaryIndexesThatEndEarly() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 2000 }.Dictionary(EncodingTests.Ints(1, 2), 2).Page([1, 0x04, 0x01], 2000, 8));

    [Fact]
    public Task ATextOfNegativeLength() => RefusedAsync(new HandmadeFile { Type = PhysicalType.ByteArray, Converted = 0, Rows = 1 }.Page(EncodingTests.Ints(-5), 1));

    [Fact]
    public Task ATextLongerThanItsPage() => RefusedAsync(new HandmadeFile { Type = PhysicalType.ByteArray, Converted = 0, Rows = 1 }.Page([200, 0, 0, 0, 65], 1));

    [Fact]
    public Task ATextThatIsNotUtf8() => RefusedAsync(new HandmadeFile { Type = PhysicalType.ByteArray, Converted = 0, Rows = 1 }.Page([2, 0, 0, 0, 0xC3, 0x28], 1), "UTF-8");

    [Fact]
    public Task AnUnknownCodec() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Codec = 3, Rows = 1 }.Page(EncodingTests.Ints(1), 1), "codec 3");

    [Fact]
    public Task AnUnknownEncoding() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 1 }.Page(EncodingTests.Ints(1), 1, 77), "encoding 77");

    [Fact]
    public Task AColumnInAnotherFile() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 1, ElsewhereFile = "/etc/passwd" }.Page(EncodingTests.Ints(1), 1), "another file");

    [Fact]
    public Task EncryptedColumns() => RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Rows = 1, HasEncryption = true }.Page(EncodingTests.Ints(1), 1), "encrypted");

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task AGZipOrBrotliBomb_IsUnpackedToItsClaimOnly(int codec)
    {
        using MemoryStream packed = new();
        await using (Stream pack = codec == 2 ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int i = 0; i < 64; i++)
            {
                await pack.WriteAsync(new byte[1 << 20]);
            }
        }

        await RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Codec = codec, Rows = 2 }.Page(packed.ToArray(), 2, unpacked: 8), "unpack");
    }

    [Fact]
    public Task AZstandardBomb_IsUnpackedToItsClaimOnly()
    {
        using ZstdSharp.Compressor compressor = new();
        return RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Codec = 6, Rows = 2 }.Page(compressor.Wrap(new byte[8 << 20]).ToArray(), 2, unpacked: 8), "unpack");
    }

    [Fact]
    public Task ASnappyPageThatClaimsGibibytes() =>
        RefusedAsync(new HandmadeFile { Type = PhysicalType.Int32, Codec = 1, Rows = 2 }.Page([0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0, 1], 2, unpacked: 8), "unpack");

    [Fact]
    public Task TextsThatGrowByWhatTheyShare()
    {
        // 4,000 texts that each take all of the one before them, and a first of a mebibyte: 4 GiB out of 1 MiB
        byte[] prefixes = [0x80, 0x01, 0x04, 0xA0, 0x1F, 0x00, .. Block(1 << 20), .. Enumerable.Range(0, 31).SelectMany(_ => Block(0))];
        byte[] lengths = [0x80, 0x01, 0x04, 0xA0, 0x1F, 0x80, 0x80, 0x80, 0x01, .. Block(-(1 << 20)), .. Enumerable.Range(0, 31).SelectMany(_ => Block(0))];
        return RefusedAsync(new HandmadeFile { Type = PhysicalType.ByteArray, Converted = 0, Rows = 4000 }.Page([.. prefixes, .. lengths, .. new byte[1 << 20]], 4000, PlainValues.DeltaTexts), "unpack to more");

        // only the first difference of a block is not zero
        static byte[] Block(int first) => first == 0
            ? [0x00, 0, 0, 0, 0]
            : first > 0
            ? [0x00, 21, 0, 0, 0, 0, 0, 0x10, .. new byte[(21 * 4) - 3]]
            : [0xFF, 0xFF, 0x7F, 21, 21, 21, 21, .. Ones()];

        static byte[] Ones()
        {
            // the first is 0, the others are 2^20 over the least, which is -2^20
            byte[] bytes = new byte[21 * 16];
            for (int value = 1; value < 128; value++)
            {
                int bit = (value * 21) + 20;
                bytes[bit / 8] |= (byte)(1 << (bit % 8));
            }

            return bytes;
        }
    }

    private static async Task RefusedAsync(HandmadeFile made, string says = "")
    {
        byte[] file = made.Complete();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        TableFormatException error = await Assert.ThrowsAsync<TableFormatException>(() => Reading.ReadAsync(file));
        Assert.Contains("t.parquet", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        if (made.Rows < 10_000 && file.Length < 1 << 20)
        {
            Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < Spare, error.Message);
        }
    }
}
