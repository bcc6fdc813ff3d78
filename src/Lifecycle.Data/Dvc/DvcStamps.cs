using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Data;

/// <summary>
/// Hashes of files of the work tree and of objects that were seen before, so that an unchanged one is not read again: <c>.dvc/tmp/lifecycle/stamps</c>. A cache in plain
/// binary with a checksum: paths, numbers and hashes, nothing that could be executed. Damaged or missing, everything is read once.
/// </summary>
internal sealed class DvcStamps
{
    private const long Racy = 2_000_000_000;
    private const int ManyEntries = 4096;
    private const int Looks = 1000;
    private const long MaximumBytes = 1 << 30;
    private const int FixedBytes = 2 + 1 + (5 * 8) + Md5Hash.Bytes;

    private static ReadOnlySpan<byte> Magic => "LCDVST01"u8;

    private readonly string _file;
    private readonly Dictionary<(string Path, DvcHashKind Kind), (FileStamp Stamp, Md5Hash Hash)> _entries = [];
    private readonly Lock _lock = new();
    private bool _changed;

    private DvcStamps(string file) => _file = file;

    public static DvcStamps Load(string dvcFolder)
    {
        DvcStamps stamps = new(Path.Combine(dvcFolder, "tmp", "lifecycle", "stamps"));
        try
        {
            stamps.Parse(File.ReadAllBytes(stamps._file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            stamps._entries.Clear();
        }

        return stamps;
    }

    /// <summary>The hash of a file that has not changed since it was noted.</summary>
    public bool TryGet(string path, DvcHashKind kind, FileStamp stamp, out Md5Hash hash)
    {
        lock (_lock)
        {
            bool known = _entries.TryGetValue((path, kind), out (FileStamp Stamp, Md5Hash Hash) entry) && entry.Stamp == stamp;
            hash = entry.Hash;
            return known;
        }
    }

    /// <summary>Notes a hash. A file changed within the last two seconds may change again without its times telling, so it is not noted.</summary>
    public void Set(string path, DvcHashKind kind, FileStamp stamp, Md5Hash hash, DateTimeOffset now)
    {
        long at = (now - DateTimeOffset.UnixEpoch).Ticks * 100;
        Set(path, kind, stamp, hash, isSure: stamp.Modified <= at - Racy && stamp.Changed <= at - Racy);
    }

    /// <summary>Notes the hash of an object by its full path. Nobody writes into an object, so it may be as young as it likes.</summary>
    public void SetObject(string path, DvcHashKind kind, FileStamp stamp, Md5Hash hash) => Set(path, kind, stamp, hash, isSure: true);

    private void Set(string path, DvcHashKind kind, FileStamp stamp, Md5Hash hash, bool isSure)
    {
        lock (_lock)
        {
            _changed = true;
            if (isSure && stamp.Inode != 0)
            {
                _entries[(path, kind)] = (stamp, hash);
            }
            else
            {
                _entries.Remove((path, kind));
            }
        }
    }

    /// <summary>Writes the file when something is new; a disk that refuses only costs time later.</summary>
    public async ValueTask SaveAsync()
    {
        if (!_changed)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            await AtomicFile.WriteAsync(_file, Write()).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            System.Diagnostics.Debug.WriteLine(e);
        }
    }

    private byte[] Write()
    {
        long bytes = 0;
        List<KeyValuePair<(string Path, DvcHashKind Kind), (FileStamp Stamp, Md5Hash Hash)>> kept =
            [.. Living().TakeWhile(e => (bytes += FixedBytes + Encoding.UTF8.GetByteCount(e.Key.Path)) <= MaximumBytes)];
        ArrayBufferWriter<byte> output = new((int)Math.Min(bytes, MaximumBytes) + 64);
        output.Write(Magic);
        Span<byte> fixedPart = stackalloc byte[FixedBytes];
        BinaryPrimitives.WriteInt32LittleEndian(fixedPart, kept.Count);
        output.Write(fixedPart[..4]);
        foreach (((string path, DvcHashKind kind), (FileStamp stamp, Md5Hash hash)) in kept)
        {
            byte[] name = Encoding.UTF8.GetBytes(path);
            BinaryPrimitives.WriteUInt16LittleEndian(fixedPart, (ushort)name.Length);
            fixedPart[2] = (byte)kind;
            BinaryPrimitives.WriteInt64LittleEndian(fixedPart[3..], stamp.Length);
            BinaryPrimitives.WriteInt64LittleEndian(fixedPart[11..], stamp.Modified);
            BinaryPrimitives.WriteInt64LittleEndian(fixedPart[19..], stamp.Changed);
            BinaryPrimitives.WriteUInt64LittleEndian(fixedPart[27..], stamp.Inode);
            BinaryPrimitives.WriteUInt64LittleEndian(fixedPart[35..], stamp.Device);
            hash.Write(fixedPart[43..]);
            output.Write(fixedPart);
            output.Write(name);
        }

        output.Write(SHA256.HashData(output.WrittenSpan));
        return output.WrittenSpan.ToArray();
    }

    // Objects that are gone, and those of remotes that are used no more, would stay for ever. Of many entries some are looked at whenever the file is written,
    // and come last in it, so that the next writing looks at others.
    private IEnumerable<KeyValuePair<(string Path, DvcHashKind Kind), (FileStamp Stamp, Md5Hash Hash)>> Living()
    {
        HashSet<(string Path, DvcHashKind Kind)> looked =
            _entries.Count > ManyEntries ? [.. _entries.Keys.Where(k => Path.IsPathRooted(k.Path)).Take(Looks)] : [];
        return [.. _entries.Where(e => !looked.Contains(e.Key)), .. _entries.Where(e => looked.Contains(e.Key) && File.Exists(e.Key.Path))];
    }

    private void Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Magic.Length + 4 + SHA256.HashSizeInBytes || !bytes.StartsWith(Magic)
            || !SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
        {
            return;
        }

        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes[Magic.Length..]);
        ReadOnlySpan<byte> rest = bytes[(Magic.Length + 4)..^SHA256.HashSizeInBytes];
        for (int i = 0; i < count; i++)
        {
            int name = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            FileStamp stamp = new(
                BinaryPrimitives.ReadInt64LittleEndian(rest[3..]),
                BinaryPrimitives.ReadInt64LittleEndian(rest[11..]),
                BinaryPrimitives.ReadInt64LittleEndian(rest[19..]),
                BinaryPrimitives.ReadUInt64LittleEndian(rest[27..]),
                BinaryPrimitives.ReadUInt64LittleEndian(rest[35..]));
            _entries[(Encoding.UTF8.GetString(rest.Slice(FixedBytes, name)), (DvcHashKind)rest[2])] = (stamp, Md5Hash.Read(rest[43..]));
            rest = rest[(FixedBytes + name)..];
        }
    }
}
