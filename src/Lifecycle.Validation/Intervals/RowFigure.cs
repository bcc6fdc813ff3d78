namespace Lifecycle.Validation;

/// <summary>
/// A metric over the rows of a set, each taken so many times. What does not change with that is made once; several threads may ask.
/// </summary>
internal abstract partial class RowFigure
{
    public static RowFigure For(Metric metric, EvaluationSet set)
    {
        (metric, set) = metric.Resolve(set) ?? (metric, set);
        if (metric.OfCounts is { } counts)
        {
            return new CountedRows(counts, set);
        }

        if (metric.Terms is { } terms)
        {
            return new AveragedRows(terms(set), set);
        }

        if (OfShape(metric, set) is { } shaped)
        {
            return shaped;
        }

        return metric == Metric.AreaUnderRoc ? (set.IsWeighted ? new WeightedRanking(metric, set) : new AreaRanking(set))
            : metric == Metric.AveragePrecision ? new WeightedRanking(metric, set)
            : metric == Metric.ExpectedCalibrationError || metric == Metric.MaximumCalibrationError ? new BinnedRows(metric, set)
            : new RepeatedRows(metric, set);
    }

    /// <param name="multiplicities">How often each row is taken, in the order of the set.</param>
    public abstract MetricValue Of(byte[] multiplicities);

    /// <summary>The same for multiplicities that were drawn alike for all rows, so that it does not matter which row has which.</summary>
    public virtual MetricValue OfDrawn(byte[] multiplicities) => Of(multiplicities);

    /// <summary>The metric without the rows of a block; see <see cref="Replicates.Take"/>.</summary>
    /// <param name="block">Number of the block.</param>
    /// <param name="blocks">How many blocks there are.</param>
    /// <param name="ones">All 1, one a row; as before afterwards.</param>
    public virtual MetricValue Without(int block, int blocks, byte[] ones)
    {
        Replicates.Take(ones, block, blocks, 0);
        MetricValue value = Of(ones);
        Replicates.Take(ones, block, blocks, 1);
        return value;
    }

    private sealed class CountedRows(Func<ConfusionCounts, MetricValue> metric, EvaluationSet set) : RowFigure
    {
        private readonly byte[] _cells = [.. Enumerable.Range(0, set.Count).Select(i => (byte)((set.TruthFlags[i] ? 2 : 0) + (set.DecisionFlags[i] ? 1 : 0)))];
        private readonly double[]? _weights = set.IsWeighted ? set.Weights.ToArray() : null;

        public override MetricValue Of(byte[] multiplicities)
        {
            Span<double> cells = stackalloc double[4];
            for (int i = 0; i < multiplicities.Length; i++)
            {
                cells[_cells[i]] += _weights is null ? multiplicities[i] : multiplicities[i] * _weights[i];
            }

            ConfusionCounts counts = new(cells[0], cells[1], cells[2], cells[3]);
            return counts.Total > 0 ? metric(counts) : MetricValue.Undefined(UndefinedReason.NoRows);
        }
    }

    private sealed class AveragedRows : RowFigure
    {
        private readonly double[] _terms, _weights;

        public AveragedRows(double[] terms, EvaluationSet set)
        {
            _weights = [.. terms.Select((t, i) => double.IsNaN(t) ? 0 : set.IsWeighted ? set.Weights[i] : 1)];
            _terms = Array.ConvertAll(terms, t => double.IsNaN(t) ? 0 : t);
        }

        public override MetricValue Of(byte[] multiplicities)
        {
            double sum = 0, weights = 0;
            for (int i = 0; i < multiplicities.Length; i++)
            {
                double weight = multiplicities[i] * _weights[i];
                sum += weight * _terms[i];
                weights += weight;
            }

            return MetricValue.Quotient(sum, weights, UndefinedReason.NoRows);
        }
    }

    private sealed class BinnedRows : RowFigure
    {
        private const int Bins = 10;
        private readonly bool _isMaximum;
        private readonly byte[] _bins;
        private readonly double[] _weights, _gaps;

        public BinnedRows(Metric metric, EvaluationSet set)
        {
            _isMaximum = metric == Metric.MaximumCalibrationError;
            _bins = [.. Enumerable.Range(0, set.Count).Select(i => (byte)Math.Min((int)(Bins * set.Scores[i]), Bins - 1))];
            _weights = [.. Enumerable.Range(0, set.Count).Select(i => set.IsWeighted ? set.Weights[i] : 1)];
            _gaps = [.. Enumerable.Range(0, set.Count).Select(i => _weights[i] * (set.Scores[i] - (set.Labels[i] ? 1 : 0)))];
        }

        public override MetricValue Of(byte[] multiplicities)
        {
            Span<double> weights = stackalloc double[Bins], gaps = stackalloc double[Bins];
            for (int i = 0; i < multiplicities.Length; i++)
            {
                weights[_bins[i]] += multiplicities[i] * _weights[i];
                gaps[_bins[i]] += multiplicities[i] * _gaps[i];
            }

            double all = 0, expected = 0, maximum = 0;
            for (int b = 0; b < Bins; b++)
            {
                all += weights[b];
                expected += Math.Abs(gaps[b]);
                maximum = weights[b] > 0 ? Math.Max(maximum, Math.Abs(gaps[b]) / weights[b]) : maximum;
            }

            return _isMaximum && all > 0 ? MetricValue.Of(maximum) : MetricValue.Quotient(expected, all, UndefinedReason.NoRows);
        }
    }

    private sealed class RepeatedRows(Metric metric, EvaluationSet set) : RowFigure
    {
        private readonly EvaluationSet _set = metric.IsCustom ? set : set.WithoutColumns();

        public override MetricValue Of(byte[] multiplicities)
        {
            int[] rows = [.. Enumerable.Range(0, multiplicities.Length).SelectMany(i => Enumerable.Repeat(i, multiplicities[i]))];
            if (rows.Length == 0)
            {
                return MetricValue.Undefined(UndefinedReason.NoRows);
            }

            EvaluationSet taken = _set.Rows(rows);
            return ConfusionCounts.OfRows(taken).Total > 0 ? metric.Compute(taken) : MetricValue.Undefined(UndefinedReason.NoRows);
        }
    }
}
