using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Lifecycle.MLNet.Tests.Serving;

/// <summary>One entry of an archive that may lie: what is null is said as it is.</summary>
internal sealed record RawEntry(string Name, byte[] Content)
{
    /// <summary>The bytes in the archive, instead of the deflated content.</summary>
    public byte[]? Packed { get; init; }

    public uint? Size { get; init; }

    public uint? Sum { get; init; }

    public uint? PackedSize { get; init; }

    public ushort Flags { get; init; }

    public ushort Method { get; init; } = 8;

    public uint Attributes { get; init; }

    public string? LocalName { get; init; }

    /// <summary>The bytes are those of the entry of this number.</summary>
    public int? SameAs { get; init; }
}

/// <summary>Writes zip archives by hand.</summary>
internal static class RawZip
{
    public static byte[] Of(params (string Name, byte[] Content)[] entries) => Write([.. entries.Select(e => new RawEntry(e.Name, e.Content))]);

    public static byte[] Write(RawEntry[] entries, int? count = null, string comment = "", ushort? commentLength = null, int directoryShift = 0)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        int[] offsets = new int[entries.Length];
        byte[][] packed = [.. entries.Select(e => e.Packed ?? (e.Method == 8 ? Deflate(e.Content) : e.Content))];
        for (int i = 0; i < entries.Length; i++)
        {
            RawEntry entry = entries[i];
            if (entry.SameAs is { } same)
            {
                offsets[i] = offsets[same];
                packed[i] = packed[same];
                continue;
            }

            offsets[i] = (int)stream.Position;
            byte[] name = Encoding.UTF8.GetBytes(entry.LocalName ?? entry.Name);
            writer.Write("PK\x03\x04"u8);
            writer.Write((ushort)20);
            Common(writer, entry, packed[i]);
            writer.Write((ushort)name.Length);
            writer.Write((ushort)0);
            writer.Write(name);
            writer.Write(packed[i]);
        }

        int start = (int)stream.Position;
        for (int i = 0; i < entries.Length; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes(entries[i].Name);
            writer.Write("PK\x01\x02"u8);
            writer.Write((ushort)0x0314);
            writer.Write((ushort)20);
            Common(writer, entries[i], packed[i]);
            writer.Write((ushort)name.Length);
            writer.Write(new byte[8]);
            writer.Write(entries[i].Attributes);
            writer.Write(offsets[i]);
            writer.Write(name);
        }

        int size = (int)stream.Position - start;
        writer.Write("PK\x05\x06"u8);
        writer.Write(0);
        writer.Write((ushort)(count ?? entries.Length));
        writer.Write((ushort)(count ?? entries.Length));
        writer.Write(size);
        writer.Write(start + directoryShift);
        writer.Write(commentLength ?? (ushort)comment.Length);
        writer.Write(Encoding.ASCII.GetBytes(comment));
        return stream.ToArray();
    }

    /// <summary>Deflated zeros: one block, again and again, so that making a bomb costs nothing.</summary>
    public static byte[] Zeros(int mebibytes)
    {
        byte[] zeros = new byte[1 << 20];
        using MemoryStream stream = new();
        int first;
        using (DeflateStream deflate = new(stream, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflate.Write(zeros);
            deflate.Flush();
            first = (int)stream.Length;
            deflate.Write(zeros);
            deflate.Flush();
        }

        byte[] all = stream.ToArray();
        byte[] end = [0x03, 0x00];
        byte[] again = all[first..(all.Length - end.Length)];
        return [.. all[..first], .. Enumerable.Repeat(again, mebibytes - 1).SelectMany(b => b), .. end];
    }

    /// <summary>The header with which each part of a model begins, and the name of its loader's assembly.</summary>
    public static byte[] Header(string assembly, int gap = 0, int cut = 0, long? offset = null, string loader = "")
    {
        byte[] name = Encoding.Unicode.GetBytes(assembly);
        byte[] header = new byte[0x100 + gap + name.Length - cut];
        "ML\0MODEL"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x08), 0x00010002);
        Encoding.ASCII.GetBytes(loader).CopyTo(header, 0x50);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(0x90), offset ?? 0x100 + gap);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x98), (uint)name.Length);
        name.AsSpan(0, name.Length - cut).CopyTo(header.AsSpan(0x100 + gap));
        return header;
    }

    private static void Common(BinaryWriter writer, RawEntry entry, byte[] packed)
    {
        writer.Write(entry.Flags);
        writer.Write(entry.Method);
        writer.Write(0);
        writer.Write(entry.Sum ?? Crc32.HashToUInt32(entry.Content));
        writer.Write(entry.PackedSize ?? (uint)packed.Length);
        writer.Write(entry.Size ?? (uint)entry.Content.Length);
    }

    private static byte[] Deflate(byte[] content)
    {
        using MemoryStream stream = new();
        using (DeflateStream deflate = new(stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(content);
        }

        return stream.Length > 0 ? stream.ToArray() : [0x03, 0x00];
    }
}
