namespace Lifecycle.Validation;

/// <summary>Figures of the finite cells of a column.</summary>
internal sealed class ColumnFigures
{
    private readonly double[] _values;
    private double[]? _sorted;

    public ColumnFigures(double[] values)
    {
        _values = values;
        double sum = 0, least = double.PositiveInfinity, greatest = double.NegativeInfinity;
        foreach (double value in values)
        {
            if (double.IsFinite(value))
            {
                Count++;
                sum += value;
                least = Math.Min(least, value);
                greatest = Math.Max(greatest, value);
            }
        }

        if (Count == 0)
        {
            return;
        }

        (Minimum, Maximum, Mean) = (least, greatest, sum / Count);
        double squares = 0;
        foreach (double value in values)
        {
            squares += double.IsFinite(value) ? (value - Mean) * (value - Mean) : 0;
        }

        StandardDeviation = Count > 1 && greatest > least ? Math.Sqrt(squares / (Count - 1)) : 0;
    }

    /// <summary>Cells that are there.</summary>
    public int Count { get; }

    public double Mean { get; }

    /// <summary>√(Σ(x - mean)² / (n - 1)); 0 when nothing varies.</summary>
    public double StandardDeviation { get; }

    public double Minimum { get; }

    public double Maximum { get; }

    public double Span => Maximum - Minimum;

    public bool Varies => StandardDeviation > 0;

    /// <summary>The quantile by linear interpolation (type 7, as numpy).</summary>
    public double Quantile(double p)
    {
        double[] sorted = _sorted ??= [.. _values.Where(double.IsFinite).Order()];
        double at = p * (sorted.Length - 1);
        int below = (int)at, above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /// <summary>The values that stand most often, ties by the smaller value.</summary>
    public double[] MostFrequent(int count) =>
        [.. _values.Where(double.IsFinite).GroupBy(v => v).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(count).Select(g =>
            g.Key)];
}
