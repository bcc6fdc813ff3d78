using System.Buffers.Binary;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>Reads what <see cref="ByteWriter"/> wrote, from bytes that nobody vouches for: every length is checked before it is used.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> bytes, long start)
{
    /// <summary>What helps against damage.</summary>
    public const string Renew = "Take the file from a copy or build the profile again";

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>Place in the file, counted from 0.</summary>
    public readonly long Offset => start + _at;

    public readonly int Left => _bytes.Length - _at;

    /// <summary>An error at this place, with what helps.</summary>
    public readonly ProfileFormatException Error(string field, string message, string remedy = Renew) => new(Offset, field, $"{message}. {remedy}");

    public ReadOnlySpan<byte> Bytes(long count, string field)
    {
        if (count < 0 || count > Left)
        {
            throw Error(field, $"{count} bytes are announced and {Left} are left; the file is cut or damaged");
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    public byte Byte(string field) => Bytes(1, field)[0];

    public ushort UInt16(string field) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2, field));

    public ulong UInt64(string field) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8, field));

    public double Double(string field) => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8, field));

    public double Number(int width, string field) => width == 4 ? BinaryPrimitives.ReadSingleLittleEndian(Bytes(4, field)) : Double(field);

    /// <summary>A number that is not negative, in its shortest form.</summary>
    public long Varint(string field)
    {
        ulong value = Raw(field);
        return value <= long.MaxValue ? (long)value : throw Error(field, "a count is negative");
    }

    public long Signed(string field)
    {
        ulong value = Raw(field);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>How many things follow, each at least <paramref name="bytesEach"/> long.</summary>
    public int Many(string field, int bytesEach, int most)
    {
        long count = Varint(field);
        return count <= most && count * bytesEach <= Left
            ? (int)count
            : throw Error(field, $"{count} entries are announced; at most {Math.Min(most, Left / bytesEach)} are possible here");
    }

    public string Text(long length, string field)
    {
        long offset = Offset;
        ReadOnlySpan<byte> text = Bytes(length, field);
        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            throw new ProfileFormatException(offset, field, $"the text is not UTF-8. {Renew}");
        }
    }

    private ulong Raw(string field)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte(field);
            if ((shift == 63 && next > 1) || (shift > 0 && next == 0))
            {
                throw Error(field, "a number is too long");
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Error(field, "a number is too long");
    }
}
