namespace Lifecycle.Drift;

/// <summary>
/// The bins of a numeric column, in order. A quantile grid has edges and bin(x) = number of edges at or below x. A value grid has one bin
/// for each reference value and one for each gap between them, so that unseen values keep their place in the order.
/// </summary>
internal sealed class NumericGrid
{
    public const int DefaultResolution = 320;
    public const int CoarseBins = 10;
    public const int MostValues = 64;

    private readonly double[] _edges;

    /// <param name="edges">Ascending, finite: edges of a quantile grid, or the values of a value grid.</param>
    /// <param name="coarse">Positions in <paramref name="edges"/> of the edges of the coarse bins.</param>
    /// <param name="isValues">Whether it is a value grid.</param>
    /// <param name="low">Least value of the data the grid was made from.</param>
    /// <param name="high">Greatest value of the data the grid was made from.</param>
    public NumericGrid(double[] edges, int[] coarse, bool isValues, double low, double high)
    {
        _edges = edges;
        Coarse = coarse;
        IsValues = isValues;
        Low = low;
        High = high;
        BinCount = isValues ? 2 * edges.Length + 1 : edges.Length + 1;
    }

    public ReadOnlySpan<double> Edges => _edges;

    public double[] EdgeArray => _edges;

    public int[] Coarse { get; }

    public bool IsValues { get; }

    public double Low { get; }

    public double High { get; }

    public int BinCount { get; }

    /// <summary>Whether a grid may be cut so fine.</summary>
    public static bool IsResolution(long bins) => bins is 320 or 1280 or 5120;

    public int BinOf(double value)
    {
        int below = CountAtOrBelow(value);
        return !IsValues ? below : below > 0 && _edges[below - 1] == value ? 2 * below - 1 : 2 * below;
    }

    /// <summary>Left and right end of a bin; the outer bins end at the least and the greatest value of the data the grid was made from.</summary>
    public (double Low, double High) Ends(int bin)
    {
        if (IsValues)
        {
            int value = bin / 2;
            return (bin & 1) == 1
                ? (_edges[value], _edges[value])
                : (value == 0 ? Low : _edges[value - 1], value == _edges.Length ? High : _edges[value]);
        }

        return (bin == 0 ? Low : _edges[bin - 1], bin == _edges.Length ? High : _edges[bin]);
    }

    /// <summary>Where a value lies between two ends, 0 at the lower and 1 at the upper one; also where their distance overflows.</summary>
    public static double Place(double value, double low, double high) =>
        double.IsFinite(high - low) ? (value - low) / (high - low) : (0.5 * value - 0.5 * low) / (0.5 * high - 0.5 * low);

    /// <summary>Adds the counts of the fine bins up to coarse ones.</summary>
    public long[] ToCoarse(ReadOnlySpan<long> fine)
    {
        long[] coarse = new long[Coarse.Length + 1];
        int at = 0;
        for (int bin = 0; bin < fine.Length; bin++)
        {
            while (at < Coarse.Length && bin > Coarse[at])
            {
                at++;
            }

            coarse[at] += fine[bin];
        }

        return coarse;
    }

    public bool SameAs(NumericGrid other) =>
        IsValues == other.IsValues && Low.Equals(other.Low) && High.Equals(other.High)
        && Edges.SequenceEqual(other.Edges) && Coarse.AsSpan().SequenceEqual(other.Coarse);

    /// <summary>The number of edges at or below the value, by a binary search whose steps are sums, not branches that the processor must guess.</summary>
    private int CountAtOrBelow(double value)
    {
        double[] edges = _edges;
        int start = 0, length = edges.Length;
        while (length > 0)
        {
            int half = (length + 1) >> 1;
            int isBeyond = edges[start + half - 1] <= value ? 1 : 0;
            start += isBeyond * half;
            length -= half;
        }

        return start;
    }
}
