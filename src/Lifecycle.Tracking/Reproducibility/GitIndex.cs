using System.Buffers.Binary;
using System.Text;

namespace Lifecycle.Tracking;

/// <summary>A file that git tracks, as it stood when it was last added or checked out.</summary>
/// <param name="Path">Relative to the work tree, with slashes.</param>
/// <param name="Mode">Type and rights: 0x81A4 a file, 0x81ED an executable, 0xA000 a link, 0xE000 a submodule.</param>
/// <param name="Size">Bytes, modulo 2^32; 0 also when git does not trust its own times.</param>
/// <param name="Changed">Seconds and nanoseconds of the last change of its inode.</param>
/// <param name="Modified">Seconds and nanoseconds of its last write.</param>
/// <param name="Id">Hash of its content as git stores it.</param>
/// <param name="Flags">Merge stage and the wishes that it be taken as unchanged.</param>
internal readonly record struct GitEntry(
    string Path, uint Mode, uint Size, (uint Seconds, uint Nanoseconds) Changed, (uint Seconds, uint Nanoseconds) Modified, ReadOnlyMemory<byte> Id, GitEntryFlags Flags);

/// <summary>What an entry says of itself besides its state.</summary>
[Flags]
internal enum GitEntryFlags
{
    None = 0,
    Unmerged = 1,
    TakenAsUnchanged = 2,
    OnlyAnnounced = 4,
}

/// <summary>The index of a work tree, versions 2, 3 and 4 (git's <c>Documentation/gitformat-index.txt</c>). Its own checksum is not verified.</summary>
internal sealed class GitIndex
{
    public const int MostEntries = 50_000;
    private const int StatSize = 40;

    private GitIndex(GitEntry[] entries, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> trees)
    {
        Entries = entries;
        Trees = trees;
    }

    /// <summary>In the byte order of their paths.</summary>
    public GitEntry[] Entries { get; }

    /// <summary>Folders (<c>""</c>, <c>src/</c>) whose tree object is known to hold just what the index holds below them.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Trees { get; }

    public static GitIndex Empty { get; } = new([], new Dictionary<string, ReadOnlyMemory<byte>>());

    /// <summary>Reads an index.</summary>
    /// <exception cref="InvalidDataException">It is damaged, too large, or needs something that is not read here; the message says what.</exception>
    public static GitIndex Parse(ReadOnlyMemory<byte> bytes, int hashSize)
    {
        try
        {
            return Read(bytes, hashSize);
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            throw new InvalidDataException("The index is damaged.", e);
        }
    }

    private static GitIndex Read(ReadOnlyMemory<byte> bytes, int hashSize)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        uint version = BinaryPrimitives.ReadUInt32BigEndian(span[4..]);
        if (!span[..4].SequenceEqual("DIRC"u8) || version is < 2 or > 4)
        {
            throw new InvalidDataException($"The index has version {version}; versions 2 to 4 are read.");
        }

        uint count = BinaryPrimitives.ReadUInt32BigEndian(span[8..]);
        if (count > MostEntries)
        {
            throw new InvalidDataException($"The index has {count} entries; at most {MostEntries} are looked at.");
        }

        GitEntry[] entries = new GitEntry[count];
        byte[] path = new byte[4096];
        int length = 0;
        int at = 12;
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = ReadEntry(bytes, version, hashSize, ref at, ref path, ref length);
        }

        return new GitIndex(entries, ReadExtensions(bytes, at, hashSize));
    }

    private static GitEntry ReadEntry(ReadOnlyMemory<byte> bytes, uint version, int hashSize, ref int at, ref byte[] path, ref int length)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        int start = at;
        ReadOnlySpan<byte> stat = span.Slice(at, StatSize);
        ReadOnlyMemory<byte> id = bytes.Slice(at + StatSize, hashSize);
        at += StatSize + hashSize;
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(span[at..]);
        at += 2;
        ushort more = 0;
        if ((flags & 0x4000) != 0)
        {
            more = version >= 3 ? BinaryPrimitives.ReadUInt16BigEndian(span[at..]) : throw new InvalidDataException("The index is damaged.");
            at += 2;
        }

        int kept = 0;
        if (version == 4)
        {
            kept = length - ReadOffset(span, ref at);
        }

        int end = span[at..].IndexOf((byte)0);
        length = kept + end;
        if (length > path.Length)
        {
            Array.Resize(ref path, length * 2);
        }

        span.Slice(at, end).CopyTo(path.AsSpan(kept));
        at += end + 1;
        if (version < 4)
        {
            at = start + ((at - start + 7) / 8 * 8);
        }

        return new GitEntry(
            Encoding.UTF8.GetString(path, 0, length), Word(stat, 6), Word(stat, 9), (Word(stat, 0), Word(stat, 1)), (Word(stat, 2), Word(stat, 3)), id,
            ((flags & 0x3000) != 0 ? GitEntryFlags.Unmerged : 0)
                | ((flags & 0x8000) != 0 || (more & 0x4000) != 0 ? GitEntryFlags.TakenAsUnchanged : 0)
                | ((more & 0x2000) != 0 ? GitEntryFlags.OnlyAnnounced : 0));
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> ReadExtensions(ReadOnlyMemory<byte> bytes, int at, int hashSize)
    {
        Dictionary<string, ReadOnlyMemory<byte>> trees = new(StringComparer.Ordinal);
        while (at + 8 <= bytes.Length - hashSize)
        {
            ReadOnlySpan<byte> signature = bytes.Span.Slice(at, 4);
            int size = checked((int)BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[(at + 4)..]));
            ReadOnlyMemory<byte> content = bytes.Slice(at + 8, size);
            if (signature.SequenceEqual("TREE"u8))
            {
                int from = 0;
                ReadTree(content, hashSize, ref from, "", trees, 0);
            }
            else if (signature[0] is < (byte)'A' or > (byte)'Z')
            {
                throw new InvalidDataException($"The index needs the extension '{Encoding.Latin1.GetString(signature)}', which is not read here.");
            }

            at += 8 + size;
        }

        return trees;
    }

    private static void ReadTree(
        ReadOnlyMemory<byte> bytes, int hashSize, ref int at, string parent, Dictionary<string, ReadOnlyMemory<byte>> trees, int depth)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        int zero = span[at..].IndexOf((byte)0);
        string folder = zero == 0 ? parent : parent + Encoding.UTF8.GetString(span.Slice(at, zero)) + "/";
        at += zero + 1;
        int line = span[at..].IndexOf((byte)'\n');
        string[] numbers = Encoding.ASCII.GetString(span.Slice(at, line)).Split(' ');
        at += line + 1;
        if (numbers[0] != "-1")
        {
            trees[folder] = bytes.Slice(at, hashSize);
            at += hashSize;
        }

        int children = int.Parse(numbers[1], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture);
        for (int i = 0; i < children; i++)
        {
            ReadTree(bytes, hashSize, ref at, folder, trees, depth < 1000 ? depth + 1 : throw new InvalidDataException("The index is damaged."));
        }
    }

    private static uint Word(ReadOnlySpan<byte> stat, int number) => BinaryPrimitives.ReadUInt32BigEndian(stat[(number * 4)..]);

    /// <summary>A number as packs write offsets: 7 bits a byte, each continuation adds one.</summary>
    internal static int ReadOffset(ReadOnlySpan<byte> bytes, ref int at)
    {
        int value = bytes[at] & 0x7F;
        while ((bytes[at++] & 0x80) != 0)
        {
            value = checked(((value + 1) << 7) | (bytes[at] & 0x7F));
        }

        return value;
    }
}
