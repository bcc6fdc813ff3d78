namespace Lifecycle.Data.Parquet;

/// <summary>The hybrid of runs and packed bits, one bit wide: which cells are there, and truths.</summary>
internal static class BitRuns
{
    /// <summary>Fills all of <paramref name="to"/>.</summary>
    public static void Read(ReadOnlySpan<byte> bytes, Span<bool> to, long offset)
    {
        int at = 0;
        int filled = 0;
        while (filled < to.Length)
        {
            uint head = ReadVariable(bytes, ref at, offset);
            if ((head & 1) == 0)
            {
                int run = (int)Math.Min(head >> 1, (uint)(to.Length - filled));
                byte value = Next(bytes, ref at, offset);
                to.Slice(filled, value <= 1 ? run : throw Fault($"a flag is {value}", offset)).Fill(value == 1);
                filled += run;
                continue;
            }

            for (uint group = head >> 1; group > 0 && filled < to.Length; group--)
            {
                byte bits = Next(bytes, ref at, offset);
                for (int i = 0; i < 8 && filled < to.Length; i++)
                {
                    to[filled++] = (bits >> i & 1) != 0;
                }
            }
        }
    }

    private static uint ReadVariable(ReadOnlySpan<byte> bytes, ref int at, long offset)
    {
        uint value = 0;
        for (int shift = 0; shift < 32; shift += 7)
        {
            byte next = Next(bytes, ref at, offset);
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Fault("a run is longer than 32 bits tell", offset);
    }

    private static byte Next(ReadOnlySpan<byte> bytes, ref int at, long offset) =>
        at < bytes.Length ? bytes[at++] : throw Fault("the flags of a page end too early", offset);

    private static ParquetFaultException Fault(string message, long offset) => new(TableProblemKind.Damaged, message, offset);
}
