using System.Buffers.Binary;
using System.Security.Cryptography;
using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>Packs that rot, recipes that lie, batches that take too long.</summary>
public sealed class PackDamageTests : IDisposable
{
    private const int Mebibyte = 1 << 20;
    private readonly TemporaryFolder _folder = new();
    private readonly LocalStorageOptions _options = new() { Durability = Durability.Relaxed };

    public void Dispose() => _folder.Dispose();

    /// <summary>Whatever bit of whatever pack flips, or wherever it is cut: a read gives the right bytes or says that the blob is damaged.</summary>
    [Fact]
    public async Task AnyBitFlip_IsFound()
    {
        byte[][] contents = [Content(3 * Mebibyte, 1), Content(2000, 2), Content(0, 3), Content(700_000, 4)];
        await PutAsync(Open(), contents);
        string pack = Assert.Single(Directory.GetFiles(_folder["objects", "packs"]));
        byte[] sound = await File.ReadAllBytesAsync(pack);
        MakeWritable(pack);
        Random random = new(5);
        long index = BinaryPrimitives.ReadInt64LittleEndian(sound.AsSpan(sound.Length - 64));
        await using FileStream stream = new(pack, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        for (int round = 0; round < 400; round++)
        {
            // Half of them in index and footer, which are small; every tenth cuts the file.
            int at = round % 2 == 0 ? random.Next(sound.Length) : random.Next((int)index, sound.Length);
            if (round % 10 == 9)
            {
                stream.SetLength(at);
            }
            else
            {
                stream.Position = at;
                stream.WriteByte((byte)(sound[at] ^ (1 << random.Next(8))));
            }

            LocalBlobStore store = Open();
            int damaged = 0;
            foreach (byte[] content in contents)
            {
                damaged += await IsDamagedAsync(store, content) ? 1 : 0;
            }

            // The eight zero bytes of the header are covered by the footer, so nothing is free to change.
            Assert.True(damaged > 0, $"offset {at} of {sound.Length} may change unseen");
            stream.SetLength(sound.Length);
            stream.Position = at;
            stream.Write(sound.AsSpan(at, round % 10 == 9 ? sound.Length - at : 1));
        }

        foreach (byte[] content in contents)
        {
            Assert.False(await IsDamagedAsync(Open(), content));
        }
    }

    [Theory]
    [InlineData(3 * Mebibyte)]
    [InlineData(2000)]
    public async Task GoodBytesThatArePutAgain_MendWhatIsDamagedInAPack(int length)
    {
        byte[] content = Content(length, 6);
        await PutAsync(Open(), content);
        string pack = Assert.Single(Directory.GetFiles(_folder["objects", "packs"]));
        byte[] rotten = await File.ReadAllBytesAsync(pack);
        rotten[16 + 44 + 100] ^= 1;
        File.Delete(pack);
        await File.WriteAllBytesAsync(pack, rotten);
        Assert.True(await IsDamagedAsync(Open(), content));

        await PutAsync(Open(), content);
        Assert.False(await IsDamagedAsync(Open(), content));

        // A put outside a batch heals as well.
        foreach (string file in Directory.GetFiles(_folder["objects", "packs"]))
        {
            File.Delete(file);
        }

        await File.WriteAllBytesAsync(pack, rotten);
        Assert.True(await IsDamagedAsync(Open(), content));
        Assert.True((await Open().PutAsync(new MemoryStream(content))).IsNew);
        Assert.False(await IsDamagedAsync(Open(), content));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ABatchMendsALooseFileThatRots(bool isPackedToo)
    {
        byte[] content = Content(3 * Mebibyte, 14);
        if (isPackedToo)
        {
            await PutAsync(Open(), content);
        }

        await Open().PutAsync(new MemoryStream(content), new BlobPutOptions { Layout = BlobLayout.Whole });
        string file = Open().Layout.FileOf(Digest.Of(content));
        byte[] rotten = [.. content];
        rotten[1000] ^= 4;
        File.Delete(file);
        await File.WriteAllBytesAsync(file, rotten);
        Assert.Equal(!isPackedToo, await IsDamagedAsync(Open(), content));
        await PutAsync(Open(), content);
        Assert.False(await IsDamagedAsync(Open(), content));
        Assert.False(File.Exists(file));
    }

    /// <summary>A sound copy in a pack is read when the file is not what it was: wherever it rots, with sums and without, cut and grown.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(Mebibyte, true)]
    [InlineData((3 * Mebibyte) - 1, true)]
    [InlineData((3 * Mebibyte) - 1, false)]
    [InlineData(5, false)]
    [InlineData(-1, true)]
    [InlineData(-2, true)]
    public async Task ARottenFile_DoesNotHideWhatAPackHolds(int at, bool hasSums)
    {
        byte[] content = Content(3 * Mebibyte, 16);
        Digest digest = Digest.Of(content);
        await PutAsync(Open(), content);
        await Open().PutAsync(new MemoryStream(content), new BlobPutOptions { Layout = BlobLayout.Whole });
        string file = Open().Layout.FileOf(digest);
        byte[] rotten = at == -1 ? content[..^5] : at == -2 ? [.. content, 1] : [.. content];
        rotten[Math.Max(at, 0)] ^= 4;
        File.Delete(file);
        await File.WriteAllBytesAsync(file, rotten);
        if (!hasSums)
        {
            File.Delete(file + ObjectFolder.SumSuffix);
        }

        Assert.False(await IsDamagedAsync(Open(), content));
        Assert.Equal(content.Length, await Open().FindAsync(digest));
        Assert.Equal(content.Length, (await Open().ListAsync().SingleAsync(b => b.Digest == digest)).Length);
        await using Stream range = await Open().OpenAsync(digest, new BlobOpenOptions { Range = new BlobRange((2 * Mebibyte) - 1, 100) });
        byte[] part = new byte[100];
        await range.ReadExactlyAsync(part);
        Assert.Equal(content.AsSpan((2 * Mebibyte) - 1, 100).ToArray(), part);
        Assert.Equal(0, await range.ReadAsync(part));
    }

    /// <summary>The pack's copy is sound, and what a link hands out is the file.</summary>
    [Theory]
    [InlineData(2000, 2000)]
    [InlineData(2000, 1999)]
    [InlineData(3 * Mebibyte, 3 * Mebibyte)]
    [InlineData(3 * Mebibyte, 2 * Mebibyte)]
    public async Task AFileThatRots_IsNotLinked(int length, int rottenLength)
    {
        byte[] content = Content(length, 15);
        Digest digest = Digest.Of(content);
        await PutAsync(Open(), content);
        Assert.Equal(LinkKind.Hardlink, await Open().PlaceAsync(digest, _folder["first"], LinkKind.Hardlink));
        byte[] rotten = content[..rottenLength];
        rotten[1000] ^= 4;
        MakeWritable(_folder["first"]);
        await File.WriteAllBytesAsync(_folder["first"], rotten);
        Assert.Equal(rotten, await File.ReadAllBytesAsync(Open().Layout.FileOf(digest)));

        Assert.Equal(LinkKind.Hardlink, await Open().PlaceAsync(digest, _folder["second"], LinkKind.Hardlink));
        Assert.Equal(content, await File.ReadAllBytesAsync(_folder["second"]));
        Assert.True((await new LocalBlobUpkeep(Open()).VerifyAsync()).IsSound);
        Assert.Equal(rotten, await File.ReadAllBytesAsync(_folder["first"]));
    }

    public static TheoryData<string> Lies =>
    [
        "length 2^60", "length -1", "length of another blob", "nodes 2^32", "nodes 0", "reserved", "node covers 2^60", "node covers -1", "node covers 0",
        "no such node", "node is the blob", "node is a chunk", "chunk covers less", "chunk covers more", "chunk covers 2^31", "chunk is its node", "nodes twice",
        "nodes exchanged", "cut", "longer", "another blob",
    ];

    /// <summary>Recipes whose checksum is right; lengths must add up before anything else is read, and what is read must be what was said.</summary>
    [Theory, MemberData(nameof(Lies))]
    public async Task ARecipeThatLies_IsRefused(string lie)
    {
        byte[] content = Content(4 * Mebibyte, 7);
        await PutAsync(Open(), content);
        LocalBlobStore store = Open();
        (ChunkRecipe recipe, _) = store.ReadRecipe(Digest.Of(content))!.Value;
        Assert.True(recipe.Nodes.Count >= 1);
        Digest blob = Digest.Of(lie == "another blob" ? [1, 2, 3] : content);
        Dictionary<Digest, byte[]> parts = Parts(store);
        foreach (string file in Directory.GetFiles(_folder["objects", "packs"]))
        {
            File.Delete(file);
        }

        using (PackWriter writer = PackWriter.Create(store.Layout, TimeProvider.System))
        {
            byte[] lying = Lie(lie, recipe, parts, blob);
            foreach ((Digest id, byte[] bytes) in parts)
            {
                writer.Add(PackEntryKind.Bytes, PackEntryFlags.Part, id, bytes);
            }

            writer.Add(PackEntryKind.Recipe, PackEntryFlags.None, blob, lying);
            writer.Seal(DateTimeOffset.UnixEpoch);
            writer.Publish(store.Layout, TimeProvider.System);
        }

        LocalBlobStore hostile = Open();
        await Assert.ThrowsAsync<BlobCorruptedException>(async () =>
        {
            await using Stream stream = await hostile.OpenAsync(blob);
            await stream.CopyToAsync(Stream.Null, Mebibyte);
        });
        await Assert.ThrowsAsync<BlobCorruptedException>(async () =>
        {
            // Every byte of a range that is handed out is one of the blob; what no byte can show is the digest of the whole.
            await using Stream stream = await hostile.OpenAsync(blob, new BlobOpenOptions { Range = new BlobRange(content.Length - 1, 1) });
            Assert.Equal(content[^1], stream.ReadByte());
            throw new BlobCorruptedException(blob, "", 0, null);
        });
        Assert.True((await hostile.ListAsync().ToListAsync()).Count >= 1);
        Assert.True((await hostile.PutAsync(new MemoryStream(content))).IsNew);
        Assert.False(await IsDamagedAsync(Open(), content));
    }

    [Fact]
    public async Task ABatchThatIsTooOld_CannotComplete()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        LocalBlobStore store = new(_folder["objects"], _options, time);
        await using BlobBatch batch = await store.BeginBatchAsync();
        await batch.PutAsync(Content(10, 8));
        time.Advance(TimeSpan.FromHours(25));
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await batch.CompleteAsync());
        Assert.Contains("MaximumBatchAge", error.Message, StringComparison.Ordinal);
        Assert.Empty(await store.ListAsync().ToListAsync());
    }

