using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>A value of a numeric column and how often it was seen.</summary>
/// <param name="Value">The value.</param>
/// <param name="Count">How often; within the column's error where the rows were read once.</param>
public readonly record struct ValueCount(double Value, long Count);

/// <summary>What is kept of a numeric column besides its bins. What a file of an older version does not say is null.</summary>
internal sealed record NumericSketches
{
    public const int MostTopValues = 64;
    public const int MostUnitBytes = 64;

    public static NumericSketches None { get; } = new();

    /// <summary>A logarithmic histogram as bytes: most columns are never asked for it.</summary>
    public byte[]? Histogram { get; init; }

    public CardinalitySketch? Cardinality { get; init; }

    /// <summary>The most frequent values, most frequent first; equal counts in ascending order.</summary>
    public ValueCount[] TopValues { get; init; } = [];

    /// <summary>Set when the rows were read once; the bins follow from it.</summary>
    public QuantileSketch? Quantiles { get; init; }

    /// <summary>Bins that were asked for; said where the bins follow from <see cref="Quantiles"/>.</summary>
    public int Resolution { get; init; }

    /// <summary>Values that are no whole numbers.</summary>
    public long? Fractional { get; init; }

    public string? Unit { get; init; }

    /// <summary>Error of the counts up to an edge, as a share of all values.</summary>
    public double RankError { get; init; }

    /// <summary>Error of the count of a bin, as a share of all values.</summary>
    public double MassError { get; init; }

    /// <summary>The sketches of sorted values in memory.</summary>
    /// <param name="sorted">All finite values, ascending.</param>
    /// <param name="top">Values whose counts are wanted; null for the most frequent ones.</param>
    /// <param name="unit">The unit.</param>
    public static NumericSketches Of(ReadOnlySpan<double> sorted, IReadOnlyList<ValueCount>? top, string? unit)
    {
        LogHistogram histogram = new();
        histogram.Add(sorted);
        CardinalitySketch cardinality = new();
        cardinality.Add(sorted);
        return new NumericSketches
        {
            Histogram = histogram.ToBytes(),
            Cardinality = cardinality,
            TopValues = top is null ? Top(sorted) : Counted(sorted, top),
            Fractional = CountFractional(sorted),
            Unit = unit,
        };
    }

    public static long CountFractional(ReadOnlySpan<double> values)
    {
        long fractional = 0;
        for (int i = 0; i < values.Length; i++)
        {
            Interruption.LookAt(i);
            double value = values[i];
            fractional += Math.Floor(value) != value ? 1 : 0;
        }

        return fractional;
    }

    public static ValueCount[] Ordered(IEnumerable<ValueCount> values) =>
        [.. values.OrderByDescending(v => v.Count).ThenBy(v => v.Value).Take(MostTopValues)];

    /// <summary>Of two columns with the same bins.</summary>
    public NumericSketches Merge(NumericSketches other)
    {
        LogHistogram? histogram = null;
        if (Histogram is not null && other.Histogram is not null)
        {
            histogram = LogHistogram.FromBytes(Histogram);
            histogram.Merge(LogHistogram.FromBytes(other.Histogram));
        }

        return new NumericSketches
        {
            Histogram = histogram?.ToBytes(),
            Cardinality = Merge(Cardinality, other.Cardinality),
            TopValues = Ordered(TopValues.Concat(other.TopValues).GroupBy(v => v.Value).Select(g => new ValueCount(g.Key, g.Sum(v => v.Count)))),
            Fractional = Fractional + other.Fractional,
            Unit = Unit ?? other.Unit,
            RankError = Math.Max(RankError, other.RankError),
            MassError = Math.Max(MassError, other.MassError),
        };
    }

    public static CardinalitySketch? Merge(CardinalitySketch? left, CardinalitySketch? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        CardinalitySketch merged = CardinalitySketch.FromRegisters(left.Registers);
        merged.Merge(right);
        return merged;
    }

    /// <summary>Values seen more than once.</summary>
    private static ValueCount[] Top(ReadOnlySpan<double> sorted)
    {
        PriorityQueue<ValueCount, (long Count, double NotValue)> rarest = new();
        for (int from = 0, to = 0; from < sorted.Length; from = to)
        {
            Interruption.LookAt(from);
            for (to = from + 1; to < sorted.Length && sorted[to] == sorted[from]; to++)
            {
                Interruption.LookAt(to);
            }

            if (to - from > 1)
            {
                rarest.Enqueue(new ValueCount(sorted[from], to - from), (to - from, -sorted[from]));
                if (rarest.Count > MostTopValues)
                {
                    rarest.Dequeue();
                }
            }
        }

        return Ordered(rarest.UnorderedItems.Select(i => i.Element));
    }

    private static ValueCount[] Counted(ReadOnlySpan<double> sorted, IReadOnlyList<ValueCount> wanted)
    {
        List<ValueCount> counted = [];
        foreach (ValueCount value in wanted)
        {
            int from = FirstAt(sorted, value.Value, isInclusive: true), to = FirstAt(sorted, value.Value, isInclusive: false);
            counted.Add(new ValueCount(value.Value, to - from));
        }

        return Ordered(counted);
    }

    private static int FirstAt(ReadOnlySpan<double> sorted, double value, bool isInclusive)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = sorted[middle] < value || (!isInclusive && sorted[middle] == value) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
