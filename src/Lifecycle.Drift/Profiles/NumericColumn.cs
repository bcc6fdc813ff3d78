using Lifecycle.Statistics;

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
    private double _distinct = double.NaN;

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

    /// <summary>Unit of the values, for example <c>EUR</c>; null when none was declared.</summary>
    public string? Unit => Sketches.Unit;

    /// <summary>Values that are no whole numbers; null when the profile does not say.</summary>
    public long? Fractional => Sketches.Fractional;

    /// <summary>
    /// Error of the counts up to an edge, as a share of all values, in 99 % of profiles: 0 for exact counts, above 0 when the rows were read once
    /// as a stream.
    /// </summary>
    public double RankError => Sketches.RankError;

    /// <summary>Error of the count of a single bin, as a share of all values, in 99 % of profiles.</summary>
    public double MassError => Sketches.MassError;

    /// <summary>At most 64 values that occur more than once, most frequent first; empty where every value has a bin of its own.</summary>
    public IReadOnlyList<ValueCount> TopValues => Sketches.TopValues;

    /// <inheritdoc/>
    public override double? Distinct
    {
        get
        {
            if (double.IsNaN(_distinct) && Sketches.Cardinality is { } cardinality)
            {
                _distinct = cardinality.Estimate();
            }

            return double.IsNaN(_distinct) ? null : _distinct;
        }
    }

    internal override CardinalitySketch? Cardinality => Sketches.Cardinality;

    internal NumericSketches Sketches { get; init; } = NumericSketches.None;

    /// <summary>A histogram with logarithmic buckets, for quantiles within 1.6 %; null when the profile has none. A copy.</summary>
    public LogHistogram? ToHistogram() => Sketches.Histogram is null ? null : LogHistogram.FromBytes(Sketches.Histogram);

    /// <summary>The quantile sketch that the bins follow from; null when the counts are exact. A copy.</summary>
    public QuantileSketch? ToQuantileSketch() => Sketches.Quantiles?.Clone();

    /// <summary>
    /// Whether all values are whole numbers; where the profile does not say, whether the edges, the ends and, where it is exact enough, the sum are.
    /// </summary>
    internal bool IsIntegral
    {
        get
        {
            if (Fractional is { } fractional)
            {
                return Count > 0 && fractional == 0;
            }

            double sum = Mean * Count;
            return Count > 0 && IsWhole(Minimum) && IsWhole(Maximum) && Grid.EdgeArray.All(IsWhole)
                && (Math.Abs(sum) > MostExactSum || Math.Abs(sum - Math.Round(sum)) < LeastFraction);
        }
    }

    /// <summary>The rows themselves, NaN where missing; in memory only and only where that was asked for.</summary>
    internal double[]? Kept { get; init; }

    /// <summary>The rows that were kept, sorted once; null when none were.</summary>
    internal SortedSample? KeptSorted => field ??= Kept is null ? null : new SortedSample(Kept);

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

    /// <summary>The means of all bins, made on first use.</summary>
    internal double[] BinMeans => field ??= MakeMeans();

    /// <summary>The sums of the values of all bins, made on first use.</summary>
    internal double[] BinSums => field ??= MakeSums();

    private double[] MakeMeans()
    {
        double[] means = new double[_counts.Length];
        for (int bin = 0; bin < means.Length; bin++)
        {
            means[bin] = BinMean(bin);
        }

        return means;
    }

    private double[] MakeSums()
    {
        double[] sums = new double[_counts.Length], means = BinMeans;
        for (int bin = 0; bin < sums.Length; bin++)
        {
            sums[bin] = _counts[bin] == 0 ? 0 : _counts[bin] * means[bin];
        }

        return sums;
    }

    internal override ReferenceColumn Merge(ReferenceColumn other)
    {
        // Bins that follow from sketches are made anew, and with them the kind.
        bool areSketches = Sketches.Quantiles is not null && other is NumericColumn { Sketches.Quantiles: not null };
        RequireSameShape(other, isKindOpen: areSketches);
        NumericColumn that = (NumericColumn)other;
        if (!areSketches && !Grid.SameAs(that.Grid))
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

        NumericSketches sketches = areSketches ? SketchedGrid.Merge(Sketches, that.Sketches) : Sketches.Merge(that.Sketches);
        (NumericGrid grid, ColumnKind kind, long[] counts, long[] offsets) = sketches.Quantiles is { } quantiles
            ? SketchedGrid.Of(quantiles, sketches.Resolution)
            : (Grid, Kind, Sum(_counts, that._counts), Sum(_offsets, that._offsets));
        return new NumericColumn(Name, Role, kind, grid, counts, offsets)
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
            Sketches = sketches,
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
