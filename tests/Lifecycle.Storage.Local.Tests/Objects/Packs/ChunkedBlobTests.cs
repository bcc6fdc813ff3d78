using System.Diagnostics.Metrics;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>Big blobs of batches: what is stored, what is read, what is shared.</summary>
public sealed class ChunkedBlobTests : IDisposable
{
    private const int Mebibyte = 1 << 20;
    private readonly TemporaryFolder _folder = new();
    private readonly LocalStorageOptions _options = new() { Durability = Durability.Relaxed };
    private readonly LocalBlobStore _blobs;

    public ChunkedBlobTests() => _blobs = new LocalBlobStore(_folder["objects"], _options);

    /// <summary>What the goals of the design are stated for; continuous integration takes a part of it.</summary>
    private static int Size => Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full" ? 1024 * Mebibyte : 64 * Mebibyte;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2000)]
    [InlineData(2 << 20)]
    public async Task ABlobThatIsPutSmallAndWhole_IsOneNewBlob(int length)
    {
        using TemporaryFolder folder = new();
        LocalBlobStore store = new(folder["objects"]);
        byte[] content = new byte[length];
        new Random(3).NextBytes(content);
        for (int round = 0; round < 2; round++)
        {
            await using BlobBatch batch = await store.BeginBatchAsync();
            Assert.Equal(round == 0, (await batch.PutAsync(content)).IsNew);
            Assert.False((await batch.PutAsync(new MemoryStream(content), new BlobPutOptions { Layout = BlobLayout.Whole })).IsNew);
            BlobReceipt receipt = await batch.CompleteAsync();
            Assert.Equal((2, 1 - round), (receipt.Blobs, receipt.NewBlobs));
        }
    }

    [Fact]
    public async Task Append_OnePercent_StoresAboutOnePercent()
    {
        byte[] bytes = Content(Size + (Size / 100), 1);
        await PutAsync(bytes.AsMemory(0, Size));
        BlobReceipt receipt = await PutAsync(bytes);

        // The last chunk and the last node are written anew, and the recipe.
        long appended = Size / 100;
        Assert.InRange(receipt.StoredBytes, appended, appended + ContentChunker.Maximum + (2 * ChunkNode.MaximumChunks * ChunkNode.EntrySize) + (40 * Size / Mebibyte));
        Assert.True(Size < 1024 * Mebibyte || receipt.StoredBytes <= 0.0105 * Size, $"{receipt.StoredBytes} bytes");
        Assert.Equal(Digest.Of(bytes), await ReadDigestAsync(Digest.Of(bytes)));
        Assert.Equal(Digest.Of(bytes.AsSpan(0, Size)), await ReadDigestAsync(Digest.Of(bytes.AsSpan(0, Size))));
    }

    [Fact]
    public Task InsertOneByte_TwoChunks() => OneChange_TwoChunksAsync(Size == 1024 * Mebibyte ? Size : Size / 2, middle => [7], skipped: 0);

    [Fact]
    public Task DeleteOneByte_TwoChunks() => OneChange_TwoChunksAsync(Size / 4, middle => [], skipped: 1);

    [Fact]
    public Task ChangeOneByte_TwoChunks() => OneChange_TwoChunksAsync(Size / 4, middle => [(byte)(middle ^ 1)], skipped: 1);

    /// <summary>Everything moves by some bytes: only the first chunk is another one, and the one behind it at most.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3000)]
    public async Task ShiftedBytes_TwoChunks(int by)
    {
        byte[] bytes = Content(Size / 4, 13);
        await PutAsync(bytes);
        await AssertTwoChunksAsync([.. Content(by, 14), .. bytes]);
    }

    private async Task OneChange_TwoChunksAsync(int size, Func<byte, byte[]> instead, int skipped)
    {
        byte[] bytes = Content(size, 2);
        await PutAsync(bytes);
        int middle = bytes.Length / 2;
        await AssertTwoChunksAsync([.. bytes.AsSpan(0, middle), .. instead(bytes[middle]), .. bytes.AsSpan(middle + skipped)]);
    }

