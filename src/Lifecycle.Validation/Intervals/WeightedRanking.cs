namespace Lifecycle.Validation;

/// <summary>
/// The area under the ROC curve of weighted rows, or average precision: sorted once, one pass from the highest score down for each draw.
/// </summary>
internal sealed class WeightedRanking : RowFigure
{
    private readonly bool _isArea;
    private readonly int[] _order;
    private readonly double[] _scores, _weights;
    private readonly bool[] _labels;

    public WeightedRanking(Metric metric, EvaluationSet set)
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

    public override MetricValue Of(byte[] multiplicities)
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
