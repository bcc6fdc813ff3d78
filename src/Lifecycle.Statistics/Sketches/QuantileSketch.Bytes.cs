namespace Lifecycle.Statistics;

public sealed partial class QuantileSketch
{
    private const byte Format = 1;
    private const int MostLevels = 60;

    /// <summary>
    /// The sketch as bytes: values of single precision in 4 bytes or less where all are, sorted within a level and written as differences.
    /// </summary>
    /// <returns>Bytes for <see cref="FromBytes"/>; the same sketch gives the same bytes.</returns>
    public byte[] ToBytes()
    {
        double[] low = [.. _levels[0].Values, .. _buffer.AsSpan(0, _buffered)];
        low.AsSpan().Sort();
        bool isSingle = IsSingle(low) && _levels.TrueForAll(l => IsSingle(l.Values)) && IsSingle([Minimum, Maximum]);
        SketchWriter bytes = new();
        bytes.Byte(Format);
        bytes.Byte((byte)(isSingle ? 4 : 8));
        bytes.Varint((ulong)K);
        bytes.UInt64(Seed);
        bytes.Varint((ulong)_compactions);
        bytes.Varint((ulong)_levels.Count);
        for (int level = 0; level < _levels.Count; level++)
        {
            Write(bytes, level == 0 ? low : _levels[level].Values, isSingle);
        }

        if (_count > 0)
        {
            Write(bytes, [Minimum, Maximum], isSingle);
        }

        return bytes.ToArray();
    }

    /// <summary>The sketch as bytes within a budget: the size falls by a twentieth until the bytes fit, and the error grows with it.</summary>
    /// <param name="mostBytes">At least 1,024.</param>
    /// <returns>Bytes for <see cref="FromBytes"/>; this sketch stays as it is.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The budget is below 1,024 bytes.</exception>
    public byte[] ToBytes(int mostBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostBytes, 1024);
        byte[] bytes = ToBytes();
        QuantileSketch? small = null;
        while (bytes.Length > mostBytes && (small?.K ?? K) > LeastK)
        {
            small ??= Clone();
            small.Shrink(Math.Max(LeastK, small.K - Math.Max(1, small.K / 20)));
            bytes = small.ToBytes();
        }

        return bytes;
    }

    /// <summary>Restores a sketch.</summary>
    /// <param name="bytes">What <see cref="ToBytes()"/> gave.</param>
    /// <returns>A sketch that answers and writes the same.</returns>
    /// <exception cref="FormatException">The bytes are not a sketch; the message says where and why.</exception>
    public static QuantileSketch FromBytes(ReadOnlySpan<byte> bytes)
    {
        SketchReader reader = new(bytes, "quantile sketch");
        byte format = reader.Byte(), width = reader.Byte();
        if (format != Format || width is not (4 or 8))
        {
            throw reader.Error($"it has format {format} with {width} bytes a value; this version reads format {Format} with 4 or 8");
        }

        QuantileSketch sketch = new((int)reader.Count("k", LeastK, MostK), reader.UInt64())
        {
            _compactions = reader.Count("the number of compactions", 0, long.MaxValue),
        };
        int levels = (int)reader.Count("the number of levels", 1, MostLevels);
        for (int level = 0; level < levels; level++)
        {
            if (level > 0)
            {
                sketch.AddLevel();
            }

            double[] values = Read(ref reader, width);
            sketch.Insert(level, values);
            sketch._count += (long)values.Length << level;
            if (sketch._count is < 0 or > long.MaxValue >> 2)
            {
                throw reader.Error("it has more values than any stream");
            }
        }

        if (sketch._count > 0)
        {
            double[] ends = Read(ref reader, width);
            if (ends.Length != 2 || ends[0] > sketch.View().Values[0] || ends[1] < sketch.View().Values[^1])
            {
                throw reader.Error("the least and the greatest value do not hold the others");
            }

            (sketch._minimum, sketch._maximum) = (ends[0], ends[1]);
        }

        if (sketch._retained > sketch._capacity + SortedBlock.Length || (sketch._compactions == 0 && sketch._levels.Count > 1))
        {
            throw reader.Error("it keeps more than its size allows, or halved values that were never halved");
        }

        reader.RequireEnd();
        return sketch;
    }

    private static bool IsSingle(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if ((float)value != value)
            {
                return false;
            }
        }

        return true;
    }

    private static void Write(SketchWriter bytes, ReadOnlySpan<double> sorted, bool isSingle)
    {
        bytes.Varint((ulong)sorted.Length);
        ulong last = 0;
        foreach (double value in sorted)
        {
            ulong key = isSingle ? OrderKey.Of((float)value) : OrderKey.Of(value);
            bytes.Varint(key - last);
            last = key;
        }
    }

    private static double[] Read(ref SketchReader reader, int width)
    {
        double[] values = new double[reader.Count("the number of values", 0, reader.Left)];
        ulong key = 0, most = width == 4 ? uint.MaxValue : ulong.MaxValue;
        for (int i = 0; i < values.Length; i++)
        {
            ulong step = reader.Varint();
            if (step > most - key)
            {
                throw reader.Error("a value is too large");
            }

            key += step;
            values[i] = width == 4 ? OrderKey.ToSingle((uint)key) : OrderKey.ToDouble(key);
            if (!double.IsFinite(values[i]) || (values[i] == 0 && double.IsNegative(values[i])))
            {
                throw reader.Error("a value is not a finite number");
            }
        }

        return values;
    }
}
