using System.Buffers.Binary;
using System.Numerics;

namespace Lifecycle.Statistics;

/// <summary>Writes sketches: little-endian numbers and base-128 varints in a growing array.</summary>
internal sealed class SketchWriter
{
    private byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public static int LengthOf(ulong value) => (63 - BitOperations.LeadingZeroCount(value | 1)) / 7 + 1;

    public byte[] ToArray() => _bytes.AsSpan(0, Length).ToArray();

    public void Byte(byte value) => Take(1)[0] = value;

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    /// <summary>Seven bits a byte, lowest first; the shortest form.</summary>
    public void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    private Span<byte> Take(int count)
    {
        if (Length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Length + count));
        }

        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
