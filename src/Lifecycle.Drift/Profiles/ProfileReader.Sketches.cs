using Lifecycle.Statistics;

namespace Lifecycle.Drift;

internal static partial class ProfileReader
{
    private delegate TSketch FromBytes<out TSketch>(ReadOnlySpan<byte> bytes);

    private static TSketch Sketch<TSketch>(ref ByteCursor section, string field, FromBytes<TSketch> read)
    {
        long offset = section.Offset;
        try
        {
            return read(section.Bytes(section.Left, field));
        }
        catch (FormatException error)
        {
            throw new ProfileFormatException(offset, field, $"{error.Message.TrimEnd('.')}. Take the file from a copy or build the profile again");
        }
    }

    /// <summary>Read for its errors; what is kept are the bytes.</summary>
    private static byte[] Histogram(ref ByteCursor section, ColumnParts parts)
    {
        byte[] bytes = section.Left <= MostHistogramBytes
            ? section.Bytes(section.Left, "histogram").ToArray()
            : throw section.Error("histogram", $"a histogram has at most {MostHistogramBytes} bytes");
        ByteCursor again = new(bytes, section.Offset - bytes.Length);
        LogHistogram histogram = Sketch(ref again, "histogram", LogHistogram.FromBytes);
        return histogram.Count == parts.Counts?[0] ? bytes : throw section.Error("histogram", "its counts are not the number of values");
    }

    private static (QuantileSketch Sketch, int Resolution) Quantiles(ref ByteCursor section, ColumnParts parts)
    {
        long resolution = section.Varint("resolution");
        if (!NumericGrid.IsResolution(resolution))
        {
            throw section.Error("resolution", "it is 320, 1280 or 5120");
        }

        return parts.Counts is [> 0, ..]
            ? (Sketch(ref section, "quantiles", QuantileSketch.FromBytes), (int)resolution)
            : throw section.Error("quantiles", "there are quantiles and no values");
    }

    private static ValueCount[] TopValues(ref ByteCursor section, ColumnParts parts)
    {
        ValueCount[] top = new ValueCount[section.Many("frequent values", 9, NumericSketches.MostTopValues)];
        for (int i = 0; i < top.Length; i++)
        {
            top[i] = new ValueCount(section.Double("a frequent value"), section.Varint("count of a frequent value"));
            if (!double.IsFinite(top[i].Value) || top[i].Count > parts.Counts?[0] || (i > 0 && top[i].Count > top[i - 1].Count))
            {
                throw section.Error("frequent values", "they are not finite numbers, the most frequent first");
            }
        }

        return top;
    }
}