    /// <summary>Its first packs are nearly as old as the store's youth, so the list protects what they hold.</summary>
    [Theory]
    [InlineData(20, 11, true)]
    [InlineData(20, 9, false)]
    [InlineData(1440, 61, true)]
    [InlineData(1440, 59, false)]
    public async Task ALongBatch_KeepsAllItsBlobs(int young, int minutes, bool isLong)
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        LocalBlobStore store = new(_folder["objects"], new LocalStorageOptions { Durability = Durability.Relaxed, Young = TimeSpan.FromMinutes(young) }, time);
        await using BlobBatch batch = await store.BeginBatchAsync();
        await batch.PutAsync(Content(10, 8));
        time.Advance(TimeSpan.FromMinutes(minutes));
        await batch.CompleteAsync();
        Assert.Equal(isLong, Directory.Exists(_folder["objects", "keep"]));
    }

    [Fact]
    public async Task ABatch_KeepsWhatItReliesOn()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        LocalBlobStore store = new(_folder["objects"], _options, time);
        byte[] small = Content(10, 9), big = Content(2 * Mebibyte, 10), loose = Content(30, 12);
        await PutAsync(store, small, big);
        await store.PutAsync(new MemoryStream(loose));
        Assert.False(Directory.Exists(_folder["objects", "keep"]));
        time.Advance(TimeSpan.FromDays(3));

        byte[] longer = [.. big, .. Content(1000, 11)];
        await PutAsync(store, small, longer, Content(50, 13), loose);
        KeepList list = KeepList.Parse(await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(_folder["objects", "keep"]))))!;
        Assert.Equal(time.GetUtcNow(), list.At);
        Assert.Equal(new[] { Digest.Of(small), Digest.Of(longer), Digest.Of(loose) }.Order(), list.Digests);
        Assert.Equal(time.GetUtcNow().UtcDateTime, File.GetLastWriteTimeUtc(store.Layout.FileOf(Digest.Of(loose))));
        Assert.Equal(time.GetUtcNow().UtcDateTime, Directory.GetFiles(_folder["objects", "packs"]).Max(File.GetLastWriteTimeUtc));

        Assert.Empty(await store.KeepAsync([Digest.Of(big)]));
        Assert.False((await store.PutAsync(new MemoryStream(small))).IsNew);
        Assert.Equal(3, Directory.GetFiles(_folder["objects", "keep"]).Length);
    }

    private static byte[] Content(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task PutAsync(LocalBlobStore store, params byte[][] contents)
    {
        await using BlobBatch batch = await store.BeginBatchAsync();
        foreach (byte[] content in contents)
        {
            await batch.PutAsync(content);
        }

        await batch.CompleteAsync();
    }

    private static async Task<bool> IsDamagedAsync(LocalBlobStore store, byte[] content)
    {
        MemoryStream read = new();
        try
        {
            await using Stream stream = await store.OpenAsync(Digest.Of(content));
            await stream.CopyToAsync(read, Mebibyte);
        }
        catch (BlobCorruptedException)
        {
            Assert.True(content.AsSpan().StartsWith(read.ToArray()), "wrong bytes were handed out");
            return true;
        }

        Assert.True(content.AsSpan().SequenceEqual(read.ToArray()), "wrong bytes were handed out");
        return false;
    }

    private static Dictionary<Digest, byte[]> Parts(LocalBlobStore store)
    {
        Dictionary<Digest, byte[]> parts = [];
        foreach (PackReader pack in store.Packs.Packs)
        {
            foreach (PackEntry entry in pack.Entries().Where(e => e.Kind == PackEntryKind.Bytes))
            {
                byte[] buffer = new byte[PackFormat.EntryHeaderSize + entry.Stored];
                Assert.Equal(PackRead.Good, pack.Read(entry, buffer));
                parts.Add(entry.Id, buffer[PackFormat.EntryHeaderSize..]);
            }
        }

        return parts;
    }

    private static byte[] Lie(string lie, ChunkRecipe recipe, Dictionary<Digest, byte[]> parts, Digest blob)
    {
        byte[] bytes = recipe.ToBytes();
        Span<byte> first = bytes.AsSpan(16);
        byte[] node = parts[recipe.Nodes[0].Id];
        switch (lie)
        {
            case "length 2^60":
                BinaryPrimitives.WriteInt64LittleEndian(bytes, 1L << 60);
                break;
            case "length -1":
                BinaryPrimitives.WriteInt64LittleEndian(bytes, -1);
                break;
            case "length of another blob":
                BinaryPrimitives.WriteInt64LittleEndian(bytes, recipe.Length - 1);
                break;
            case "nodes 2^32":
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), uint.MaxValue);
                break;
            case "nodes 0":
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 0);
                break;
            case "reserved":
                bytes[12] = 1;
                break;
            case "node covers 2^60":
                BinaryPrimitives.WriteInt64LittleEndian(bytes, recipe.Length + (1L << 60) - recipe.Nodes[0].Length);
                BinaryPrimitives.WriteInt64LittleEndian(first[32..], 1L << 60);
                break;
            case "node covers -1":
                BinaryPrimitives.WriteInt64LittleEndian(bytes, recipe.Length - 1 - recipe.Nodes[0].Length);
                BinaryPrimitives.WriteInt64LittleEndian(first[32..], -1);
                break;
            case "node covers 0":
                BinaryPrimitives.WriteInt64LittleEndian(bytes, recipe.Length - recipe.Nodes[0].Length);
                BinaryPrimitives.WriteInt64LittleEndian(first[32..], 0);
                break;
            case "no such node":
                first[0] ^= 1;
                break;
            case "node is the blob":
                blob.CopyTo(first);
                break;
            case "node is a chunk":
                node.AsSpan(0, 32).CopyTo(first);
                break;
            case "chunk covers less":
                BinaryPrimitives.WriteInt32LittleEndian(node.AsSpan(32), BinaryPrimitives.ReadInt32LittleEndian(node.AsSpan(32)) - 1);
                BinaryPrimitives.WriteInt32LittleEndian(node.AsSpan(68), BinaryPrimitives.ReadInt32LittleEndian(node.AsSpan(68)) + 1);
                return OfNode(node, recipe, parts);
            case "chunk covers more":
                BinaryPrimitives.WriteInt32LittleEndian(node.AsSpan(32), BinaryPrimitives.ReadInt32LittleEndian(node.AsSpan(32)) + 1);
                return OfNode(node, recipe, parts);
            case "chunk covers 2^31":
                BinaryPrimitives.WriteUInt32LittleEndian(node.AsSpan(32), 1u << 31);
                return OfNode(node, recipe, parts);
            case "chunk is its node":
                // A digest of itself nobody can make, so the loop has two steps: the chunk is the node that is replaced.
                recipe.Nodes[0].Id.CopyTo(node);
                return OfNode(node, recipe, parts);
            case "nodes twice":
                return new ChunkRecipe([.. recipe.Nodes, .. recipe.Nodes]).ToBytes();
            case "nodes exchanged":
                (byte[] one, byte[] two) = (node[0..36], node[36..72]);
                two.CopyTo(node, 0);
                one.CopyTo(node, 36);
                return OfNode(node, recipe, parts);
            case "cut":
                return bytes[..^1];
            case "longer":
                return [.. bytes, 0];
            default:
                return bytes;
        }

        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        return bytes;
    }

    private static byte[] OfNode(byte[] node, ChunkRecipe recipe, Dictionary<Digest, byte[]> parts)
    {
        parts[Digest.Of(node)] = node;
        return new ChunkRecipe([new RecipeNode(Digest.Of(node), recipe.Nodes[0].Length), .. recipe.Nodes.Skip(1)]).ToBytes();
    }

    private static void MakeWritable(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private LocalBlobStore Open() => new(_folder["objects"], _options);
}
