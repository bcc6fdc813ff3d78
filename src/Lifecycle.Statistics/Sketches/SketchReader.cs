using System.Buffers.Binary;

namespace Lifecycle.Statistics;

/// <summary>Reads what <see cref="SketchWriter"/> wrote, from bytes that nobody vouches for: every length is checked before it is used.</summary>
internal ref struct SketchReader(ReadOnlySpan<byte> bytes, string sketch)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public readonly int Left => _bytes.Length - _at;

    public readonly FormatException Error(string message) => new($"The bytes are not a {sketch}: {message} (at byte {_at}).");

    public byte Byte() => Bytes(1)[0];

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8));

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count < 0 || count > Left)
        {
            throw Error($"{count} bytes are announced and {Left} are left");
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    public ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            if ((shift == 63 && next > 1) || (shift > 0 && next == 0))
            {
                break;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Error("a number is too long");
    }

    /// <summary>A count from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public long Count(string field, long least, long most)
    {
        ulong value = Varint();
        return value <= long.MaxValue && (long)value >= least && (long)value <= most
            ? (long)value
            : throw Error($"{field} is {value} and lies in {least} to {most}");
    }

    public readonly void RequireEnd()
    {
        if (Left > 0)
        {
            throw Error($"{Left} bytes are too many");
        }
    }
}
