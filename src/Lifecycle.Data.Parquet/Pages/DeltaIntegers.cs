namespace Lifecycle.Data.Parquet;

/// <summary>DELTA_BINARY_PACKED: blocks of differences, each with as many bits as it needs.</summary>
internal static class DeltaIntegers
{
    /// <summary>Fills all of <paramref name="to"/> and returns the bytes that were read.</summary>
    public static int Read(ReadOnlySpan<byte> bytes, Span<long> to, long offset)
    {
        int at = 0;
        ulong block = Variable(bytes, ref at, offset);
        ulong parts = Variable(bytes, ref at, offset);
        ulong total = Variable(bytes, ref at, offset);
        long value = Signed(bytes, ref at, offset);
        if (total != (ulong)to.Length || parts is 0 or > 1024 || block is 0 or > 1 << 20 || block % parts != 0 || block / parts % 8 != 0)
        {
            throw Fault($"differences of {total} values in blocks of {block} and {parts} parts are claimed, and {to.Length} values are expected", offset);
        }

        int partLength = (int)(block / parts);
        int filled = 0;
        if (to.Length > 0)
        {
            to[filled++] = value;
        }

        while (filled < to.Length)
        {
            long least = Signed(bytes, ref at, offset);
            ReadOnlySpan<byte> widths = Take(bytes, ref at, (int)parts, offset);
            for (int part = 0; part < (int)parts && filled < to.Length; part++)
            {
                int width = widths[part] <= 64 ? widths[part] : throw Fault($"a difference has {widths[part]} bits", offset);
                ReadOnlySpan<byte> packed = Take(bytes, ref at, partLength / 8 * width, offset);
                for (int i = 0; i < partLength && filled < to.Length; i++)
                {
                    value = unchecked(value + least + (long)Bits(packed, (long)i * width, width));
                    to[filled++] = value;
                }
            }
        }

        return at;
    }

    private static ulong Bits(ReadOnlySpan<byte> bytes, long from, int width)
    {
        ulong value = 0;
        for (int got = 0; got < width;)
        {
            long bit = from + got;
            int take = Math.Min(8 - (int)(bit & 7), width - got);
            ulong part = ((ulong)bytes[(int)(bit >> 3)] >> (int)(bit & 7)) & ((1UL << take) - 1);
            value |= part << got;
            got += take;
        }

        return value;
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes, ref int at, int count, long offset)
    {
        if (count > bytes.Length - at)
        {
            throw Fault("differences end too early", offset);
        }

        at += count;
        return bytes.Slice(at - count, count);
    }

    private static long Signed(ReadOnlySpan<byte> bytes, ref int at, long offset)
    {
        ulong value = Variable(bytes, ref at, offset);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static ulong Variable(ReadOnlySpan<byte> bytes, ref int at, long offset)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(bytes, ref at, 1, offset)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Fault("a number is longer than 64 bits", offset);
    }

    private static ParquetFaultException Fault(string message, long offset) => new(TableProblemKind.Damaged, message, offset);
}
