using System.IO.Compression;
using System.IO.Pipelines;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Whole bodies under one limit.</summary>
public sealed class BodyReaderTests
{
    private const int Limit = 100_000;

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("identity")]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Body_OfEveryEncoding_IsRead(string? encoding)
    {
        foreach (int size in new[] { 0, 1, 5000, Limit })
        {
            byte[] plain = Pattern(size);
            foreach (int chunk in new[] { 1 + (size / 100), 1 << 20 })
            {
                using PooledBytes body = await ReadAsync(Compress(plain, encoding), encoding, null, chunk);
                Assert.Equal(plain, body.Span.ToArray());
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Body_OverTheLimit_Is413(string? encoding)
    {
        InferenceWireException error = await Assert.ThrowsAsync<InferenceWireException>(() => ReadAsync(Compress(Pattern(Limit + 1), encoding), encoding));
        Assert.Equal(413, error.Status);
        Assert.Contains("100000 bytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Bomb_Is413_AndTakesLittleMemory(string encoding)
    {
        byte[] bomb = Compress(new byte[64 * 1024 * 1024], encoding);
        Assert.True(bomb.Length < Limit);
        using PooledBytes body = new();
        InferenceWireException error = await Assert.ThrowsAsync<InferenceWireException>(
            async () => await BodyReader.ReadAsync(new ChunkReader(bomb, 4096), encoding, bomb.Length, Limit, body, TestContext.Current.CancellationToken));
        Assert.Equal(413, error.Status);
        Assert.InRange(body.Capacity, 0, 4 * Limit);
    }

    [Fact]
    public async Task Body_OfEmptyCompressedBlocks_EndsAtTheLimit()
    {
        // A stored block without bytes, again and again: it never gives anything.
        byte[] endless = new byte[2 + (Limit * 2)];
        endless[0] = 0x78;
        endless[1] = 0x01;
        for (int i = 2; i + 5 <= endless.Length; i += 5)
        {
            endless[i + 3] = 0xFF;
            endless[i + 4] = 0xFF;
        }

        InferenceWireException error = await Assert.ThrowsAsync<InferenceWireException>(() => ReadAsync(endless, "deflate"));
        Assert.Equal(413, error.Status);
    }

    [Fact]
    public async Task Body_OfALengthOverTheLimit_Is413_BeforeItIsRead()
    {
        InferenceWireException error = await Assert.ThrowsAsync<InferenceWireException>(() => ReadAsync([1], null, Limit + 1L));
        Assert.Equal(413, error.Status);
    }

    [Fact]
    public async Task Length_ThatIsOnlyClaimed_TakesLittleMemory()
    {
        using PooledBytes body = new();
        await BodyReader.ReadAsync(new ChunkReader([1], 1), null, 16_000_000, 16_777_216, body, TestContext.Current.CancellationToken);
        Assert.InRange(body.Capacity, 1, 1 << 17);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Body_ThatIsNotCompressed_Is400(string encoding)
    {
        InferenceWireException error = await Assert.ThrowsAsync<InferenceWireException>(() => ReadAsync("{\"inputs\":[]}"u8.ToArray(), encoding));
        Assert.Equal(400, error.Status);
        Assert.Contains(encoding, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Body_CutAnywhere_Is400(string encoding)
    {
        byte[] whole = Compress(Pattern(600), encoding);
        for (int length = 1; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            InferenceWireException error = await Assert.ThrowsAsync<InferenceWireException>(() => ReadAsync(cut, encoding));
            Assert.Equal(400, error.Status);
        }
    }

    [Fact]
    public async Task Gzip_OfSeveralMembers_IsOneBody_AndAMissingEndIsNoticed()
    {
        byte[] zeros = new byte[700];
        byte[][] parts = [Pattern(600), zeros, Pattern(1), [], [], Pattern(300), zeros[..8]];
        for (int count = 2; count <= parts.Length; count++)
        {
            byte[][] members = [.. parts[..count].Select(p => Compress(p, "gzip"))];
            byte[] whole = [.. members.SelectMany(m => m)];
            using PooledBytes read = await ReadAsync(whole, "gzip");
            Assert.Equal(parts[..count].SelectMany(p => p), read.Span.ToArray());
            HashSet<int> ends = [.. members.Select((_, i) => members[..(i + 1)].Sum(m => m.Length))];
            for (int length = 1; length < whole.Length; length++)
            {
                if (!ends.Contains(length))
                {
                    byte[] cut = whole[..length];
                    Assert.Equal(400, (await Assert.ThrowsAsync<InferenceWireException>(() => ReadAsync(cut, "gzip"))).Status);
                }
            }
        }

        byte[] half = Compress(Pattern((Limit / 2) + 1), "gzip");
        Assert.Equal(413, (await Assert.ThrowsAsync<InferenceWireException>(() => ReadAsync([.. half, .. half], "gzip"))).Status);
        Assert.Equal(400, (await Assert.ThrowsAsync<InferenceWireException>(() => ReadAsync([.. Compress(zeros, "gzip"), .. zeros], "gzip"))).Status);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("gzip, br")]
    [InlineData("compress")]
    [InlineData("x\ny")]
    public async Task Encoding_ThatIsNotKnown_Is415WithTheList(string encoding)
    {
        InferenceWireException error = await Assert.ThrowsAsync<InferenceWireException>(() => ReadAsync([1], encoding));
        Assert.Equal(415, error.Status);
        Assert.Contains("gzip, deflate, br", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("application/json", true)]
    [InlineData("application/octet-stream", true)]
    [InlineData("text/plain; charset=utf-8", true)]
    [InlineData("nonsense", true)]
    [InlineData("text/html", false)]
    [InlineData("TEXT/HTML; charset=utf-8", false)]
    [InlineData("multipart/form-data; boundary=x", false)]
    [InlineData("multipart/mixed", false)]
    [InlineData("application/x-www-form-urlencoded", false)]
    public void ContentType_OfForms_Is415(string? contentType, bool isTaken)
    {
        if (isTaken)
        {
            BodyReader.CheckContentType(contentType);
        }
        else
        {
            Assert.Equal(415, Assert.Throws<InferenceWireException>(() => BodyReader.CheckContentType(contentType)).Status);
        }
    }

    [Fact]
    public async Task Read_ThatIsCancelled_Stops()
    {
        Pipe pipe = new();
        using CancellationTokenSource stop = new();
        using PooledBytes body = new();
        ValueTask reading = BodyReader.ReadAsync(pipe.Reader, null, null, Limit, body, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reading);
    }

    private static async Task<PooledBytes> ReadAsync(byte[] sent, string? encoding, long? length = null, int chunk = 4096)
    {
        PooledBytes body = new();
        await BodyReader.ReadAsync(new ChunkReader(sent, chunk), encoding, length, Limit, body, TestContext.Current.CancellationToken);
        return body;
    }

    // Hard to compress, so that a body at the limit stays below it when it is compressed and above zero ratios of a bomb.
    private static byte[] Pattern(int size)
    {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++)
        {
            bytes[i] = (byte)((i * 31) ^ (i >> 7));
        }

        return bytes;
    }

    private static byte[] Compress(byte[] plain, string? encoding)
    {
        using MemoryStream sent = new();
        Stream? stream = encoding?.ToUpperInvariant() switch
        {
            "GZIP" => new GZipStream(sent, CompressionLevel.Optimal, leaveOpen: true),
            "DEFLATE" => new ZLibStream(sent, CompressionLevel.Optimal, leaveOpen: true),
            "BR" => new BrotliStream(sent, CompressionLevel.Optimal, leaveOpen: true),
            _ => null,
        };
        if (stream is null)
        {
            return plain;
        }

        using (stream)
        {
            stream.Write(plain);
            stream.Flush();
        }

        return sent.ToArray();
    }
}
