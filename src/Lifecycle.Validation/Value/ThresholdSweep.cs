using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Tries every distinct score as a threshold: the rows are sorted once and change from "leave" to "act" one score after the other.</summary>
internal sealed class ThresholdSweep
{
    private readonly CostMatrix _worth;
    private readonly EvaluationSet _set;
    private int[]? _order;
    private readonly decimal _none;
    private readonly (decimal Negative, decimal Positive) _gain;

    public ThresholdSweep(CostMatrix worth, EvaluationSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        set.EnsureLabelled();
        if (!set.HasScores)
        {
            throw new ArgumentException("A threshold is chosen over scores, and the set has only decisions; give scores: with EvaluationSet.Of(labels, scores).", nameof(set));
        }

        (_worth, _set) = (worth, set);
        _gain = worth.IsPerRow ? default : (worth.FalsePositive - worth.TrueNegative, worth.TruePositive - worth.FalseNegative);
        ReadOnlySpan<bool> labels = set.Labels;
        if (worth.IsPerRow || set.IsWeighted)
        {
            for (int i = 0; i < labels.Length; i++)
            {
                _none += RowValues.Weighted(worth.ValueOf(set.RowNumber(i), false, labels[i]), set.Weights, i);
            }
        }
        else
        {
            int positives = labels.Count(true);
            _none = (positives * worth.FalseNegative) + ((labels.Length - positives) * worth.TrueNegative);
        }
    }

    public ThresholdChoice Best(int? capacity)
    {
        if (capacity < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "The capacity is a number of rows, 0 or more.");
        }

        int most = Math.Min(capacity ?? _set.Count, _set.Count);
        CountSweep? counts = _worth.IsPerRow || _set.IsWeighted ? null : CountSweep.For(_set, _gain.Negative, _gain.Positive);
        (double threshold, int actions, decimal gain, double share, double? breakEven) = counts?.Best(most) ?? BestOfRows(most);
        decimal total = _none + gain;
        decimal rows = RowValues.Rows(_set);
        return new ThresholdChoice
        {
            Threshold = threshold,
            Total = total,
            PerThousand = 1000 * total / rows,
            Actions = actions,
            ShareAtThreshold = share,
            TotalWithoutAction = _none,
            BreakEven = breakEven,
            OracleTotal = Oracle(),
            ChosenOn = _set.Fingerprint,
        };
    }

    public ValueCurve Curve()
    {
        List<double> thresholds = [double.PositiveInfinity];
        List<int> actions = [0];
        List<decimal> totals = [_none];
        foreach (Step step in Steps())
        {
            thresholds.Add(step.Threshold);
            actions.Add(step.Actions);
            totals.Add(step.Total);
        }

        return new ValueCurve(thresholds, actions, totals);
    }

    private (double Threshold, int Actions, decimal Gain, double Share, double? BreakEven) BestOfRows(int most)
    {
        Step best = new(double.PositiveInfinity, 0, _none, 1);
        double? breakEven = null;
        foreach (Step step in Steps())
        {
            Step reached = step.Actions <= most ? step : step.CutAt(most);
            if (reached.Actions > 0 && reached.Total > best.Total)
            {
                best = reached;
            }

            breakEven = step.Total >= _none ? step.Threshold : breakEven;
            if (step.Actions >= most)
            {
                break;
            }
        }

        return (best.Threshold, best.Actions, best.Total - _none, best.Share, breakEven);
    }

    private decimal Oracle()
    {
        if (_worth.IsPerRow || _set.IsWeighted)
        {
            return RowValues.Oracle(_worth, _set);
        }

        int positives = _set.Labels.Count(true);
        return (positives * Math.Max(_worth.TruePositive, _worth.FalseNegative)) + ((_set.Count - positives) * Math.Max(_worth.FalsePositive, _worth.TrueNegative));
    }

    private IEnumerable<Step> Steps()
    {
        _order ??= RadixOrder.Ascending(_set.Scores);
        decimal total = _none;
        for (int from = _order.Length - 1, to; from >= 0; from = to)
        {
            double score = _set.Scores[_order[from]];
            decimal before = total;
            for (to = from; to >= 0 && _set.Scores[_order[to]] == score; to--)
            {
                total += Gain(_order[to]);
            }

            yield return new Step(score, _order.Length - 1 - to, total, 1) { Before = before, Tied = from - to };
        }
    }

    private decimal Gain(int row)
    {
        bool label = _set.Labels[row];
        decimal gain = _worth.IsPerRow ? _worth.ValueOf(_set.RowNumber(row), true, label) - _worth.ValueOf(_set.RowNumber(row), false, label) : label ? _gain.Positive : _gain.Negative;
        return RowValues.Weighted(gain, _set.Weights, row);
    }

    private readonly record struct Step(double Threshold, int Actions, decimal Total, double Share)
    {
        public decimal Before { get; init; }

        public int Tied { get; init; }

        /// <summary>Only so many rows: those of equal score at the border share their mean value.</summary>
        public Step CutAt(int most)
        {
            int taken = most - (Actions - Tied);
            return taken <= 0 ? default : this with { Actions = most, Total = Before + ((Total - Before) * taken / Tied), Share = (double)taken / Tied };
        }
    }
}
