using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lifecycle.Storage.Local;

/// <summary>Where a pack being written stood.</summary>
internal readonly record struct PackMark(int Entries, long Length);

/// <summary>Writes one pack: entries as they come, then the index and the footer. Nothing is visible before <see cref="Publish"/>.</summary>
internal sealed class PackWriter : IDisposable
{
    private const int BufferSize = 1 << 20;

    private readonly TemporaryBlob _file;
    private readonly List<PackEntry> _entries = [];
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _buffered;
    private bool _isSealed;

    private PackWriter(TemporaryBlob file, string name)
    {
        _file = file;
        Name = name;
        PackFormat.Header.CopyTo(_buffer);
        _buffered = PackFormat.HeaderSize;
    }

    /// <summary>The 32 hex digits of the pack's name.</summary>
    public string Name { get; }

    public IReadOnlyList<PackEntry> Entries => _entries;

    /// <summary>Bytes of payload.</summary>
    public long Payload { get; private set; }

    /// <summary>Where the next entry begins.</summary>
    public long Length => _file.Length + _buffered;

    public PackMark Mark => new(_entries.Count, Length);

    public static PackWriter Create(ObjectFolder folder, TimeProvider time)
    {
        try
        {
            folder.MakeFolder(folder.Packs);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "put", folder.Packs, folder.Path);
        }

        return new PackWriter(TemporaryBlob.Create(folder.Disk, folder.Packs, null, time: time), LifecycleId.New(time).ToString("N"));
    }

    /// <summary>Adds an entry, stored as it is.</summary>
    public PackEntry Add(PackEntryKind kind, PackEntryFlags flags, Digest id, ReadOnlySpan<byte> payload)
    {
        byte[] buffer = _buffer ?? throw new InvalidOperationException("The pack is sealed.");
        PackEntry entry = new(id, kind, 0, flags, (uint)payload.Length, (uint)payload.Length, Length);
        if (_buffered + PackFormat.EntryHeaderSize + payload.Length > buffer.Length)
        {
            Drain();
        }

        PackFormat.WriteEntryHeader(buffer.AsSpan(_buffered), entry);
        _buffered += PackFormat.EntryHeaderSize;
        if (payload.Length > buffer.Length - _buffered)
        {
            Drain();
            _file.Write(payload);
        }
        else
        {
            payload.CopyTo(buffer.AsSpan(_buffered));
            _buffered += payload.Length;
        }

        _entries.Add(entry);
        Payload += payload.Length;
        return entry;
    }

    /// <summary>Drops every entry added since the mark; a sealed pack is opened again.</summary>
    public void Rollback(PackMark mark)
    {
        for (int i = mark.Entries; i < _entries.Count; i++)
        {
            Payload -= _entries[i].Stored;
        }

        _entries.RemoveRange(mark.Entries, _entries.Count - mark.Entries);
        if (mark.Length >= _file.Length && !_isSealed)
        {
            _buffered = (int)(mark.Length - _file.Length);
            return;
        }

        _buffered = 0;
        _buffer ??= ArrayPool<byte>.Shared.Rent(BufferSize);
        _file.Truncate(mark.Length);
        _isSealed = false;
    }

    /// <summary>Hands everything to the system and makes it durable, so that little is left to do when the pack is sealed.</summary>
    public void Flush()
    {
        Drain();
        _file.Flush();
    }

    /// <summary>Writes index and footer and makes the file durable.</summary>
    public void Seal(DateTimeOffset created)
    {
        PackEntry[] sorted = [.. _entries];
        Array.Sort(sorted, static (a, b) => PackFormat.Compare(a, b));
        long at = Length;
        int size = (int)IndexTable.SizeOf(sorted.Length, PackFormat.IndexEntrySize);
        byte[] tail = ArrayPool<byte>.Shared.Rent(size + PackFormat.FooterSize);
        try
        {
            Span<byte> bytes = tail.AsSpan(0, size + PackFormat.FooterSize);
            bytes.Clear();
            for (int i = 0; i < sorted.Length; i++)
            {
                PackFormat.Count(bytes, sorted[i].Id);
                PackFormat.WriteIndexEntry(bytes[(PackFormat.FanOutSize + (i * PackFormat.IndexEntrySize))..], sorted[i]);
            }

            PackFormat.Accumulate(bytes);
            Span<byte> footer = bytes[size..];
            BinaryPrimitives.WriteInt64LittleEndian(footer, at);
            BinaryPrimitives.WriteUInt32LittleEndian(footer[8..], (uint)sorted.Length);
            BinaryPrimitives.WriteInt64LittleEndian(footer[16..], created.ToUnixTimeMilliseconds());
            PackReader.Check(bytes[..(size + PackFormat.FooterNumbersSize)], footer.Slice(PackFormat.FooterNumbersSize, Digest.Size));
            PackFormat.End.CopyTo(footer[(PackFormat.FooterNumbersSize + Digest.Size)..]);
            Drain();
            _file.Write(bytes);
            _file.Finish(flush: true);
            _isSealed = true;
            ReturnBuffer();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(tail);
        }
    }

    /// <summary>Gives a sealed pack its name; the caller flushes the folder.</summary>
    /// <returns>The path of the pack.</returns>
    public string Publish(ObjectFolder folder, TimeProvider time)
    {
        string target = Path.Combine(folder.Packs, Name + PackFormat.Suffix);
        // The age of a pack counts from the moment in which it can be seen.
        _file.Touch(time);
        _file.Publish(target);
        return target;
    }

    public void Dispose()
    {
        ReturnBuffer();
        _file.Dispose();
    }

    private void ReturnBuffer()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Drain()
    {
        if (_buffered > 0)
        {
            _file.Write(_buffer.AsSpan(0, _buffered));
            _buffered = 0;
        }
    }
}
