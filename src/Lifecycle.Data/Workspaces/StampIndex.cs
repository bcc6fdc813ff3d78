using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Lifecycle.Data;

/// <summary>A file as it was when its digest was computed.</summary>
/// <param name="Path">Path in the dataset.</param>
/// <param name="Stamp">Its stamp, taken before it was read and equal afterwards.</param>
/// <param name="Digest">SHA-256 of the content.</param>
/// <param name="IsExecutable">Whether its owner may execute it.</param>
internal readonly record struct StampedFile(string Path, FileStamp Stamp, Digest Digest, bool IsExecutable)
{
    public DatasetFile ToFile() => new(Path, Stamp.Length, Digest, IsExecutable);
}

/// <summary>
/// What the files of a folder were when they were last read, so that those that did not change need not be read again. A cache: whatever is
/// wrong with it, the files are read.
/// </summary>
/// <remarks>
/// Little endian: <c>LCSTAMP1</c>; i64 time it was taken (Unix ns); u32 files; u32 0; 32 bytes digest of the tree that exactly these files make,
/// or zeros; then for each file, sorted by path: u16 bytes of the path, u8 1 = executable, i64 length, i64 modified, i64 changed, u64 inode,
/// u64 device, 32 bytes digest, the path; XxHash3 of all that.
/// </remarks>
internal sealed class StampIndex
{
    /// <summary>How much older than the index a file must be: a change within the same tick of the file system's clock would not show.</summary>
    public const long RacyNanoseconds = 2_000_000_000;

    private const int HeaderBytes = 56;
    private const int EntryBytes = 75;

    private readonly Dictionary<string, StampedFile> _files;

    private StampIndex(Dictionary<string, StampedFile> files, long taken, Digest tree)
    {
        _files = files;
        Taken = taken;
        Tree = tree;
    }

    /// <summary>Knows nothing.</summary>
    public static StampIndex Empty { get; } = new([], 0, default);

    /// <summary>When it was begun, Unix nanoseconds.</summary>
    public long Taken { get; }

    /// <summary>The tree that exactly these files make; default when nobody knows.</summary>
    public Digest Tree { get; }

    public int Count => _files.Count;

    public IEnumerable<StampedFile> Files => _files.Values;

    public static StampIndex Of(IReadOnlyCollection<StampedFile> files, DateTimeOffset taken, Digest tree)
    {
        Dictionary<string, StampedFile> byPath = new(files.Count, StringComparer.Ordinal);
        foreach (StampedFile file in files)
        {
            byPath[file.Path] = file;
        }

        return new StampIndex(byPath, (taken - DateTimeOffset.UnixEpoch).Ticks * 100, tree);
    }

    /// <summary>What the file holds, if it certainly is the one that was read: same stamp, and older than the index by more than 2 s.</summary>
    public bool TryKnow(in ScannedFile file, out StampedFile known) =>
        _files.TryGetValue(file.Path, out known) && known.Stamp == file.Stamp && known.IsExecutable == file.IsExecutable
        && known.Stamp.Inode != 0 && Math.Max(known.Stamp.Modified, known.Stamp.Changed) < Taken - RacyNanoseconds;

    public byte[] ToBytes()
    {
        (byte[] Path, StampedFile File)[] sorted = [.. _files.Values.Select(f => (Encoding.UTF8.GetBytes(f.Path), f))];
        Array.Sort(sorted, (a, b) => a.Path.AsSpan().SequenceCompareTo(b.Path));
        byte[] bytes = new byte[HeaderBytes + (sorted.Length * EntryBytes) + sorted.Sum(f => f.Path.Length) + 8];
        "LCSTAMP1"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Taken);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), sorted.Length);
        Tree.CopyTo(bytes.AsSpan(24));
        int at = HeaderBytes;
        foreach ((byte[] path, StampedFile file) in sorted)
        {
            Span<byte> entry = bytes.AsSpan(at);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)path.Length);
            entry[2] = file.IsExecutable ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteInt64LittleEndian(entry[3..], file.Stamp.Length);
            BinaryPrimitives.WriteInt64LittleEndian(entry[11..], file.Stamp.Modified);
            BinaryPrimitives.WriteInt64LittleEndian(entry[19..], file.Stamp.Changed);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[27..], file.Stamp.Inode);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[35..], file.Stamp.Device);
            file.Digest.CopyTo(entry[43..]);
            path.CopyTo(entry[EntryBytes..]);
            at += EntryBytes + path.Length;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), XxHash3.HashToUInt64(bytes.AsSpan(0, at)));
        return bytes;
    }

    /// <summary>Reads an index; one that is damaged, or of another build, knows nothing.</summary>
    public static StampIndex Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes + 8 || !bytes.StartsWith("LCSTAMP1"u8)
            || XxHash3.HashToUInt64(bytes[..^8]) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]))
        {
            return Empty;
        }

        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        ReadOnlySpan<byte> rest = bytes[HeaderBytes..^8];
        if (count < 0 || (long)count * EntryBytes > rest.Length)
        {
            return Empty;
        }

        Dictionary<string, StampedFile> files = new(count, StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            if (rest.Length < EntryBytes || rest.Length < EntryBytes + BinaryPrimitives.ReadUInt16LittleEndian(rest))
            {
                return Empty;
            }

            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            FileStamp stamp = new(
                BinaryPrimitives.ReadInt64LittleEndian(rest[3..]),
                BinaryPrimitives.ReadInt64LittleEndian(rest[11..]),
                BinaryPrimitives.ReadInt64LittleEndian(rest[19..]),
                BinaryPrimitives.ReadUInt64LittleEndian(rest[27..]),
                BinaryPrimitives.ReadUInt64LittleEndian(rest[35..]));
            string path = Encoding.UTF8.GetString(rest.Slice(EntryBytes, length));
            CollectionsMarshal.GetValueRefOrAddDefault(files, path, out _) = new StampedFile(path, stamp, new Digest(rest.Slice(43, 32)), rest[2] == 1);
            rest = rest[(EntryBytes + length)..];
        }

        return rest.IsEmpty ? new StampIndex(files, BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), new Digest(bytes.Slice(24, 32))) : Empty;
    }
}
