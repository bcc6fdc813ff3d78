using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>
/// One table for the entries of many packs, <c>packs/&lt;32 hex&gt;.index</c>: <c>LCINDX01</c>, u32 packs, u32 0, u64 entries, the 16 B of each pack's
/// name, fan-out and entries as in a pack but with a u32 ordinal of the pack in front of the offset, SHA-256 of all that. A cache: packs that no sound
/// one covers are looked up in their own indexes.
/// </summary>
internal sealed class MergedIndex
{
    /// <summary>Uncovered packs from which on an index is written.</summary>
    public const int Least = 64;

    /// <summary>Indexes of one size that become one of the next.</summary>
    public const int Most = 16;

    private const int HeaderSize = 24;
    private const int NameSize = 16;

    /// <summary>A table is mapped as one piece, which can be 2 GiB long.</summary>
    private const long MostEntries = 32L << 20;

    private MergedIndex(string path, string[] packs, IndexTable table)
    {
        Path = path;
        Packs = packs;
        Table = table;
    }

    public string Path { get; }

    /// <summary>Names of the packs, by their ordinal.</summary>
    public IReadOnlyList<string> Packs { get; }

    public IndexTable Table { get; }

    /// <summary>0 for up to 1,023 packs, 1 for up to 16,383, and so on.</summary>
    public int Size => SizeOf(Packs.Count);

    private static ReadOnlySpan<byte> Magic => "LCINDX01"u8;

    public static int SizeOf(int packs)
    {
        int size = 0;
        for (long next = Least * Most; packs >= next; next *= Most)
        {
            size++;
        }

        return size;
    }

    /// <summary>The index in a file; null when any bit of it is not as it was written, or it is gone.</summary>
    public static MergedIndex? Open(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Open(path, file);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            return null;
        }
    }

    /// <summary>Writes the index of these packs; null when there would be too many entries. Packs that are gone or damaged are left out.</summary>
    /// <returns>The path.</returns>
    public static string? Write(ObjectFolder folder, TimeProvider time, IEnumerable<PackReader> packs)
    {
        // The newest first: a good copy of what was damaged is then found before the damaged one.
        (PackReader Pack, IndexTable Table)[] sources =
            [.. packs.OrderByDescending(p => p.Name, StringComparer.Ordinal).Select(p => (p, p.Table!)).Where(p => p.Item2 is not null)];
        long entries = sources.Sum(s => (long)s.Table.Count);
        if (sources.Length == 0 || entries > MostEntries)
        {
            return null;
        }

        using TemporaryBlob file = TemporaryBlob.Create(folder.Disk, folder.Packs, null, "index", time);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] head = new byte[HeaderSize + (sources.Length * NameSize) + PackFormat.FanOutSize];
        WriteHead(head, sources, entries);
        Append(head);
        List<(PackEntry Entry, int Pack)> bucket = [];
        for (int first = 0; first < 256; first++)
        {
            bucket.Clear();
            for (int pack = 0; pack < sources.Length; pack++)
            {
                (int from, int to) = sources[pack].Table.OfFirstByte(first);
                for (int i = from; i < to; i++)
                {
                    bucket.Add((sources[pack].Table.At(i).Entry, pack));
                }
            }

            bucket.Sort(static (a, b) => PackFormat.Compare(a.Entry, b.Entry) is var order && order != 0 ? order : a.Pack.CompareTo(b.Pack));
            AppendBucket(bucket, Append);
        }

        file.Write(hash.GetHashAndReset());
        file.Finish(flush: true);
        string path = System.IO.Path.Combine(folder.Packs, LifecycleId.New(time).ToString("N") + PackFormat.IndexSuffix);
        file.Publish(path);
        return path;

        void Append(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            file.Write(bytes);
        }
    }

    private static void WriteHead(Span<byte> head, (PackReader Pack, IndexTable Table)[] sources, long entries)
    {
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], sources.Length);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], entries);
        for (int i = 0; i < sources.Length; i++)
        {
            Convert.FromHexString(sources[i].Pack.Name, head[(HeaderSize + (i * NameSize))..], out _, out _);
        }

        Span<byte> fanOut = head[(HeaderSize + (sources.Length * NameSize))..];
        uint sum = 0;
        for (int first = 0; first < 256; first++)
        {
            foreach ((_, IndexTable table) in sources)
            {
                (int from, int to) = table.OfFirstByte(first);
                sum += (uint)(to - from);
            }

            BinaryPrimitives.WriteUInt32LittleEndian(fanOut[(first * sizeof(uint))..], sum);
        }
    }

    private static void AppendBucket(List<(PackEntry Entry, int Pack)> bucket, Action<ReadOnlySpan<byte>> append)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(bucket.Count * IndexTable.MergedStride);
        for (int i = 0; i < bucket.Count; i++)
        {
            PackFormat.WriteIndexEntry(bytes.AsSpan(i * IndexTable.MergedStride, IndexTable.MergedStride), bucket[i].Entry, (uint)bucket[i].Pack);
        }

        append(bytes.AsSpan(0, bucket.Count * IndexTable.MergedStride));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private static MergedIndex? Open(string path, SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        if (length is < HeaderSize + PackFormat.FanOutSize + Digest.Size or > int.MaxValue)
        {
            return null;
        }

        FileMap map = FileMap.Of(file, 0, (int)length);
        bool kept = false;
        try
        {
            using FileMap.View view = map.Open();
            ReadOnlySpan<byte> bytes = view.Bytes;
            long packs = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
            long entries = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
            long start = HeaderSize + (packs * NameSize);
            if (!bytes.StartsWith(Magic) || entries is < 0 or > MostEntries
                || start + IndexTable.SizeOf(entries, IndexTable.MergedStride) + Digest.Size != length
                || !Digest.Of(bytes[..^Digest.Size]).Equals(new Digest(bytes[^Digest.Size..])))
            {
                return null;
            }

            string[] names = new string[packs];
            for (int i = 0; i < names.Length; i++)
            {
                names[i] = Convert.ToHexStringLower(bytes.Slice(HeaderSize + (i * NameSize), NameSize));
            }

            IndexTable table = new(map, (int)start, (int)entries, IndexTable.MergedStride);
            kept = table.IsSound((entry, pack) => pack >= 0 && pack < names.Length && PackFormat.IsPossible(entry, long.MaxValue));
            return kept ? new MergedIndex(path, names, table) : null;
        }
        finally
        {
            if (!kept)
            {
                map.Dispose();
            }
        }
    }
}
