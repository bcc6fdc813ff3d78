using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lifecycle.Storage.Local.Tests;

public sealed class ContentChunkerTests
{
    private const int Mebibyte = 1 << 20;

    [Fact]
    public void Gear_IsTheTableOfTheFormat()
    {
        ReadOnlySpan<ulong> gear = GearTable.Values;
        Assert.Equal((0xcc14229b81c37636, 0x90de954b0fc22aab, 0x90f28e9ce52f4d36), (gear[0], gear[1], gear[255]));
        byte[] bytes = new byte[256 * 8];
        for (int i = 0; i < 256; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * 8), gear[i]);
        }

        Assert.Equal("fcdb27be021af9ab210a9ff9bbd16f334ca04958326079b7bca4af84f3604a16", Digest.Of(bytes).Hex);
    }

    [Fact]
    public void Cuts_AreThoseOfTheFormat()
    {
        byte[] data = Sequences.Hashes(8 * Mebibyte);
        Assert.Equal("dd4dd87ac92dd0462503941469c4f06a70c0e4a1a0a6545d4c2c4e98ea2821e1", Digest.Of(data).Hex);
        List<int> lengths = Sequences.Cuts(data);
        Assert.Equal(111, lengths.Count);
        Assert.Equal([56341, 95949, 76234, 66660, 103170, 28912, 74723, 69391], lengths[..8]);
        Assert.Equal(16345, lengths[^1]);
        Assert.Equal("a4885f967c5786b279c52192d8cad68ee5404cb52883b7960bf6eca3f6c97a6c", LengthsDigest(lengths).Hex);
        Assert.Equal("eea1e278438532e5d355fa27fae56021d76c14cab1f93d575d541d88a8d0aa80", Digest.Of(data.AsSpan(0, lengths[0])).Hex);
    }

    [Fact]
    public void InsertOneByte_ChangesOneChunk()
    {
        byte[] data = Sequences.Hashes(8 * Mebibyte);
        byte[] longer = [.. data[..(4 * Mebibyte)], 0, .. data[(4 * Mebibyte)..]];
        HashSet<Digest> before = [.. Chunks(data).Select(c => c.Id)];
        Chunk fresh = Assert.Single(Chunks(longer), c => !before.Contains(c.Id));
        Assert.Equal(65774, fresh.Length);
    }

    [Fact]
    public void Zeros_AreCutAtTheMaximum() => Assert.Equal([262144, 262144, 262144, 262144], Sequences.Cuts(new byte[Mebibyte]));

    [Fact]
    public void Fast_EqualsTheNaiveLoop_OnAThousandInputs()
    {
        byte[] buffer = new byte[Mebibyte];
        for (int seed = 0; seed < 1000; seed++)
        {
            Random random = new(seed);
            Span<byte> data = buffer.AsSpan(0, random.Next(1, seed % 10 == 0 ? Mebibyte : 200_000));
            Fill(random, data, seed % 4);
            List<int> naive = Sequences.NaiveCuts(data);
            Assert.Equal(naive, Sequences.Cuts(data));
            Assert.Equal(naive, CutsInPieces(random, data));
        }
    }

    [Fact]
    public void Partitions_MeetAgain_WithTheCutsOfASerialRun()
    {
        byte[] data = Sequences.Hashes(8 * Mebibyte);
        List<int> serial = Sequences.Cuts(data);
        Random random = new(5);
        for (int trial = 0; trial < 40; trial++)
        {
            int[] starts = [0, .. Enumerable.Range(0, 1 + (trial % 7)).Select(_ => random.Next(data.Length)).Order()];
            Assert.Equal(serial, Joined(data, starts));
        }
    }

    [Fact]
    public void Average_OfRandomBytes_IsNearTheFormats()
    {
        List<int> lengths = Sequences.Cuts(Sequences.Hashes(8 * Mebibyte));
        Assert.InRange(lengths.Average(), 60_000, 100_000);
        Assert.All(lengths[..^1], l => Assert.InRange(l, ContentChunker.Minimum + 1, ContentChunker.Maximum));
    }

    internal static IEnumerable<Chunk> Chunks(byte[] data)
    {
        int at = 0;
        foreach (int length in Sequences.Cuts(data))
        {
            yield return new Chunk(Digest.Of(data.AsSpan(at, length)), length);
            at += length;
        }
    }

    private static Digest LengthsDigest(List<int> lengths)
    {
        byte[] bytes = new byte[lengths.Count * 4];
        for (int i = 0; i < lengths.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * 4), lengths[i]);
        }

        return new Digest(SHA256.HashData(bytes));
    }

    private static void Fill(Random random, Span<byte> data, int kind)
    {
        random.NextBytes(data);
        switch (kind)
        {
            case 1: // few values: runs in which the hash repeats
                foreach (ref byte value in data)
                {
                    value &= 1;
                }

                break;
            case 2: // a zero stretch in the middle
                data.Slice(data.Length / 3, data.Length / 3).Clear();
                break;
            case 3: // a period that is no power of two
                for (int i = 997; i < data.Length; i++)
                {
                    data[i] = data[i - 997];
                }

                break;
        }
    }

    private static List<int> CutsInPieces(Random random, ReadOnlySpan<byte> data)
    {
        List<int> lengths = [];
        ContentChunker chunker = default;
        while (data.Length > 0)
        {
            ReadOnlySpan<byte> piece = data[..Math.Min(data.Length, random.Next(1, 40_000))];
            int before = chunker.Length;
            int taken = chunker.Take(piece, out bool isCut);
            if (isCut)
            {
                lengths.Add(before + taken);
            }

            data = data[taken..];
        }

        if (chunker.Length > 0)
        {
            lengths.Add(chunker.Length);
        }

        return lengths;
    }

    /// <summary>Each partition is cut from its start as if there were a cut; the walk from the left goes on until it comes upon a cut of the next one.</summary>
    private static List<int> Joined(byte[] data, int[] starts)
    {
        List<int>[] ends = [.. starts.Select((start, p) =>
        {
            int end = p + 1 < starts.Length ? starts[p + 1] : data.Length, at = start;
            List<int> found = [];
            while (at < end)
            {
                at += ContentChunker.FirstCut(data.AsSpan(at));
                found.Add(at);
            }

            return found;
        })];
        List<int> cuts = [0];
        for (int p = 0; p < starts.Length; p++)
        {
            HashSet<int> known = [starts[p], .. ends[p]];
            while (cuts[^1] < data.Length && !known.Contains(cuts[^1]) && (p + 1 == starts.Length || cuts[^1] < starts[p + 1]))
            {
                cuts.Add(cuts[^1] + ContentChunker.FirstCut(data.AsSpan(cuts[^1])));
            }

            if (known.Contains(cuts[^1]))
            {
                int from = cuts[^1];
                cuts.AddRange(ends[p].Where(e => e > from));
            }
        }

        return [.. cuts.Zip(cuts.Skip(1), (a, b) => b - a)];
    }
}
