namespace Lifecycle.Statistics;

public sealed partial class CardinalitySketch
{
    private const byte Packed = 0, Sparse = 1;
    private const int BitsEach = 6;

    /// <summary>
    /// The sketch as bytes: 3,073 with six bits a register, or fewer when few registers are in use; the shorter form is taken.
    /// </summary>
    /// <returns>Bytes for <see cref="FromBytes"/>; the same sketch gives the same bytes.</returns>
    public byte[] ToBytes()
    {
        SketchWriter sparse = new();
        sparse.Byte(Sparse);
        int last = 0;
        for (int i = 0; i < RegisterCount; i++)
        {
            if (_registers[i] > 0)
            {
                sparse.Varint((ulong)(i - last));
                sparse.Byte(_registers[i]);
                last = i;
            }
        }

        const int packedLength = 1 + RegisterCount * BitsEach / 8;
        if (sparse.Length <= packedLength)
        {
            return sparse.ToArray();
        }

        byte[] packed = new byte[packedLength];
        packed[0] = Packed;
        for (int i = 0, at = 1; i < RegisterCount; i += 4, at += 3)
        {
            int four = _registers[i] | (_registers[i + 1] << 6) | (_registers[i + 2] << 12) | (_registers[i + 3] << 18);
            (packed[at], packed[at + 1], packed[at + 2]) = ((byte)four, (byte)(four >> 8), (byte)(four >> 16));
        }

        return packed;
    }

    /// <summary>Restores a sketch.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> gave.</param>
    /// <returns>A sketch equal to the one the bytes came from.</returns>
    /// <exception cref="FormatException">The bytes are not a sketch; the message says where and why.</exception>
    public static CardinalitySketch FromBytes(ReadOnlySpan<byte> bytes)
    {
        SketchReader reader = new(bytes, "cardinality sketch");
        CardinalitySketch sketch = new();
        switch (reader.Byte())
        {
            case Packed:
                for (int i = 0; i < RegisterCount; i += 4)
                {
                    int four = reader.Byte() | (reader.Byte() << 8) | (reader.Byte() << 16);
                    for (int k = 0; k < 4; k++, four >>= BitsEach)
                    {
                        sketch._registers[i + k] = (byte)(four & 63);
                    }
                }

                break;
            case Sparse:
                for (long at = 0, seen = 0; reader.Left > 0; seen++)
                {
                    at += reader.Count("the step to a register", seen == 0 ? 0 : 1, RegisterCount - 1 - at);
                    sketch._registers[at] = reader.Byte() is > 0 and var rank ? rank : throw reader.Error("a register in use is 0");
                }

                break;
            default:
                throw reader.Error("it is neither packed nor sparse");
        }

        reader.RequireEnd();
        return sketch._registers.AsSpan().ContainsAnyInRange((byte)(Longest + 2), byte.MaxValue)
            ? throw reader.Error($"a register is larger than {Longest + 1}")
            : sketch;
    }
}
