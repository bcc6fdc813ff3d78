using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>Finds the entries in a file that is no pack any more: cut short, or with a damaged index or footer.</summary>
internal static class PackSalvage
{
    private const int WindowSize = 1 << 20;

    /// <summary>
    /// Entries whose header can be one, in the order in which they lie. Behind a header that cannot, the next is looked for byte by byte; that bytes look
    /// like a header by chance is no matter, for payloads are checked before they are used.
    /// </summary>
    public static IEnumerable<PackEntry> Entries(string path)
    {
        using SafeFileHandle? file = Open(path);
        if (file is null)
        {
            yield break;
        }

        long length = RandomAccess.GetLength(file);
        byte[] window = new byte[WindowSize];
        (long start, int filled) = (0, 0);
        for (long at = PackFormat.HeaderSize; at + PackFormat.EntryHeaderSize <= length;)
        {
            if (at < start || at + PackFormat.EntryHeaderSize > start + filled)
            {
                (start, filled) = (at, RandomAccess.Read(file, window, at));
                if (filled < PackFormat.EntryHeaderSize)
                {
                    yield break;
                }
            }

            PackEntry entry = PackFormat.ReadEntryHeader(window.AsSpan((int)(at - start), PackFormat.EntryHeaderSize), at);
            if (IsPossible(entry, length))
            {
                yield return entry;
                at = entry.End;
            }
            else
            {
                at++;
            }
        }
    }

    /// <summary>The payload of an entry; null when it is cut or, for bytes, not that of the id.</summary>
    public static byte[]? Payload(SafeFileHandle file, PackEntry entry)
    {
        byte[] payload = new byte[entry.Stored];
        for (int read = 0, more; read < payload.Length; read += more)
        {
            more = RandomAccess.Read(file, payload.AsSpan(read), entry.PayloadOffset + read);
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

    private static bool IsPossible(PackEntry entry, long length) =>
        entry.Codec == 0 && entry.Stored == entry.Raw && (entry.Flags & ~PackEntryFlags.Part) == 0 && PackFormat.IsPossible(entry, length);
}
