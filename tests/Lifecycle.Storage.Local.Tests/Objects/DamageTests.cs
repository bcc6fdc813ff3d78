using System.Security.Cryptography;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>Any bit of any file of the store may flip: a verification names the file, and no wrong byte is handed out.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DamageTests : IDisposable
{
    private const int Mebibyte = 1 << 20;
    private readonly TemporaryFolder _folder = new();
    private readonly LocalBlobStore _blobs;
    private readonly LocalBlobUpkeep _upkeep;

    public DamageTests()
    {
        _blobs = new LocalBlobStore(_folder["objects"]);
        _upkeep = new LocalBlobUpkeep(_blobs);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EveryBitOfASmallBlob_IsNoticed()
    {
        byte[] bytes = Content(67);
        Digest digest = await PutAsync(bytes);
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            using (Flip(FileOf(digest), bit))
            {
                await AssertNamedAsync(digest, FileOf(digest));
                BlobCorruptedException error = await Assert.ThrowsAsync<BlobCorruptedException>(async () => await _blobs.OpenAsync(digest));
                Assert.Equal(Relative(FileOf(digest)), error.File);
                await Assert.ThrowsAsync<BlobCorruptedException>(async () => await _blobs.OpenAsync(digest, new BlobOpenOptions { Range = new BlobRange(3, 1) }));
            }
        }

        Assert.True((await _upkeep.VerifyAsync()).IsSound);
    }

    [Theory]
    [InlineData(67)]
    [InlineData((2 * Mebibyte) + 9)]
    public async Task GoodBytesThatArePutAgain_MendADamagedBlob(int length)
    {
        byte[] bytes = Content(length);
        Digest digest = await PutAsync(bytes);
        File.SetUnixFileMode(FileOf(digest), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        byte[] rotten = [.. bytes];
        rotten[length / 2] ^= 1;
        await File.WriteAllBytesAsync(FileOf(digest), rotten);
        Assert.False((await _upkeep.VerifyAsync()).IsSound);

        Assert.Equal(digest, await PutAsync(bytes));
        Assert.True((await _upkeep.VerifyAsync()).IsSound);
        await using Stream content = await _blobs.OpenAsync(digest);
        Assert.Equal(digest, await Digest.OfAsync(content));
    }

    [Theory]
    [InlineData(Mebibyte)]
    [InlineData((2 * Mebibyte) + 9)]
    public async Task ABitOfABigBlob_IsNoticed_AndItsBlockIsNeverHandedOut(int length)
    {
        byte[] bytes = Content(length);
        Digest digest = await PutAsync(bytes);
        foreach (long at in new long[] { 0, 1, Mebibyte - 1, Mebibyte, (2 * Mebibyte) - 1, 2 * Mebibyte, length - 1, length / 2, length / 3 }.Where(a => a < length).Distinct())
        {
            foreach (int bit in new[] { 0, 7 })
            {
                using (Flip(FileOf(digest), (8 * at) + bit))
                {
                    await AssertNamedAsync(digest, FileOf(digest));
                    await AssertOnlyGoodBytesAsync(digest, bytes, at, null);
                    await AssertOnlyGoodBytesAsync(digest, bytes, at, new BlobRange(at, 1));
                    await AssertOnlyGoodBytesAsync(digest, bytes, at, new BlobRange(at / Mebibyte * Mebibyte, long.MaxValue));
                }
            }
        }
    }

    [Fact]
    public async Task RandomBitsOfABigBlob_AreNoticedWithoutSumsToo()
    {
        byte[] bytes = Content((2 * Mebibyte) + 77);
        Digest digest = await PutAsync(bytes);
        for (int i = 0; i < 30; i++)
        {
            File.Delete(FileOf(digest) + ".sum");
            long at = RandomNumberGenerator.GetInt32(bytes.Length);
            using (Flip(FileOf(digest), (8 * at) + (i % 8)))
            {
                await AssertNamedAsync(digest, FileOf(digest));
                await AssertOnlyGoodBytesAsync(digest, bytes, at, null);
                await AssertOnlyGoodBytesAsync(digest, bytes, at, new BlobRange(at, 5));
            }
        }
    }

    [Fact]
    public async Task EveryBitOfTheSums_IsNamed_AndReadsStillGiveTheTruth()
    {
        byte[] bytes = Content(Mebibyte + 1);
        Digest digest = await PutAsync(bytes);
        string sums = FileOf(digest) + ".sum";
        long bits = 8 * new FileInfo(sums).Length;
        for (long bit = 0; bit < bits; bit++)
        {
            using (Flip(sums, bit))
            {
                await AssertNamedAsync(digest, sums);
                if (bit % 16 == 0)
                {
                    Assert.Equal(bytes[Mebibyte..], await ReadAsync(digest, new BlobRange(Mebibyte, 1)));
                    Assert.Equal(bytes, await ReadAsync(digest, null));
                }
            }
        }
    }

    [Fact]
    public async Task SumsOfAnotherBlob_AreNamed_AndReadsStillGiveTheTruth()
    {
        byte[] bytes = Content(Mebibyte + 1);
        byte[] others = [.. bytes.Reverse()];
        Digest digest = await PutAsync(bytes);
        Digest other = await PutAsync(others);
        File.Copy(FileOf(other) + ".sum", FileOf(digest) + ".sum", overwrite: true);
        await AssertNamedAsync(digest, FileOf(digest) + ".sum");
        Assert.Equal(bytes[5..9], await ReadAsync(digest, new BlobRange(5, 4)));
        Assert.Equal(bytes, await ReadAsync(digest, null));
        File.Delete(FileOf(digest) + ".sum");
        Assert.Equal(bytes[5..9], await ReadAsync(digest, new BlobRange(5, 4)));
        Assert.True(File.Exists(FileOf(digest) + ".sum"));
        Assert.True((await _upkeep.VerifyAsync()).IsSound);
    }

    [Theory]
    [InlineData(100, 99)]
    [InlineData(100, 0)]
    [InlineData(100, 101)]
    [InlineData((2 * Mebibyte) + 9, (2 * Mebibyte) + 8)]
    [InlineData((2 * Mebibyte) + 9, Mebibyte)]
    [InlineData((2 * Mebibyte) + 9, 5)]
    [InlineData((2 * Mebibyte) + 9, (2 * Mebibyte) + 10)]
    public async Task ABlobOfAnotherLength_IsNoticed_AndHealedByPuttingItAgain(int length, int changed)
    {
        byte[] bytes = Content(length);
        Digest digest = await PutAsync(bytes);
        MakeWritable(FileOf(digest));
        using (FileStream file = File.OpenWrite(FileOf(digest)))
        {
            file.SetLength(changed);
        }

        await AssertNamedAsync(digest, FileOf(digest));
        await Assert.ThrowsAsync<BlobCorruptedException>(() => ReadAsync(digest, null));
        Assert.True((await _blobs.PutAsync(new MemoryStream(bytes))).IsNew);
        Assert.Equal(bytes, await ReadAsync(digest, null));
        Assert.True((await _upkeep.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task AReadThatFailed_FailsAgain()
    {
        Digest digest = await PutAsync(Content((2 * Mebibyte) + 9));
        File.Delete(FileOf(digest) + ".sum");
        using (Flip(FileOf(digest), 8 * ((2 * Mebibyte) + 3)))
        {
            await using Stream content = await _blobs.OpenAsync(digest);
            byte[] buffer = new byte[2 * Mebibyte];
            await content.ReadExactlyAsync(buffer);
            for (int i = 0; i < 3; i++)
            {
                await Assert.ThrowsAsync<BlobCorruptedException>(async () => await content.ReadExactlyAsync(buffer));
            }
        }
    }

    [Fact]
    public async Task PlacingADamagedBlob_LeavesNoFile()
    {
        foreach (int length in new[] { 10, Mebibyte + 1 })
        {
            Digest digest = await PutAsync(Content(length));
            using (Flip(FileOf(digest), 8 * (length - 1)))
            {
                foreach (LinkKind link in Enum.GetValues<LinkKind>())
                {
                    await Assert.ThrowsAsync<BlobCorruptedException>(async () => await _blobs.PlaceAsync(digest, _folder["placed"], link));
                    Assert.DoesNotContain(_folder.Files(), f => !f.StartsWith("objects/", StringComparison.Ordinal));
                }
            }
        }
    }

    private static byte[] Content(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)((i * 31) ^ (i >> 8));
        }

        return bytes;
    }

    private async Task<Digest> PutAsync(byte[] bytes) => (await _blobs.PutAsync(new MemoryStream(bytes))).Digest;

    private string FileOf(Digest digest) => _blobs.Layout.FileOf(digest);

    private string Relative(string file) => Path.GetRelativePath(_blobs.Folder, file).Replace('\\', '/');

    private async Task<byte[]> ReadAsync(Digest digest, BlobRange? range)
    {
        await using Stream content = await _blobs.OpenAsync(digest, new BlobOpenOptions { Range = range });
        MemoryStream bytes = new();
        await content.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private async Task AssertNamedAsync(Digest digest, string file)
    {
        VerificationReport report = await _upkeep.VerifyAsync();
        DamagedBlob damaged = Assert.Single(report.Damaged);
        Assert.Equal((Relative(file), digest), (damaged.File, damaged.Expected));
        Assert.Contains(damaged.File, damaged.Problem, StringComparison.Ordinal);
    }

    private async Task AssertOnlyGoodBytesAsync(Digest digest, byte[] bytes, long damagedAt, BlobRange? range)
    {
        MemoryStream read = new();
        await Assert.ThrowsAsync<BlobCorruptedException>(async () =>
        {
            await using Stream content = await _blobs.OpenAsync(digest, new BlobOpenOptions { Range = range });
            byte[] buffer = new byte[100_000];
            for (int got; (got = await content.ReadAsync(buffer)) > 0;)
            {
                read.Write(buffer, 0, got);
            }
        });
        long from = range?.Offset ?? 0;
        bool hasSums = File.Exists(FileOf(digest) + ".sum");
        int good = (int)Math.Min(read.Length, Math.Max(0, damagedAt - from));
        Assert.Equal(bytes[(int)from..(int)(from + good)], read.ToArray()[..good]);
        if (hasSums)
        {
            Assert.True(read.Length <= (damagedAt / Mebibyte * Mebibyte) - Math.Min(from, damagedAt / Mebibyte * Mebibyte), "bytes of the damaged block were handed out");
        }
        else
        {
            Assert.True(read.Length < bytes.Length - from, "the last block was handed out");
        }
    }

    private static Undo Flip(string file, long bit)
    {
        Change(file, bit);
        return new Undo(() => Change(file, bit));
    }

    private static void Change(string file, long bit)
    {
        MakeWritable(file);
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = bit / 8;
        int value = stream.ReadByte();
        stream.Position = bit / 8;
        stream.WriteByte((byte)(value ^ (1 << (int)(bit % 8))));
    }

    private static void MakeWritable(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private sealed class Undo(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}
