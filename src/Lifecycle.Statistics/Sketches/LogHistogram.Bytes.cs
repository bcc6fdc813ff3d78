namespace Lifecycle.Statistics;

public sealed partial class LogHistogram
{
    /// <summary>Bytes a histogram fits where nothing else is said.</summary>
    public const int DefaultBytes = 4096;

    private const long MostCount = long.MaxValue >> 2;

    /// <summary>
    /// The histogram as bytes: mantissa bits, then for each bucket that holds values the step from the last one and the count, as varints. As
    /// many mantissa bits as fit the budget; bytes only grow with the counts, so merging before or after writing gives the same.
    /// </summary>
    /// <param name="mostBytes">Budget. Less than the size with no mantissa bits is not refused: that size is the least.</param>
    /// <returns>Bytes for <see cref="FromBytes"/>.</returns>
    public byte[] ToBytes(int mostBytes = DefaultBytes)
    {
        int bits = Bits;
        while (bits > 0 && LengthAt(bits) > mostBytes)
        {
            bits--;
        }

        SketchWriter bytes = new();
        bytes.Byte((byte)bits);
        Walk(bits, (step, count) =>
        {
            bytes.Varint((ulong)step);
            bytes.Varint((ulong)count);
        });
        return bytes.ToArray();
    }

    /// <summary>Restores a histogram.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> gave.</param>
    /// <returns>A histogram that answers and writes the same.</returns>
    /// <exception cref="FormatException">The bytes are not a histogram; the message says where and why.</exception>
    public static LogHistogram FromBytes(ReadOnlySpan<byte> bytes)
    {
        SketchReader reader = new(bytes, "logarithmic histogram");
        int bits = reader.Byte();
        if (bits > MostBits)
        {
            throw reader.Error($"it has {bits} mantissa bits; at most {MostBits} are possible");
        }

        LogHistogram histogram = new(bits);
        for (long bucket = 0; reader.Left > 0;)
        {
            bucket += reader.Count("the step to a bucket", histogram.Count == 0 ? 0 : 1, histogram._counts.Length - 1 - bucket);
            long count = reader.Count("a count", 1, MostCount - histogram.Count);
            histogram._counts[bucket] += count;
            histogram.Count += count;
        }

        return histogram;
    }

    private int LengthAt(int bits)
    {
        int length = 1;
        Walk(bits, (step, count) => length += SketchWriter.LengthOf((ulong)step) + SketchWriter.LengthOf((ulong)count));
        return length;
    }

    private void Walk(int bits, Action<int, long> pair)
    {
        int shift = Bits - bits, last = 0;
        for (int bucket = 0; bucket < _counts.Length >> shift; bucket++)
        {
            long count = 0;
            for (int i = bucket << shift; i < (bucket + 1) << shift; i++)
            {
                count += _counts[i];
            }

            if (count > 0)
            {
                pair(bucket - last, count);
                last = bucket;
            }
        }
    }
}
