using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>A loss of power after every single step that a store did to its disk.</summary>
public sealed class CrashImageTests : IDisposable
{
    private const int Mebibyte = 1 << 20;
    private readonly TemporaryFolder _folder = new();
    private readonly CrashImages _images = new();
    private readonly List<(int Step, Digest Digest)> _promises = [];
    private readonly LocalBlobStore _blobs;

    public CrashImageTests()
    {
        _blobs = new LocalBlobStore(_folder["objects"], new LocalStorageOptions { Durability = Durability.Relaxed });
        _blobs.Layout.Disk.Recorder = _images.Add;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CrashImages_CompletedBlobsReadable()
    {
        byte[] big = Content(Mebibyte + 50_000, 1), small = Content(500, 2);
        await PromiseAsync(await _blobs.PutAsync(new MemoryStream(Content(100, 3))));
        await PromiseAsync(await _blobs.PutAsync(new MemoryStream(Content(Mebibyte + 9, 4))));
        await BatchAsync(null, small);
        await BatchAsync(null, big, Content(600, 5));
        await BatchAsync(new BlobPutOptions { Layout = BlobLayout.Whole }, Content(700, 6), Content(Mebibyte, 7));
        await BatchAsync(null, [.. big, 1, 2, 3], small, Content(20, 9));
        await BatchAsync(new BlobPutOptions { Layout = BlobLayout.Whole }, small);
        await _blobs.PlaceAsync(Digest.Of(big), _folder["link"], LinkKind.Hardlink);

        // What goes leaves everything else in its pack readable.
        Digest gone = Digest.Of(Content(600, 5));
        _promises.RemoveAll(p => p.Digest == gone);
        await _blobs.DeleteAsync(gone);

        int whole = 0;
        foreach (int step in Enumerable.Range(0, _images.Count + 1).Where(_images.IsOther))
        {
            foreach (bool keepNames in new[] { false, true })
            {
                whole = await CheckAsync(step, keepNames);
            }
        }

        Assert.True(_images.Count > 60, $"only {_images.Count} steps");
        Assert.Equal(_promises.Select(p => p.Digest).Distinct().Count(), whole);
    }

    [Fact]
    public async Task CrashImages_OfABatchOfManyPacks_ShowNoRecipeWithoutItsChunks()
    {
        _blobs.Layout.SealPacksFrom = Mebibyte;
        await BatchAsync(null, Content(2 * Mebibyte, 8), Content(10, 9), Content(3 * Mebibyte / 2, 10));
        Assert.Equal(4, Directory.GetFiles(_folder["objects", "packs"]).Length);
        foreach (int step in Enumerable.Range(0, _images.Count + 1).Where(_images.IsOther))
        {
            foreach (bool keepNames in new[] { false, true })
            {
                await CheckAsync(step, keepNames);
            }
        }
    }

    private static byte[] Content(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private ValueTask PromiseAsync(StoredBlob blob)
    {
        _promises.Add((_images.Count, blob.Digest));
        return ValueTask.CompletedTask;
    }

    private async Task BatchAsync(BlobPutOptions? options, params byte[][] contents)
    {
        await using BlobBatch batch = await _blobs.BeginBatchAsync();
        List<StoredBlob> put = [];
        foreach (byte[] content in contents)
        {
            put.Add(await batch.PutAsync(new MemoryStream(content), options));
        }

        Assert.Empty((await batch.CompleteAsync()).Missing);
        foreach (StoredBlob blob in put)
        {
            await PromiseAsync(blob);
        }
    }

    /// <summary>Opens what a loss of power left: promised blobs are there, and whatever is listed is whole.</summary>
    private async Task<int> CheckAsync(int step, bool keepNames)
    {
        using TemporaryFolder image = new();
        _images.Write(step, keepNames, _folder["objects"], Directory.CreateDirectory(image["objects"]).FullName);
        await File.WriteAllTextAsync(image["objects", "FORMAT"], ObjectFolder.Format);
        LocalBlobStore store = new(image["objects"], new LocalStorageOptions { Durability = Durability.Relaxed });
        foreach (Digest digest in _promises.Where(p => p.Step <= step).Select(p => p.Digest).Distinct())
        {
            Assert.True(await store.FindAsync(digest) is not null, $"{digest} was promised before step {step}");
        }

        int whole = 0;
        foreach (StoredBlob blob in await store.ListAsync().ToListAsync())
        {
            await using Stream content = await store.OpenAsync(blob.Digest);
            Assert.Equal(blob.Digest, await Digest.OfAsync(content));
            whole += blob.IsPart ? 0 : 1;
        }

        return whole;
    }
}
