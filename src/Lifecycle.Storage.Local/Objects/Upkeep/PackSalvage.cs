using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>Finds the entries in a file that is no pack any more: cut short, or with a damaged index or footer.</summary>
internal static class PackSalvage
{
    private const int WindowSize = 1 << 20;
    private const int SectorSize = 4096;

    /// <summary>
    /// Entries whose header can be one, in the order in which they lie. Behind a header that cannot, the next is looked for byte by byte; that bytes look
    /// like a header by chance is no matter, for payloads are checked before they are used.
    /// </summary>
    /// <returns>Each entry, and whether all headers before it were ones: behind a break the bytes of the index can look like headers, too.</returns>
    public static IEnumerable<(PackEntry Entry, bool IsChained)> Entries(string path)
    {
        using SafeFileHandle? file = Open(path);
        if (file is null)
        {
            yield break;
        }

        long length = RandomAccess.GetLength(file);
        byte[] window = new byte[WindowSize];
        (long start, int filled) = (0, 0);
        bool isChained = true;
        for (long at = PackFormat.HeaderSize; at + PackFormat.EntryHeaderSize <= length;)
        {
            if (at < start || at + PackFormat.EntryHeaderSize > start + filled)
            {
                (start, filled) = (at, Read(file, window, at));
                if (filled < PackFormat.EntryHeaderSize)
                {
                    // The file has these bytes and the disk does not give them; behind the next sector it may.
                    (at, filled, isChained) = ((at / SectorSize * SectorSize) + SectorSize, 0, false);
                    continue;
                }
            }

            PackEntry entry = PackFormat.ReadEntryHeader(window.AsSpan((int)(at - start), PackFormat.EntryHeaderSize), at);
            if (IsPossible(entry, length))
            {
                yield return (entry, isChained);
                at = entry.End;
            }
            else
            {
                at++;
                isChained = false;
            }
        }
    }

    /// <summary>
    /// The digests a file that is no pack any more is known to have held: entries that are whole, and damaged ones that lie in the row before a whole one.
    /// </summary>
    public static IReadOnlyList<Digest> Digests(string path)
    {
        using SafeFileHandle? file = Open(path);
        if (file is null)
        {
            return [];
        }

        HashSet<Digest> known = [];
        List<Digest> row = [];
        foreach ((PackEntry entry, bool isChained) in Entries(path))
        {
            bool isWhole = Payload(file, entry) is not null;
            if (isChained)
            {
                row.Add(entry.Id);
            }

            if (isWhole)
            {
                known.Add(entry.Id);
                known.UnionWith(isChained ? row : []);
                row.Clear();
            }
        }

        return [.. known];
    }

    /// <summary>The payload of an entry; null when it is cut, cannot be read or, for bytes, not that of the id.</summary>
    public static byte[]? Payload(SafeFileHandle file, PackEntry entry)
    {
        byte[] payload = new byte[entry.Stored];
        for (int read = 0, more; read < payload.Length; read += more)
        {
            more = Read(file, payload.AsSpan(read), entry.PayloadOffset + read);
            if (more == 0)
            {
                return null;
            }
        }

        bool fits = entry.Kind == PackEntryKind.Bytes ? Digest.Of(payload) == entry.Id : ChunkRecipe.Parse(payload) is not null;
        return fits ? payload : null;
    }

    public static SafeFileHandle? Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Bytes read; 0 also when the disk does not give them.</summary>
    private static int Read(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        try
        {
            return RandomAccess.Read(file, buffer, offset);
        }
        catch (IOException error)
        {
            System.Diagnostics.Activity.Current?.AddException(error);
            return 0;
        }
    }

    private static bool IsPossible(PackEntry entry, long length) =>
        entry.Codec == 0 && entry.Stored == entry.Raw && (entry.Flags & ~PackEntryFlags.Part) == 0 && PackFormat.IsPossible(entry, length);
}
