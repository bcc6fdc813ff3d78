namespace Lifecycle.Storage.Local;

/// <summary>Copies entries into new packs, each checked on the way. What was published stays when a later step fails: copies do no harm.</summary>
internal sealed class PackRewriter(ObjectFolder folder, TimeProvider time) : IDisposable
{
    private PackWriter? _writer;
    private DateTimeOffset _created = DateTimeOffset.MinValue;

    /// <summary>Bytes of the packs written.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Adds an entry; false when what is there is damaged or gone, and nothing was added.</summary>
    /// <param name="pack">Where it lies.</param>
    /// <param name="entry">As its index has it.</param>
    public bool TryCopy(PackReader pack, PackEntry entry)
    {
        byte[] buffer = new byte[PackFormat.EntryHeaderSize + (int)entry.Stored];
        if (pack.Read(entry, buffer) != PackRead.Good)
        {
            return false;
        }

        ReadOnlySpan<byte> payload = buffer.AsSpan(PackFormat.EntryHeaderSize);
        if (entry.Kind == PackEntryKind.Recipe && ChunkRecipe.Parse(payload) is null)
        {
            return false;
        }

        Add(entry.Kind, entry.Flags, entry.Id, payload, pack.Created);
        return true;
    }

    /// <summary>Adds an entry.</summary>
    /// <param name="kind">What it holds.</param>
    /// <param name="flags">Its marks.</param>
    /// <param name="id">Its id.</param>
    /// <param name="payload">Its bytes.</param>
    /// <param name="created">When it was put; the new pack is as young as the youngest in it.</param>
    public void Add(PackEntryKind kind, PackEntryFlags flags, Digest id, ReadOnlySpan<byte> payload, DateTimeOffset created)
    {
        _writer ??= PackWriter.Create(folder, time);
        _writer.Add(kind, flags, id, payload);
        _created = created > _created ? created : _created;
        if (_writer.Payload >= PackFormat.SealedFrom)
        {
            Publish();
        }
    }

    /// <summary>Makes everything that was added durable and visible.</summary>
    public void Finish()
    {
        if (_writer is not null)
        {
            Publish();
        }
    }

    public void Dispose() => _writer?.Dispose();

    private void Publish()
    {
        try
        {
            _writer!.Seal(_created);
            string path = _writer.Publish(folder, time);
            folder.Disk.FlushFolder(folder.Packs);
            WrittenBytes += new FileInfo(path).Length;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "collect", folder.Packs, folder.Packs);
        }
        finally
        {
            _writer!.Dispose();
            (_writer, _created) = (null, DateTimeOffset.MinValue);
        }
    }
}
