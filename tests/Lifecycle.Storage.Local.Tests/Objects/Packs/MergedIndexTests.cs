using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>Many packs: one index over them, which is a cache and may be damaged or gone at any time.</summary>
public sealed class MergedIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalStorageOptions _options = new() { Durability = Durability.Relaxed };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SixtyFourPacks_AreCoveredByOneIndex_AndSixteenIndexesByOne()
    {
        LocalBlobStore blobs = new(_folder["objects"], _options);
        List<Digest> put = [];
        for (int i = 0; i < 64 * 16; i++)
        {
            put.Add(i % 64 < 62 ? Write(blobs, i) : await PutAsync(blobs, i));
            int covered = (i + 1) / 64 * 64;
            int expected = i + 1 == 64 * 16 ? 1 : covered / 64;
            if (i % 64 is 62 or 63)
            {
                Assert.Equal(expected, Indexes().Length);
            }
        }

        MergedIndex merged = MergedIndex.Open(Indexes().Single())!;
        Assert.Equal((1024, 1024, 1), (merged.Packs.Count, merged.Table.Count, merged.Size));
        foreach (LocalBlobStore store in new[] { blobs, new LocalBlobStore(_folder["objects"], _options) })
        {
            Assert.Equal(put.Order(), (await store.ListAsync().ToListAsync()).Select(b => b.Digest));
            foreach (Digest digest in put)
            {
                await using Stream content = await store.OpenAsync(digest);
                Assert.Equal(digest, await Digest.OfAsync(content));
            }

            Assert.Null(await store.FindAsync(Digest.Of("never"u8)));
        }
    }

    [Fact]
    public async Task ADamagedIndex_IsNotUsed()
    {
        LocalBlobStore blobs = new(_folder["objects"], _options);
        List<Digest> put = [];
        for (int i = 0; i < 70; i++)
        {
            put.Add(await PutAsync(blobs, i));
        }

        string index = Assert.Single(Indexes());
        byte[] sound = await File.ReadAllBytesAsync(index);
        Random random = new(3);
        for (int round = 0; round < 60; round++)
        {
            byte[] bytes = [.. sound];
            if (round % 3 == 0)
            {
                bytes = bytes[..random.Next(bytes.Length)];
            }
            else
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            File.Delete(index);
            await File.WriteAllBytesAsync(index, bytes);
            Assert.Null(MergedIndex.Open(index));
            if (round % 10 == 0)
            {
                LocalBlobStore other = new(_folder["objects"], _options);
                Assert.Equal(put.Order(), (await other.ListAsync().ToListAsync()).Select(b => b.Digest));
                Assert.Equal(put.Count, put.Count(d => other.Packs.TryFind(d, out _)));
            }
        }

        // The next batch writes another one; the damaged one goes.
        LocalBlobStore healed = new(_folder["objects"], _options);
        await PutAsync(healed, 70);
        string anew = Assert.Single(Indexes());
        Assert.Equal(71, MergedIndex.Open(anew)!.Packs.Count);
        Assert.Equal(70, put.Count(d => healed.Packs.TryFind(d, out _)));
    }

    [Fact]
    public async Task EntriesOfPacksThatAreGone_AreNotFound()
    {
        LocalBlobStore blobs = new(_folder["objects"], _options);
        List<Digest> put = [];
        for (int i = 0; i < 64; i++)
        {
            put.Add(await PutAsync(blobs, i));
        }

        Assert.Single(Indexes());
        LocalBlobStore other = new(_folder["objects"], _options);
        Assert.Equal(64, (await other.ListAsync().ToListAsync()).Count);
        foreach (Digest gone in put.Take(40))
        {
            Assert.True(await blobs.DeleteAsync(gone));
            Assert.Null(await blobs.FindAsync(gone));
        }

        foreach (LocalBlobStore store in new[] { blobs, other, new LocalBlobStore(_folder["objects"], _options) })
        {
            Assert.Equal(put.Skip(40).Order(), (await store.ListAsync().ToListAsync()).Select(b => b.Digest));
            await Assert.ThrowsAsync<BlobNotFoundException>(async () => await store.OpenAsync(put[0]));
        }
    }

    private string[] Indexes() => Directory.GetFiles(_folder["objects", "packs"], "*.index");

    private static Digest Write(LocalBlobStore blobs, int number)
    {
        byte[] bytes = BitConverter.GetBytes(number);
        using PackWriter pack = PackWriter.Create(blobs.Layout, TimeProvider.System);
        Digest digest = pack.Add(PackEntryKind.Bytes, PackEntryFlags.None, Digest.Of(bytes), bytes).Id;
        pack.Seal(DateTimeOffset.UnixEpoch);
        pack.Publish(blobs.Layout, TimeProvider.System);
        return digest;
    }

    private static async Task<Digest> PutAsync(LocalBlobStore blobs, int number)
    {
        await using BlobBatch batch = await blobs.BeginBatchAsync();
        StoredBlob blob = await batch.PutAsync(BitConverter.GetBytes(number));
        await batch.CompleteAsync();
        return blob.Digest;
    }
}