    /// <summary>Of these bytes at most two chunks are new, and what the list of chunks costs.</summary>
    private async Task AssertTwoChunksAsync(byte[] longer)
    {
        HashSet<Digest> before = [.. (await _blobs.ListAsync().ToListAsync()).Select(b => b.Digest)];
        BlobReceipt receipt = await PutAsync(longer);
        ChunkRecipe recipe = _blobs.ReadRecipe(Digest.Of(longer))!.Value.Recipe;
        HashSet<Digest> nodes = [.. recipe.Nodes.Select(n => n.Id)];
        StoredBlob[] chunks = [.. (await _blobs.ListAsync().ToListAsync()).Where(b => b.IsPart && !before.Contains(b.Digest) && !nodes.Contains(b.Digest))];
        Assert.InRange(chunks.Length, 1, 2);
        Assert.InRange(chunks.Sum(c => c.Length), 1, 512 << 10);
        Assert.True(receipt.StoredBytes < 700 << 10, $"{receipt.StoredBytes} bytes");
        Assert.Equal(Digest.Of(longer), await ReadDigestAsync(Digest.Of(longer)));
    }

    [Fact]
    public async Task FiftyThousandSmallFiles_FewPacks()
    {
        const int Files = 50_000;
        byte[] bytes = Content(2000, 3);
        Digest[] put = new Digest[Files];
        BlobReceipt receipt;
        await using (BlobBatch batch = await _blobs.BeginBatchAsync())
        {
            for (int i = 0; i < Files; i++)
            {
                BitConverter.TryWriteBytes(bytes, i);
                put[i] = (await batch.PutAsync(bytes)).Digest;
            }

            receipt = await batch.CompleteAsync();
        }

        Assert.Equal((Files, Files, Files * 2000L), (receipt.Blobs, receipt.NewBlobs, receipt.StoredBytes));
        Assert.InRange(_folder.Files().Count, 1, 10);
        LocalBlobStore other = new(_folder["objects"], _options);
        Assert.Equal(put.Order(), (await other.ListAsync().ToListAsync()).Select(b => b.Digest));
        for (int i = 0; i < Files; i += 500)
        {
            Assert.Equal(put[i], await ReadDigestAsync(put[i]));
        }
    }

