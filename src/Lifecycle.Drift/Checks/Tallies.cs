namespace Lifecycle.Drift;

/// <summary>New values of a numeric column, counted on the reference's bins.</summary>
internal sealed class NumericTally(NumericColumn reference)
{
    public long[] Bins { get; } = new long[reference.Grid.BinCount];

    /// <summary>Sum of the values of each bin; null when only counts were kept.</summary>
    public double[]? Sums { get; init; }

    public long Missing { get; set; }

    public long PositiveInfinite { get; set; }

    public long NegativeInfinite { get; set; }

    public long Unreadable { get; set; }

    public long BelowMinimum { get; set; }

    public long AboveMaximum { get; set; }

    public long OutsideDeclared { get; set; }

    /// <summary>Whether all values are known to be the same one.</summary>
    public bool IsOneValue { get; private set; }

    public long Count => Bins.Sum();

    public static NumericTally Of(NumericColumn reference, ReadOnlySpan<double> values)
    {
        NumericTally tally = new(reference) { Sums = new double[reference.Grid.BinCount] };
        NumericGrid grid = reference.Grid;
        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        double low = reference.DeclaredMinimum ?? double.NegativeInfinity, high = reference.DeclaredMaximum ?? double.PositiveInfinity;
        foreach (double value in values)
        {
            if (double.IsFinite(value))
            {
                int bin = grid.BinOf(value);
                tally.Bins[bin]++;
                tally.Sums[bin] += value;
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
                tally.BelowMinimum += value < reference.Minimum ? 1 : 0;
                tally.AboveMaximum += value > reference.Maximum ? 1 : 0;
                tally.OutsideDeclared += value < low || value > high ? 1 : 0;
            }
            else if (double.IsNaN(value))
            {
                tally.Missing++;
            }
            else if (value > 0)
            {
                tally.PositiveInfinite++;
            }
            else
            {
                tally.NegativeInfinite++;
            }
        }

        tally.IsOneValue = least == most;
        return tally;
    }
}

/// <summary>New values of a column of labels, counted on the reference's labels.</summary>
internal sealed class CategoryTally(CategoryColumn reference)
{
    public const int MostUnseen = 64;

    public long[] Labels { get; } = new long[reference.Labels.Count];

    /// <summary>Values whose label the reference does not name.</summary>
    public long Unseen { get; set; }

    public long Missing { get; set; }

    public long Unreadable { get; set; }

    /// <summary>The first 64 labels that the reference does not name.</summary>
    public Dictionary<string, long> UnseenLabels { get; } = new(StringComparer.Ordinal);

    public long Count => Labels.Sum() + Unseen;

    public static CategoryTally Of(CategoryColumn reference, ReadOnlySpan<string?> values)
    {
        CategoryTally tally = new(reference);
        foreach (string? value in values)
        {
            if (value is null)
            {
                tally.Missing++;
            }
            else if (reference.IndexOf(value) is >= 0 and int index)
            {
                tally.Labels[index]++;
            }
            else
            {
                tally.AddUnseen(reference.NameOfUnseen(value), 1);
            }
        }

        return tally;
    }

    public void AddUnseen(string label, long count)
    {
        Unseen += count;
        if (UnseenLabels.Count < MostUnseen || UnseenLabels.ContainsKey(label))
        {
            UnseenLabels[label] = UnseenLabels.GetValueOrDefault(label) + count;
        }
    }
}
