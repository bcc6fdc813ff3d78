using System.Buffers.Binary;

namespace Lifecycle.Storage.Local;

/// <summary>What an entry of a pack holds.</summary>
internal enum PackEntryKind : byte
{
    /// <summary>Bytes; the id is their digest.</summary>
    Bytes = 1,

    /// <summary>How a blob is put together from chunks; the id is the digest of that blob.</summary>
    Recipe = 2,
}

/// <summary>Marks of an entry.</summary>
[Flags]
internal enum PackEntryFlags : ushort
{
    None = 0,

    /// <summary>The bytes are a chunk or a node of a bigger blob.</summary>
    Part = 1,

    /// <summary>Reserved.</summary>
    Encrypted = 2,
}

/// <summary>An entry of a pack, as its header and the index of the pack describe it.</summary>
/// <param name="Id">Digest of the bytes, or of the blob that a recipe describes.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Codec">0: stored as it is; others are not known to this build.</param>
/// <param name="Flags">Marks.</param>
/// <param name="Stored">Bytes of the payload in the pack.</param>
/// <param name="Raw">Bytes of the payload when it is unpacked.</param>
/// <param name="Offset">Where the header of the entry begins in the pack.</param>
internal readonly record struct PackEntry(Digest Id, PackEntryKind Kind, byte Codec, PackEntryFlags Flags, uint Stored, uint Raw, long Offset)
{
    public bool IsPart => (Flags & PackEntryFlags.Part) != 0;

    public long PayloadOffset => Offset + PackFormat.EntryHeaderSize;

    public long End => PayloadOffset + Stored;
}

/// <summary>
/// Sizes, marks and numbers of a pack (all integers little endian). Header 16 B: <c>LCPACK01</c>, 8 zero bytes. Entries: u8 kind, u8 codec, u16 flags,
/// u32 stored, u32 raw, 32 B id, payload. Index: 256 x u32 cumulative counts by the first byte of the id, then the entries sorted by (id, kind), 52 B each.
/// Footer 64 B: u64 offset of the index, u32 entries, u32 0, u64 created (Unix ms), SHA-256 of header, index and the 24 bytes before, <c>LCPACKE1</c>.
/// </summary>
internal static class PackFormat
{
    public const int HeaderSize = 16;
    public const int EntryHeaderSize = 44;
    public const int FanOutSize = 256 * sizeof(uint);
    public const int IndexEntrySize = 52;
    public const int FooterSize = 64;
    public const int FooterNumbersSize = 24;

    /// <summary>Payload from which on a pack is sealed and another one begun.</summary>
    public const long SealedFrom = 64L << 20;

    /// <summary>The longest payload of bytes that is ever written; a chunk, a node or a small blob.</summary>
    public const int MaximumBytes = 1 << 20;

    /// <summary>The longest payload of a recipe: 2^20 nodes.</summary>
    public const int MaximumRecipe = 16 + (40 << 20) + Digest.Size;

    public const string Suffix = ".pack";
    public const string IndexSuffix = ".index";
    public const int NameLength = 32;

    public static ReadOnlySpan<byte> Header => "LCPACK01\0\0\0\0\0\0\0\0"u8;

    public static ReadOnlySpan<byte> End => "LCPACKE1"u8;

    public static int Limit(PackEntryKind kind) => kind == PackEntryKind.Recipe ? MaximumRecipe : MaximumBytes;

    public static void WriteEntryHeader(Span<byte> to, in PackEntry entry)
    {
        to[0] = (byte)entry.Kind;
        to[1] = entry.Codec;
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], (ushort)entry.Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], entry.Stored);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], entry.Raw);
        entry.Id.CopyTo(to[12..]);
    }

    public static PackEntry ReadEntryHeader(ReadOnlySpan<byte> from, long offset) => new(
        new Digest(from.Slice(12, Digest.Size)),
        (PackEntryKind)from[0],
        from[1],
        (PackEntryFlags)BinaryPrimitives.ReadUInt16LittleEndian(from[2..]),
        BinaryPrimitives.ReadUInt32LittleEndian(from[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(from[8..]),
        offset);

    /// <summary>Writes an entry of an index; <paramref name="to"/> is 52 bytes, or 56 with the ordinal of the pack in front of the offset.</summary>
    public static void WriteIndexEntry(Span<byte> to, in PackEntry entry, uint? pack = null)
    {
        entry.Id.CopyTo(to);
        to[32] = (byte)entry.Kind;
        to[33] = entry.Codec;
        BinaryPrimitives.WriteUInt16LittleEndian(to[34..], (ushort)entry.Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(to[36..], entry.Stored);
        BinaryPrimitives.WriteUInt32LittleEndian(to[40..], entry.Raw);
        if (pack is { } ordinal)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(to[44..], ordinal);
        }

        BinaryPrimitives.WriteInt64LittleEndian(to[(pack is null ? 44 : 48)..], entry.Offset);
    }

    /// <summary>Whether a number of an entry is one this build writes and the entry lies where entries may lie.</summary>
    public static bool IsPossible(in PackEntry entry, long end) =>
        entry.Kind is PackEntryKind.Bytes or PackEntryKind.Recipe && entry.Stored <= Limit(entry.Kind)
        && entry.Offset >= HeaderSize && entry.Offset <= end && entry.End <= end;

    public static int Compare(in PackEntry left, in PackEntry right)
    {
        int order = left.Id.CompareTo(right.Id);
        return order != 0 ? order : left.Kind.CompareTo(right.Kind);
    }

    /// <summary>Counts an id in a fan-out that <see cref="Accumulate"/> finishes.</summary>
    public static void Count(Span<byte> fanOut, Digest id)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        id.CopyTo(bytes);
        Span<byte> slot = fanOut.Slice(bytes[0] * sizeof(uint), sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(slot, BinaryPrimitives.ReadUInt32LittleEndian(slot) + 1);
    }

    /// <summary>Turns counts by the first byte of the id into cumulative ones.</summary>
    public static void Accumulate(Span<byte> fanOut)
    {
        uint sum = 0;
        for (int at = 0; at < FanOutSize; at += sizeof(uint))
        {
            sum += BinaryPrimitives.ReadUInt32LittleEndian(fanOut[at..]);
            BinaryPrimitives.WriteUInt32LittleEndian(fanOut[at..], sum);
        }
    }

    /// <summary>Whether <paramref name="name"/> is that of a pack, or of a merged index with <paramref name="suffix"/> <c>.index</c>.</summary>
    public static bool IsName(ReadOnlySpan<char> name, string suffix = Suffix) =>
        name.Length == NameLength + suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal) && ObjectFolder.IsLowerHex(name[..NameLength]);
}
