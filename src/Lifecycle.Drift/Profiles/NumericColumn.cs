namespace Lifecycle.Drift;

/// <summary>
/// A numeric column of the reference: exact counts on a grid of at most 320 bins cut at quantiles (or one bin a value when there are at most
/// 64), the mean of each bin, least and greatest value, mean and standard deviation.
/// </summary>
public sealed partial class NumericColumn : ReferenceColumn
{
    private const double MostExactSum = 1e9;
    private const double LeastFraction = 1e-3;

    private readonly long[] _counts;
    private readonly long[] _offsets;

    internal NumericColumn(string name, ColumnRole role, ColumnKind kind, NumericGrid grid, long[] counts, long[] offsets)
        : base(name, role, kind)
    {
        Grid = grid;
        _counts = counts;
        _offsets = offsets;
    }

    /// <summary>Least finite value; NaN when there is none.</summary>
    public double Minimum { get; internal init; } = double.NaN;

    /// <summary>Greatest finite value; NaN when there is none.</summary>
    public double Maximum { get; internal init; } = double.NaN;

    /// <summary>Mean of the finite values; NaN when there is none.</summary>
    public double Mean { get; internal init; } = double.NaN;

    /// <summary>Sum of squared deviations from the mean.</summary>
    internal double SquaredDeviations { get; init; }

    /// <summary>Standard deviation with n - 1 in the denominator; 0 for fewer than two values.</summary>
    public double StandardDeviation => Count < 2 ? 0 : Math.Sqrt(SquaredDeviations / (Count - 1));

    /// <summary>Edges between the bins, ascending, each a value of the data; for a grid of values, the values.</summary>
    public ReadOnlySpan<double> Edges => Grid.Edges;

    /// <summary>
    /// Exact counts a bin. Bin i of a quantile grid holds the values x with i edges at or below x; a grid of k values has 2k + 1 bins,
    /// the odd ones the values and the even ones the gaps around them.
    /// </summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Whether the grid has one bin for each value.</summary>
    public bool HasBinPerValue => Grid.IsValues;

    /// <summary>Lower end of the range that was declared for the column; null when none was.</summary>
    public double? DeclaredMinimum { get; internal init; }

    /// <summary>Upper end of the range that was declared for the column; null when none was.</summary>
    public double? DeclaredMaximum { get; internal init; }

    /// <summary>Whether all values seem to be whole numbers: the edges, the ends and, where it is exact enough to say, the sum.</summary>
    internal bool IsIntegral
    {
        get
        {
            double sum = Mean * Count;
            return Count > 0 && IsWhole(Minimum) && IsWhole(Maximum) && Grid.EdgeArray.All(IsWhole)
                && (Math.Abs(sum) > MostExactSum || Math.Abs(sum - Math.Round(sum)) < LeastFraction);
        }
    }

    internal NumericGrid Grid { get; }

    internal long[] CountArray => _counts;

    /// <summary>For each bin of a quantile grid, the sum of its values' places in the bin in units of 2^-20 of its width.</summary>
    internal ReadOnlySpan<long> Offsets => _offsets;

    /// <summary>The mean of the values of a bin; its middle when it is empty.</summary>
    internal double BinMean(int bin)
    {
        (double low, double high) = Grid.Ends(bin);
        if (Grid.IsValues || _counts[bin] == 0)
        {
            return low + (0.5 * high - 0.5 * low);
        }

        return low + (double)_offsets[bin] / _counts[bin] / BinOffset.Unit * BinOffset.Width(Grid, low, high);
    }

    internal override ReferenceColumn Merge(ReferenceColumn other)
    {
        RequireSameShape(other);
        NumericColumn that = (NumericColumn)other;
        if (!Grid.SameAs(that.Grid))
        {
            throw new ProfileMergeException(
                $"The column '{Name}' has other bins in the two profiles. Build both with ReferenceProfile.Like(first), then merge.");
        }

        long count = Count + that.Count;
        (double mean, double squares) = (Mean, SquaredDeviations);
        if (Count == 0)
        {
            (mean, squares) = (that.Mean, that.SquaredDeviations);
        }
        else if (that.Count > 0)
        {
            // Chan, Golub and LeVeque (1979), in a form that does not depend on which profile comes first.
            double difference = Math.Abs(that.Mean - Mean);
            mean = ((double)Count / count * Mean) + ((double)that.Count / count * that.Mean);
            squares = SquaredDeviations + that.SquaredDeviations + difference * difference * ((double)Count * that.Count / count);
        }

        return new NumericColumn(Name, Role, Kind, Grid, Sum(_counts, that._counts), Sum(_offsets, that._offsets))
        {
            Count = count,
            Missing = Missing + that.Missing,
            PositiveInfinite = PositiveInfinite + that.PositiveInfinite,
            NegativeInfinite = NegativeInfinite + that.NegativeInfinite,
            Minimum = Count == 0 ? that.Minimum : that.Count == 0 ? Minimum : Math.Min(Minimum, that.Minimum),
            Maximum = Count == 0 ? that.Maximum : that.Count == 0 ? Maximum : Math.Max(Maximum, that.Maximum),
            Mean = mean,
            SquaredDeviations = squares,
            DeclaredMinimum = DeclaredMinimum ?? that.DeclaredMinimum,
            DeclaredMaximum = DeclaredMaximum ?? that.DeclaredMaximum,
        };
    }

    private static bool IsWhole(double value) => Math.Floor(value) == value;

    private static long[] Sum(long[] left, long[] right)
    {
        long[] sum = new long[left.Length];
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = left[i] + right[i];
        }

        return sum;
    }
}
