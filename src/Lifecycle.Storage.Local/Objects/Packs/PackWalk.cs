using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>Goes through the entries of a pack whose index cannot be used, one header after the other.</summary>
internal static class PackWalk
{
    /// <summary>The entries from the beginning up to the first that cannot be one; their payloads are not looked at.</summary>
    public static IEnumerable<PackEntry> Entries(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        byte[] header = new byte[PackFormat.EntryHeaderSize];
        for (long at = PackFormat.HeaderSize; at + PackFormat.EntryHeaderSize <= length;)
        {
            if (RandomAccess.Read(file, header, at) < header.Length)
            {
                yield break;
            }

            PackEntry entry = PackFormat.ReadEntryHeader(header, at);
            if (!PackFormat.IsPossible(entry, length) || entry.Codec != 0 || entry.Stored != entry.Raw)
            {
                yield break;
            }

            yield return entry;
            at = entry.End;
        }
    }

    /// <summary>Whether a damaged pack holds an entry of this id, or nobody can tell because the way through it is broken.</summary>
    public static bool MayHold(string path, Digest id)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long end = PackFormat.HeaderSize;
            foreach (PackEntry entry in Entries(file))
            {
                if (entry.Id == id)
                {
                    return true;
                }

                end = entry.End;
            }

            byte[] footer = new byte[PackFormat.FooterSize];
            long at = RandomAccess.GetLength(file) - footer.Length;
            return at < PackFormat.HeaderSize || RandomAccess.Read(file, footer, at) < footer.Length || BinaryPrimitives.ReadInt64LittleEndian(footer) != end;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            return error is not (FileNotFoundException or DirectoryNotFoundException);
        }
    }
}
