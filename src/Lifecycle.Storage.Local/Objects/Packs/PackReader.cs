using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>How reading an entry ended.</summary>
internal enum PackRead
{
    /// <summary>The bytes are those of the id.</summary>
    Good,

    /// <summary>The bytes are not those of the id, or the entry is not what the index says.</summary>
    Damaged,

    /// <summary>The disk does not give the bytes.</summary>
    Unreadable,

    /// <summary>The pack is no longer there: a collection moved what is needed of it.</summary>
    Gone,
}

/// <summary>A sealed pack. Its file is opened when it is read and its index is checked when it is first needed.</summary>
internal sealed class PackReader
{
    private readonly PackHandles _handles;
    private readonly Lock _lock = new();
    private volatile IndexTable? _table;
    private string? _problem;

    public PackReader(string path, PackHandles handles)
    {
        Path = path;
        Name = System.IO.Path.GetFileName(path)[..PackFormat.NameLength];
        _handles = handles;
    }

    public string Path { get; }

    /// <summary>The 32 hex digits of the name.</summary>
    public string Name { get; }

    /// <summary>When the pack was sealed, as its footer says; known once the index was asked for.</summary>
    public DateTimeOffset Created { get; private set; }

    /// <summary>Why the pack is none; null when it is sound or was not looked at.</summary>
    public string? Problem => _problem;

    /// <summary>Length of the file without index and footer; known once the index was asked for.</summary>
    public long IndexOffset { get; private set; }

    /// <summary>The index, checked against the footer; null when the file is no pack (<see cref="Problem"/> says why) or is gone.</summary>
    public IndexTable? Table
    {
        get
        {
            if (_table is { } loaded)
            {
                return loaded;
            }

            lock (_lock)
            {
                if (_table is null && _problem is null)
                {
                    _table = Load();
                }

                return _table;
            }
        }
    }

    /// <summary>All entries in the order of their ids; empty when the file is no pack.</summary>
    public IEnumerable<PackEntry> Entries()
    {
        IndexTable? table = Table;
        for (int i = 0; i < (table?.Count ?? 0); i++)
        {
            yield return table!.At(i).Entry;
        }
    }

    /// <summary>Reads the header and the payload of an entry into the beginning of <paramref name="buffer"/>.</summary>
    /// <param name="entry">As the index has it.</param>
    /// <param name="buffer">At least <see cref="PackFormat.EntryHeaderSize"/> and the stored length.</param>
    /// <param name="verify">Whether the payload of bytes is hashed; the header is compared in any case.</param>
    public PackRead Read(in PackEntry entry, Span<byte> buffer, bool verify = true)
    {
        if (entry.Codec != 0 || entry.Stored != entry.Raw || (entry.Flags & PackEntryFlags.Encrypted) != 0)
        {
            return PackRead.Damaged;
        }

        Span<byte> bytes = buffer[..(PackFormat.EntryHeaderSize + (int)entry.Stored)];
        if (!_handles.TryRead(this, bytes, entry.Offset, out int read))
        {
            return PackRead.Gone;
        }

        if (read < 0)
        {
            return PackRead.Unreadable;
        }

        StorageTelemetry.ReadBytes.Add(read);
        if (read < bytes.Length || PackFormat.ReadEntryHeader(bytes, entry.Offset) != entry)
        {
            return PackRead.Damaged;
        }

        return !verify || entry.Kind != PackEntryKind.Bytes || Digest.Of(bytes[PackFormat.EntryHeaderSize..]) == entry.Id ? PackRead.Good : PackRead.Damaged;
    }

    /// <summary>Hashes header, index and the numbers of a footer.</summary>
    public static void Check(ReadOnlySpan<byte> indexAndNumbers, Span<byte> hash)
    {
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(PackFormat.Header);
        sha.AppendData(indexAndNumbers);
        sha.GetHashAndReset(hash);
    }

    /// <summary>Unmaps the index; the pack is not used after this.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _table?.Dispose();
        }
    }

    private IndexTable? Load()
    {
        try
        {
            using SafeFileHandle file = Open();
            try
            {
                return Load(file);
            }
            catch (IOException error)
            {
                return Refuse($"cannot be read ({error.Message})");
            }
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "open", Path, Path);
        }
    }

    internal SafeFileHandle Open() => File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private IndexTable? Load(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        Span<byte> ends = stackalloc byte[PackFormat.HeaderSize + PackFormat.FooterSize];
        Span<byte> footer = ends[PackFormat.HeaderSize..];
        long shortest = PackFormat.HeaderSize + PackFormat.FanOutSize + PackFormat.FooterSize;
        if (length < shortest || _handles.Disk.Read(file, Path, ends[..PackFormat.HeaderSize], 0) < PackFormat.HeaderSize
            || _handles.Disk.Read(file, Path, footer, length - PackFormat.FooterSize) < PackFormat.FooterSize)
        {
            return Refuse($"has {length.ToString(CultureInfo.InvariantCulture)} bytes, and no pack has fewer than {shortest}");
        }

        long index = BinaryPrimitives.ReadInt64LittleEndian(footer);
        long entries = BinaryPrimitives.ReadUInt32LittleEndian(footer[8..]);
        long size = IndexTable.SizeOf(entries, PackFormat.IndexEntrySize);
        if (!ends[..PackFormat.HeaderSize].SequenceEqual(PackFormat.Header) || !footer[^8..].SequenceEqual(PackFormat.End)
            || index < PackFormat.HeaderSize || size > int.MaxValue - PackFormat.FooterSize || index != length - PackFormat.FooterSize - size)
        {
            return Refuse("has no footer of a pack, or one that does not fit its length");
        }

        FileMap map = FileMap.Of(file, index, (int)size + PackFormat.FooterNumbersSize);
        Span<byte> hash = stackalloc byte[Digest.Size];
        using (FileMap.View view = map.Open())
        {
            Check(view.Bytes, hash);
        }

        IndexTable table = new(map, 0, (int)entries, PackFormat.IndexEntrySize);
        if (!hash.SequenceEqual(footer.Slice(PackFormat.FooterNumbersSize, Digest.Size)) || !table.IsSound((entry, _) => PackFormat.IsPossible(entry, index)))
        {
            table.Dispose();
            return Refuse("has an index that does not fit its checksum or its entries");
        }

        IndexOffset = index;
        Created = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(footer[16..]), 0, 253_402_300_799_999));
        return table;
    }

    private IndexTable? Refuse(string problem)
    {
        _problem = problem;
        return null;
    }
}
