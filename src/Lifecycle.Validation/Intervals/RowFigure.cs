namespace Lifecycle.Validation;

/// <summary>A metric over the rows of a set, each taken so many times. Scores are sorted once.</summary>
internal abstract partial class RowFigure
{
    public static RowFigure For(Metric metric, EvaluationSet set)
    {
        if (metric.OfCounts is { } counts)
        {
            return new Counted(counts, set);
        }

        if (metric.Terms is { } terms)
        {
            return new Averaged(terms(set), set);
        }

        if (OfShape(metric, set) is { } shaped)
        {
            return shaped;
        }

        return metric == Metric.AreaUnderRoc || metric == Metric.AveragePrecision ? new Ranked(metric, set) : new Repeated(metric, set);
    }

    public abstract MetricValue Of(int[] multiplicities);

    private sealed class Counted(Func<ConfusionCounts, MetricValue> metric, EvaluationSet set) : RowFigure
    {
        public override MetricValue Of(int[] multiplicities)
        {
            Span<double> cells = stackalloc double[4];
            for (int i = 0; i < multiplicities.Length; i++)
            {
                cells[(set.TruthFlags[i] ? 2 : 0) + (set.DecisionFlags[i] ? 1 : 0)] += multiplicities[i] * (set.IsWeighted ? set.Weights[i] : 1);
            }

            ConfusionCounts counts = new(cells[0], cells[1], cells[2], cells[3]);
            return counts.Total > 0 ? metric(counts) : MetricValue.Undefined(UndefinedReason.NoRows);
        }
    }

    private sealed class Averaged(double[] terms, EvaluationSet set) : RowFigure
    {
        public override MetricValue Of(int[] multiplicities)
        {
            double sum = 0, weights = 0;
            for (int i = 0; i < multiplicities.Length; i++)
            {
                if (!double.IsNaN(terms[i]))
                {
                    double weight = multiplicities[i] * (set.IsWeighted ? set.Weights[i] : 1);
                    sum += weight * terms[i];
                    weights += weight;
                }
            }

            return MetricValue.Quotient(sum, weights, UndefinedReason.NoRows);
        }
    }

    private sealed class Ranked : RowFigure
    {
        private readonly bool _isArea;
        private readonly int[] _order;
        private readonly double[] _scores, _weights;
        private readonly bool[] _labels;

        public Ranked(Metric metric, EvaluationSet set)
        {
            _isArea = metric == Metric.AreaUnderRoc;
            _scores = set.Scores.ToArray();
            _order = [.. Enumerable.Range(0, set.Count)];
            Array.Sort(_scores, _order);
            Array.Reverse(_scores);
            Array.Reverse(_order);
            _labels = [.. _order.Select(i => set.Labels[i])];
            _weights = [.. _order.Select(i => set.IsWeighted ? set.Weights[i] : 1)];
        }

        public override MetricValue Of(int[] multiplicities)
        {
            double positives = 0, negatives = 0, area = 0, precision = 0;
            for (int from = 0, to; from < _order.Length; from = to)
            {
                double up = 0, down = 0;
                for (to = from; to < _order.Length && _scores[to] == _scores[from]; to++)
                {
                    double weight = multiplicities[_order[to]] * _weights[to];
                    up += _labels[to] ? weight : 0;
                    down += _labels[to] ? 0 : weight;
                }

                area += down * (positives + 0.5 * up);
                positives += up;
                negatives += down;
                precision += up > 0 ? up * (positives / (positives + negatives)) : 0;
            }

            return _isArea
                ? MetricValue.Quotient(area, positives * negatives, UndefinedReason.OneClass)
                : MetricValue.Quotient(precision, positives, UndefinedReason.NoPositives);
        }
    }

    private sealed class Repeated(Metric metric, EvaluationSet set) : RowFigure
    {
        public override MetricValue Of(int[] multiplicities)
        {
            int[] rows = [.. Enumerable.Range(0, multiplicities.Length).SelectMany(i => Enumerable.Repeat(i, multiplicities[i]))];
            if (rows.Length == 0)
            {
                return MetricValue.Undefined(UndefinedReason.NoRows);
            }

            EvaluationSet taken = set.Rows(rows);
            return ConfusionCounts.OfRows(taken).Total > 0 ? metric.Compute(taken) : MetricValue.Undefined(UndefinedReason.NoRows);
        }
    }
}
