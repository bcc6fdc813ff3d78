using System.Buffers.Binary;

namespace Lifecycle.Data.Parquet;

/// <summary>Turns the encodings of differences, and truths in runs, into plain values of a bounded size.</summary>
internal static class PlainValues
{
    public const int Plain = 0;
    public const int OldDictionary = 2;
    public const int Runs = 3;
    public const int Delta = 5;
    public const int DeltaLengths = 6;
    public const int DeltaTexts = 7;
    public const int Dictionary = 8;
    public const int SplitBytes = 9;

    /// <summary>Every text must lie inside the page.</summary>
    public static void CheckTexts(ReadOnlySpan<byte> bytes, int count, long offset)
    {
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            int left = bytes.Length - at - sizeof(int);
            int length = left >= 0 ? BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]) : -1;
            if (length < 0 || length > left)
            {
                throw Fault($"the text {i + 1} of {count} in a page does not end in it", offset);
            }

            at += sizeof(int) + length;
        }
    }

    public static byte[] OfRuns(ReadOnlySpan<byte> bytes, int count, long offset)
    {
        int length = bytes.Length >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : -1;
        if (length < 0 || length > bytes.Length - sizeof(int))
        {
            throw Fault("truths end too early", offset);
        }

        bool[] flags = new bool[count];
        BitRuns.Read(bytes.Slice(sizeof(int), length), flags, offset);
        byte[] plain = new byte[(count + 7) / 8];
        for (int i = 0; i < count; i++)
        {
            plain[i / 8] |= (byte)(flags[i] ? 1 << (i % 8) : 0);
        }

        return plain;
    }

    public static byte[] OfDelta(ReadOnlySpan<byte> bytes, int count, int width, long offset)
    {
        long[] values = new long[count];
        DeltaIntegers.Read(bytes, values, offset);
        byte[] plain = new byte[(long)count * width];
        for (int i = 0; i < count; i++)
        {
            if (width == sizeof(int))
            {
                BinaryPrimitives.WriteInt32LittleEndian(plain.AsSpan(i * width), unchecked((int)values[i]));
            }
            else
            {
                BinaryPrimitives.WriteInt64LittleEndian(plain.AsSpan(i * width), values[i]);
            }
        }

        return plain;
    }

    /// <summary>Texts by their lengths, and with <paramref name="shared"/> by what each shares with the one before it.</summary>
    public static byte[] OfDeltaTexts(ReadOnlySpan<byte> bytes, int count, bool shared, bool fixedLength, long offset)
    {
        long[] prefixes = new long[count];
        int at = shared ? DeltaIntegers.Read(bytes, prefixes, offset) : 0;
        long[] lengths = new long[count];
        at += DeltaIntegers.Read(bytes[at..], lengths, offset);
        int head = fixedLength ? 0 : sizeof(int);
        long size = 0;
        long before = 0;
        for (int i = 0; i < count; i++)
        {
            if (prefixes[i] < 0 || prefixes[i] > before || lengths[i] < 0 || lengths[i] > bytes.Length)
            {
                throw Fault($"a text shares {prefixes[i]} bytes with one of {before} and has {lengths[i]} more", offset);
            }

            before = prefixes[i] + lengths[i];
            size += head + before;
            if (size > ParquetLimits.ColumnBytes)
            {
                throw new ParquetFaultException(TableProblemKind.TooLarge, $"texts unpack to more than {ParquetLimits.ColumnBytes} bytes", offset);
            }
        }

        byte[] plain = new byte[size];
        int to = 0;
        int last = 0;
        for (int i = 0; i < count; i++)
        {
            int prefix = (int)prefixes[i];
            int suffix = (int)lengths[i];
            if (suffix > bytes.Length - at)
            {
                throw Fault("texts end too early", offset);
            }

            if (!fixedLength)
            {
                BinaryPrimitives.WriteInt32LittleEndian(plain.AsSpan(to), prefix + suffix);
            }

            plain.AsSpan(last, prefix).CopyTo(plain.AsSpan(to + head));
            bytes.Slice(at, suffix).CopyTo(plain.AsSpan(to + head + prefix));
            at += suffix;
            last = to + head;
            to = last + prefix + suffix;
        }

        return plain;
    }

    private static ParquetFaultException Fault(string message, long offset) => new(TableProblemKind.Damaged, message, offset);
}
