namespace Lifecycle.Validation;

/// <summary>Figures of tables, of sums and of a median; nothing is kept between calls, so several threads may ask.</summary>
internal abstract partial class RowFigure
{
    private static RowFigure? OfShape(Metric metric, EvaluationSet set) =>
        metric.Table is { } table ? new Tabled(table, set)
        : metric.Sums is { } sums ? new Summed(sums, set)
        : metric == Metric.MedianAbsoluteError ? new Middle(set) : null;

    private sealed class Tabled(CellTable table, EvaluationSet set) : RowFigure
    {
        private readonly (int[] Codes, int Cells) _cells = table.Cells(set);

        public override MetricValue Of(byte[] multiplicities)
        {
            double[] counts = new double[_cells.Cells];
            int[] codes = _cells.Codes;
            ReadOnlySpan<double> weights = set.Weights;
            for (int i = 0; i < multiplicities.Length; i++)
            {
                if (codes[i] >= 0)
                {
                    counts[codes[i]] += weights.IsEmpty ? multiplicities[i] : multiplicities[i] * weights[i];
                }
            }

            return table.Figure(counts);
        }
    }

    private sealed class Summed(RowSums sums, EvaluationSet set) : RowFigure
    {
        private readonly double[][] _columns = sums.Columns(set);

        public override MetricValue Of(byte[] multiplicities)
        {
            double[] totals = new double[_columns.Length];
            double rows = 0;
            ReadOnlySpan<double> weights = set.Weights;
            for (int i = 0; i < multiplicities.Length; i++)
            {
                double weight = weights.IsEmpty ? multiplicities[i] : multiplicities[i] * weights[i];
                rows += weight;
                for (int c = 0; c < totals.Length; c++)
                {
                    totals[c] += weight * _columns[c][i];
                }
            }

            return sums.Figure(totals, rows);
        }
    }

    private sealed class Middle : RowFigure
    {
        private readonly int[] _order;
        private readonly double[] _errors, _own;

        public Middle(EvaluationSet set)
        {
            _errors = RegressionMetrics.Residuals(set, Math.Abs);
            _order = [.. Enumerable.Range(0, set.Count)];
            Array.Sort(_errors, _order);
            _own = Array.ConvertAll(_order, i => set.IsWeighted ? set.Weights[i] : 1);
        }

        public override MetricValue Of(byte[] multiplicities)
        {
            double[] weights = new double[_order.Length];
            for (int i = 0; i < weights.Length; i++)
            {
                weights[i] = multiplicities[_order[i]] * _own[i];
            }

            return RegressionMetrics.WeightedMedian(_errors, weights);
        }
    }
}
