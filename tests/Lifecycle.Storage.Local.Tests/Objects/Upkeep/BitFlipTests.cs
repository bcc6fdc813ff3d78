using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>One bit of any file of the store changes: a verification finds it, no read gives wrong bytes, a second store makes it sound again.</summary>
public sealed class BitFlipTests : IDisposable
{
    /// <summary>CI flips 40 bits; <c>LIFECYCLE_DEPTH=full</c> flips 1,000.</summary>
    private static readonly int Flips = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full" ? 1000 : 40;

    private readonly TendedStore _store = new();
    private readonly TemporaryFolder _second = new();
    private readonly Dictionary<Digest, byte[]> _contents = [];

    public void Dispose()
    {
        _store.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task AnyBitFlip_IsFound_NeverRead_AndRepaired()
    {
        LocalBlobStore second = await FillAsync();
        StoreImage image = StoreImage.Of(_store.Store.Folder);
        (string Kind, string[] Files)[] kinds = [.. image.Files.GroupBy(KindOf).Where(g => g.Key.Length > 0).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, g.ToArray()))];
        Assert.Equal(["FORMAT", "dead", "index", "keep", "loose", "pack", "sources", "sum"], kinds.Select(k => k.Kind));
        string[] packs = kinds.Single(k => k.Kind == "pack").Files;
        string[] big = [.. packs.Where(p => image[p].Length > 10_000)];
        Random random = new(7);
        int named = 0;
        for (int flip = 0; flip < Flips; flip++)
        {
            (string kind, string[] files) = flip % 2 == 0 ? ("pack", flip % 4 == 0 ? packs : big) : kinds[flip / 2 % kinds.Length];
            string file = files[random.Next(files.Length)];
            byte[] bytes = [.. image[file]];
            int bit = random.Next(bytes.Length * 8);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            image.Write(file, bytes);
            string what = $"bit {bit} of {file}";

            IReadOnlyList<Digest> refused = await ReadAllAsync(kind == "FORMAT", what);
            VerificationReport found = await _store.Upkeep.VerifyAsync();
            Assert.False(found.IsSound, what);
            Assert.True(found.Damaged.Any(d => d.File == file), $"{what}: {string.Join("; ", found.Damaged.Select(d => d.Problem))}");
            Assert.All(found.Damaged.Where(d => d.Affected.Any(_store.Holder.Needs.Contains)), d => Assert.NotEmpty(d.NeededBy));

            // whatever cannot be read any more, and somebody needs, is told with who needs it
            foreach (Digest digest in refused.Where(_store.Holder.Needs.Contains))
            {
                DamagedBlob damaged = found.Damaged.First(d => d.Affected.Contains(digest));
                Assert.Contains(damaged.NeededBy, n => n.Digest == digest && n.Id == digest.Hex[..8]);
                named++;
            }

            RepairReport repaired = await _store.Upkeep.RepairAsync(second);
            Assert.True(repaired.IsSound, $"{what}: {string.Join("; ", repaired.After.Damaged.Select(d => d.Problem))} {repaired.After.Missing.Count} missing");
            Assert.True(repaired.Restored.Count <= 12, $"{what}: {repaired.Restored.Count} blobs were fetched");
            LocalBlobStore fresh = new(_store.Store.Folder, _store.Options, _store.Time);
            foreach ((Digest digest, byte[] content) in _contents)
            {
                Assert.Equal(content, await ReadAsync(fresh, digest, null));
            }

            image.Restore();
        }

        Assert.True(named >= Flips / 8, $"only {named} blobs that somebody needs were hit");
        await _store.AssertSoundAsync();
        Assert.Equal("objects.repaired", _store.Audit[^1].Action);
    }

    private async Task<LocalBlobStore> FillAsync()
    {
        await _store.PutAsync(1, 500);
        await _store.PutAsync(2, (2 << 20) + 77);
        await _store.BatchAsync([.. Enumerable.Range(10, 20).Select(i => (i, 50 * i)), (3, 1_500_000)]);
        await _store.BatchAsync((4, 1_200_000), (5, 10));

        // So many packs that a merged index is written.
        for (int i = 0; i < 66; i++)
        {
            await _store.BatchAsync((100 + i, 20));
        }

        Digest[] all = await _store.Store.ListAsync().Where(b => !b.IsPart).Select(b => b.Digest).ToArrayAsync();
        foreach (Digest digest in all)
        {
            _contents.Add(digest, await _store.ReadAsync(digest));
        }

        _store.Holder.Needs.UnionWith(all.Where(d => _contents[d].Length > 20));
        await _store.Store.KeepAsync(all);
        _store.Time.Advance(_store.Young + TimeSpan.FromHours(1));
        await _store.CollectAsync();
        await _store.Store.KeepAsync(all);

        // The second store lays blobs out in another way: whole files, in which no chunk has a name.
        LocalBlobStore second = new(_second["objects"], _store.Options);
        foreach (byte[] content in _contents.Values)
        {
            await second.PutAsync(new MemoryStream(content), new BlobPutOptions { Layout = BlobLayout.Whole });
        }

        return second;
    }

    /// <summary>Reads everything: the bytes are right or refused; returns what is not read as a whole.</summary>
    private async Task<IReadOnlyList<Digest>> ReadAllAsync(bool isRefused, string what)
    {
        LocalBlobStore fresh;
        try
        {
            fresh = new LocalBlobStore(_store.Store.Folder, _store.Options, _store.Time);
            Assert.False(isRefused, what);
        }
        catch (LifecycleStorageException error)
        {
            Assert.True(isRefused, $"{what}: {error.Message}");
            return [];
        }

        int refused = 0;
        List<Digest> whole = [];
        foreach ((Digest digest, byte[] content) in _contents)
        {
            foreach (BlobRange? range in (BlobRange?[])[null, new BlobRange(content.Length / 2, 700)])
            {
                try
                {
                    byte[] read = await ReadAsync(fresh, digest, range);
                    byte[] expected = range is { } part ? content[(int)part.Offset..(int)Math.Min(content.Length, part.Offset + part.Length)] : content;
                    Assert.True(read.AsSpan().SequenceEqual(expected), $"{what}: {digest} was read wrong");
                }
                catch (LifecycleStorageException error) when (error is BlobCorruptedException or BlobNotFoundException)
                {
                    refused++;
                    whole.AddRange(range is null ? [digest] : []);
                }
            }
        }

        Assert.True(refused < _contents.Count, $"{what}: {refused} reads were refused");
        return whole;
    }

    private static async Task<byte[]> ReadAsync(LocalBlobStore store, Digest digest, BlobRange? range)
    {
        await using Stream stream = await store.OpenAsync(digest, new BlobOpenOptions { Range = range });
        using MemoryStream bytes = new();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static string KindOf(string file) => file switch
    {
        "FORMAT" or "sources" => file,
        _ when file.EndsWith(".lock", StringComparison.Ordinal) || file.EndsWith("/lock", StringComparison.Ordinal) || file.EndsWith(".gate", StringComparison.Ordinal) => "",
        _ when file.EndsWith(".sum", StringComparison.Ordinal) => "sum",
        _ when file.StartsWith("sha256/", StringComparison.Ordinal) => "loose",
        _ => Path.GetExtension(file)[1..],
    };
}
