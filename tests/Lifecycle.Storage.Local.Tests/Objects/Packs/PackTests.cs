using System.Buffers.Binary;
using System.Security.Cryptography;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>Packs byte by byte, and what happens when a byte is not what it was.</summary>
public sealed class PackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ObjectFolder _objects;

    public PackTests() => _objects = new LocalBlobStore(_folder["objects"]).Layout;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheGoldenPack_IsWritten()
    {
        byte[] pack = File.ReadAllBytes(Golden());
        Assert.Equal(1302, pack.Length);
        Assert.Equal("LCPACK01\0\0\0\0\0\0\0\0"u8.ToArray(), pack[..16]);
        Assert.Equal(
            "0100000006000000060000005891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be0368656c6c6f0a", Convert.ToHexStringLower(pack[16..66]));
        Assert.Equal("d327b6cfc78b0d90c0faaa8385aba1a21285279dfd818d8b9ae68f8594d9faa5", Convert.ToHexStringLower(SHA256.HashData(pack)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(Golden()));
        }
    }

    [Fact]
    public void TheGoldenPack_IsRead()
    {
        PackReader pack = new(Golden(), new PackHandles());
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000), Loaded(pack).Created);
        PackEntry hello = Assert.Single(pack.Entries(), e => e.Stored == 6);
        byte[] buffer = new byte[50];
        Assert.Equal(PackRead.Good, pack.Read(hello, buffer));
        Assert.Equal("hello\n"u8.ToArray(), buffer[44..]);
        Assert.Equal(1, pack.Table!.Find(Digest.Of([]).ToByteArray()));
        Assert.Equal(0, pack.Table.Find(Digest.Of("hello\n"u8).ToByteArray()));
        Assert.Equal(-1, pack.Table.Find(Digest.Of("hello"u8).ToByteArray()));
    }

    /// <summary>Every byte of a pack is covered: payloads by ids, entry headers by the index, the rest by the footer.</summary>
    [Fact]
    public void AnyBitOfAPack_IsNoticed()
    {
        byte[] sound = File.ReadAllBytes(Golden());
        string file = _folder["flipped", new string('a', 32) + ".pack"];
        Directory.CreateDirectory(_folder["flipped"]);
        File.WriteAllBytes(file, sound);
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        for (int bit = 0; bit < 8 * sound.Length; bit++)
        {
            Write(bit / 8, (byte)(sound[bit / 8] ^ (1 << (bit % 8))));
            PackReader pack = new(file, new PackHandles());
            bool noticed = pack.Table is null ? pack.Problem is not null : pack.Entries().Any(e => pack.Read(e, new byte[50]) == PackRead.Damaged);
            Assert.True(noticed, $"bit {bit}");
            Write(bit / 8, sound[bit / 8]);
        }

        void Write(int at, byte value)
        {
            stream.Position = at;
            stream.WriteByte(value);
        }
    }

    [Fact]
    public void APackCutAnywhere_IsNone()
    {
        byte[] sound = File.ReadAllBytes(Golden());
        string file = _folder["cut", new string('a', 32) + ".pack"];
        Directory.CreateDirectory(_folder["cut"]);
        File.WriteAllBytes(file, sound);
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        for (int length = sound.Length - 1; length >= 0; length--)
        {
            stream.SetLength(length);
            PackReader pack = new(file, new PackHandles());
            Assert.Null(pack.Table);
            Assert.NotNull(pack.Problem);
        }

        stream.Write([.. sound, 0]);
        Assert.Null(new PackReader(file, new PackHandles()).Table);
    }

    /// <summary>Packs whose checksums are right and whose numbers lie.</summary>
    [Theory]
    [InlineData("entries", 0xFFFFFFFFL)]
    [InlineData("entries", 1L)]
    [InlineData("entries", 3L)]
    [InlineData("index", 0L)]
    [InlineData("index", long.MaxValue)]
    [InlineData("index", -1L)]
    [InlineData("fan-out", 7L)]
    [InlineData("fan-out", 0xFFFFFFFFL)]
    [InlineData("offset", 1L << 60)]
    [InlineData("offset", -1L)]
    [InlineData("offset", 3L)]
    [InlineData("stored", 0xFFFFFFFFL)]
    [InlineData("stored", 1_000_000L)]
    [InlineData("kind", 3L)]
    [InlineData("order", 0L)]
    public void APackThatLies_IsRefused(string what, long value)
    {
        byte[] bytes = File.ReadAllBytes(Golden());
        const int Index = 16 + 50 + 44;
        const int First = Index + 1024;
        const int Footer = First + 104;
        switch (what)
        {
            case "entries":
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Footer + 8), (uint)value);
                break;
            case "index":
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Footer), value);
                break;
            case "fan-out":
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Index + (0x58 * 4)), (uint)value);
                break;
            case "offset":
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(First + 44), value);
                break;
            case "stored":
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(First + 36), (uint)value);
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(First + 40), (uint)value);
                break;
            case "kind":
                bytes[First + 32] = (byte)value;
                break;
            default:
                byte[] first = bytes[First..(First + 52)];
                bytes.AsSpan(First + 52, 52).CopyTo(bytes.AsSpan(First));
                first.CopyTo(bytes, First + 52);
                break;
        }

        PackReader.Check(bytes.AsSpan(Index, Footer + 24 - Index), bytes.AsSpan(Footer + 24, 32));
        string file = _folder["lie", new string('b', 32) + ".pack"];
        Directory.CreateDirectory(_folder["lie"]);
        File.WriteAllBytes(file, bytes);
        PackReader pack = new(file, new PackHandles());
        Assert.Null(pack.Table);
        Assert.NotNull(pack.Problem);
    }

    /// <summary>A look-up finds what a dictionary finds, in tables of any size and also where ids are not spread at all.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(300, 0)]
    [InlineData(20_000, 0)]
    [InlineData(3000, 1)]
    [InlineData(3000, 9)]
    [InlineData(3000, 30)]
    public void ALookUp_FindsWhatADictionaryFinds(int count, int equalBytes)
    {
        Random random = new(count + equalBytes);
        HashSet<Digest> ids = [];
        HashSet<Digest> others = [];
        byte[] id = Random(random, Digest.Size);
        while (ids.Count < count)
        {
            random.NextBytes(id.AsSpan(equalBytes));
            ids.Add(new Digest(id));
        }

        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(id.AsSpan(i % 2 == 0 ? equalBytes : 0));
            others.Add(new Digest(id));
        }

        using PackWriter writer = PackWriter.Create(_objects, TimeProvider.System);
        foreach (Digest each in ids)
        {
            writer.Add(PackEntryKind.Bytes, PackEntryFlags.None, each, each.ToByteArray());
        }

        writer.Seal(DateTimeOffset.UnixEpoch);
        IndexTable table = Loaded(new PackReader(writer.Publish(_objects, TimeProvider.System), new PackHandles())).Table!;
        Digest[] sorted = [.. ids.Order()];
        for (int i = 0; i < sorted.Length; i++)
        {
            Assert.Equal(i, table.Find(sorted[i].ToByteArray()));
        }

        Assert.All(others, o => Assert.Equal(ids.Contains(o) ? Array.BinarySearch(sorted, o) : -1, table.Find(o.ToByteArray())));
    }

    [Fact]
    public async Task ARollback_LeavesThePackAsItWas()
    {
        Random random = new(11);
        using BatchPacks packs = new(_objects, TimeProvider.System);
        List<(Digest Id, byte[] Bytes)> kept = [];
        for (int round = 0; round < 8; round++)
        {
            for (int i = 0; i < 40; i++)
            {
                byte[] bytes = Random(random, random.Next(1000, 900_000));
                packs.Add(PackEntryFlags.None, Digest.Of(bytes), bytes);
                kept.Add((Digest.Of(bytes), bytes));
            }

            // Every third time so much that a pack was sealed and flushed meanwhile.
            BatchMark mark = packs.Mark;
            byte[] dropped = Random(random, 800_000);
            for (int i = 0; i < (round % 3 == 2 ? 200 : 3); i++)
            {
                dropped[i]++;
                packs.Add(PackEntryFlags.Part, Digest.Of(dropped), dropped);
            }

            await packs.RollbackAsync(mark);
            Assert.Equal(mark, packs.Mark);
            Assert.False(packs.Contains(Digest.Of(dropped)));
        }

        await packs.FlushAsync();
        await packs.SealAsync([]);
        packs.Publish();
        PackCatalog catalog = new(_objects, TimeProvider.System);
        Assert.Equal(kept.Select(k => k.Id).Order(), catalog.Packs.SelectMany(p => p.Entries()).Select(e => e.Id).Order());
        Assert.All(kept, k => Assert.NotNull(catalog.FindSame(k.Id, k.Bytes)));
        Assert.All(catalog.Packs.SkipLast(1), p => Assert.True(Loaded(p).IndexOffset > 64 << 20));
    }

    private static byte[] Random(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static PackReader Loaded(PackReader pack)
    {
        Assert.NotNull(pack.Table);
        return pack;
    }

    private string Golden()
    {
        using PackWriter writer = PackWriter.Create(_objects, TimeProvider.System);
        writer.Add(PackEntryKind.Bytes, PackEntryFlags.None, Digest.Of("hello\n"u8), "hello\n"u8);
        writer.Add(PackEntryKind.Bytes, PackEntryFlags.None, Digest.Of([]), []);
        writer.Seal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        return writer.Publish(_objects, TimeProvider.System);
    }
}