    [Fact]
    public async Task Ranges_ReadNoMoreThanTheyMust()
    {
        const int Asked = 64 << 10;
        byte[] bytes = Content(Size / 4, 4);
        Digest digest = Digest.Of(bytes);
        await PutAsync(bytes);
        long read = 0;
        int thread = Environment.CurrentManagedThreadId;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "lifecycle.storage.read.bytes")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => read += Environment.CurrentManagedThreadId == thread ? count : 0);
        listener.Start();
        Random random = new(4);
        byte[] buffer = new byte[Asked];
        long worst = 0;
        for (int i = 0; i < 1000; i++)
        {
            int at = random.Next(bytes.Length - Asked);
            read = 0;
            await using (Stream content = await _blobs.OpenAsync(digest, new BlobOpenOptions { Range = new BlobRange(at, Asked) }))
            {
                content.ReadExactly(buffer);
            }

            Assert.True(buffer.AsSpan().SequenceEqual(bytes.AsSpan(at, Asked)));
            worst = Math.Max(worst, read);
        }

        Assert.InRange(worst, Asked, 576 << 10);
        TestContext.Current.SendDiagnosticMessage("worst range: {0} bytes", worst);
    }

    [Fact]
    public async Task ASmallBlobThatIsAChunk_IsStoredOnce()
    {
        byte[] bytes = Content(3 * Mebibyte, 5);
        int cut = ContentChunker.FirstCut(bytes);
        await PutAsync(bytes);
        BlobReceipt receipt = await PutAsync(bytes.AsMemory(0, cut));
        Assert.Equal((0, 0L), (receipt.NewBlobs, receipt.StoredBytes));
        Digest chunk = Digest.Of(bytes.AsSpan(0, cut));
        Assert.Equal(cut, await _blobs.FindAsync(chunk));
        Assert.Equal(chunk, await ReadDigestAsync(chunk));
        Assert.True((await _blobs.ListAsync().ToListAsync()).Single(b => b.Digest == chunk).IsPart);

        // Nobody deletes a part of something else.
        Assert.False(await _blobs.DeleteAsync(chunk));
        Assert.Equal(Digest.Of(bytes), await ReadDigestAsync(Digest.Of(bytes)));
    }

    [Fact]
    public async Task ABlobThatIsLooseAlready_LeavesNoChunks()
    {
        byte[] bytes = Content(3 * Mebibyte, 6);
        await _blobs.PutAsync(new MemoryStream(bytes));
        BlobReceipt receipt = await PutAsync(bytes);
        Assert.Equal((0, 0L), (receipt.NewBlobs, receipt.StoredBytes));
        Assert.Empty(Directory.GetFiles(_folder["objects", "packs"]));
        Assert.Single(await _blobs.ListAsync().ToListAsync());
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(3 * Mebibyte)]
    public async Task WholeLayout_GivesAPackedBlobAFileOfItsOwn(int length)
    {
        byte[] bytes = Content(length, 7);
        await PutAsync(bytes);
        string file = _blobs.Layout.FileOf(Digest.Of(bytes));
        Assert.False(File.Exists(file));
        StoredBlob stored = await _blobs.PutAsync(new MemoryStream(bytes), new BlobPutOptions { Layout = BlobLayout.Whole });
        Assert.False(stored.IsNew);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(file));
        Assert.Equal(length, (await _blobs.ListAsync().ToListAsync()).Single(b => !b.IsPart).Length);
    }

    [Fact]
    public async Task AHardlinkOfAPackedBlob_MakesItsFileOnce()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The files of one object are compared by their inode.");
        }

        byte[] bytes = Content(2 * Mebibyte, 8);
        await PutAsync(bytes);
        Digest digest = Digest.Of(bytes);
        Assert.Equal(LinkKind.Hardlink, await _blobs.PlaceAsync(digest, _folder["a"], LinkKind.Hardlink));
        Assert.Equal(LinkKind.Hardlink, await _blobs.PlaceAsync(digest, _folder["b"], LinkKind.Hardlink));
        Assert.Equal(FileStamp.Of(_folder["a"]).Inode, FileStamp.Of(_folder["b"]).Inode);
        Assert.Equal(FileStamp.Of(_folder["a"]).Inode, FileStamp.Of(_blobs.Layout.FileOf(digest)).Inode);
        Assert.Equal(LinkKind.Copy, await _blobs.PlaceAsync(digest, _folder["c"]));
        Assert.NotEqual(FileStamp.Of(_folder["a"]).Inode, FileStamp.Of(_folder["c"]).Inode);
    }

    [Fact]
    public async Task AReaderWhosePackGoesAway_FindsTheNewOne()
    {
        byte[] shared = Content(4 * Mebibyte, 9);
        byte[] small = Content(100, 10);
        await using (BlobBatch batch = await _blobs.BeginBatchAsync())
        {
            await batch.PutAsync(small);
            await batch.PutAsync(shared);
            await batch.CompleteAsync();
        }

        byte[] longer = [.. shared, .. Content(Mebibyte, 11)];
        await PutAsync(longer);
        LocalBlobStore reader = new(_folder["objects"], _options);
        await using Stream content = await reader.OpenAsync(Digest.Of(longer));
        Assert.True(await _blobs.DeleteAsync(Digest.Of(small)));
        Assert.Equal(Digest.Of(longer), await Digest.OfAsync(content));
        Assert.Null(await reader.FindAsync(Digest.Of(small)));
    }

    [Fact]
    public async Task PacksOfAnotherStore_AreFound()
    {
        LocalBlobStore other = new(_folder["objects"], _options);
        Assert.Empty(await other.ListAsync().ToListAsync());
        for (int i = 0; i < 20; i++)
        {
            byte[] bytes = Content(100 + i, 12);
            await PutAsync(bytes);
            Assert.Equal(bytes.Length, await other.FindAsync(Digest.Of(bytes)));
        }
    }

    private static byte[] Content(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private async Task<BlobReceipt> PutAsync(ReadOnlyMemory<byte> bytes)
    {
        await using BlobBatch batch = await _blobs.BeginBatchAsync();
        await batch.PutAsync(bytes);
        return await batch.CompleteAsync();
    }

    private async Task<Digest> ReadDigestAsync(Digest digest)
    {
        await using Stream content = await _blobs.OpenAsync(digest);
        return await Digest.OfAsync(content);
    }
}
