namespace Lifecycle.Statistics;

/// <summary>
/// A rising function from scores to probabilities: the weighted least-squares fit among all rising step functions, by pooling adjacent
/// violators (Ayer et al. 1955; Barlow et al. 1972). Equal scores are averaged first; between the kept points the function is linear and
/// outside of them constant, as scikit-learn's <c>IsotonicRegression(out_of_bounds="clip")</c> has it. Immutable.
/// </summary>
public sealed class IsotonicRegression
{
    private readonly double[] _points;
    private readonly double[] _values;

    private IsotonicRegression(double[] points, double[] values) => (_points, _values) = (points, values);

    /// <summary>The scores at which the function bends, ascending; only the ends of level stretches are kept.</summary>
    public ReadOnlySpan<double> Points => _points;

    /// <summary>The value at each of <see cref="Points"/>, never falling.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Fits the share of positives.</summary>
    /// <param name="scores">One finite score a row.</param>
    /// <param name="labels">True for positive rows; as long as <paramref name="scores"/>.</param>
    /// <param name="weights">Finite weights of at least 0, or empty for equal weights; rows of weight 0 do not count.</param>
    /// <returns>A function with values in [0, 1].</returns>
    /// <exception cref="ArgumentException">Lengths differ, a value is out of range, or no row has a weight.</exception>
    public static IsotonicRegression Fit(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights = default)
    {
        double[] targets = new double[labels.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = labels[i] ? 1 : 0;
        }

        return Fit(scores, targets, weights);
    }

    /// <summary>Fits any targets.</summary>
    /// <param name="scores">One finite score a row.</param>
    /// <param name="targets">One finite target a row.</param>
    /// <param name="weights">Finite weights of at least 0, or empty for equal weights; rows of weight 0 do not count.</param>
    /// <returns>A rising function.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a value is not finite, a weight is negative, or no row has a weight.</exception>
    public static IsotonicRegression Fit(ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights = default)
    {
        CalibrationRows.Check(scores, targets.Length, weights);
        foreach (double target in targets)
        {
            if (!double.IsFinite(target))
            {
                throw new ArgumentException($"A target is finite, not {target}.", nameof(targets));
            }
        }

        int[] order = RadixOrder.Ascending(scores);
        double[] sortedScores = new double[order.Length], sortedTargets = new double[order.Length], sortedWeights = new double[order.Length];
        for (int k = 0; k < order.Length; k++)
        {
            (sortedScores[k], sortedTargets[k]) = (scores[order[k]] + 0.0, targets[order[k]]);
            sortedWeights[k] = weights.IsEmpty ? 1 : weights[order[k]];
        }

        return FitSorted(sortedScores, sortedTargets, sortedWeights);
    }

    /// <summary>Fits rows that are sorted by score already; the fast way to refit the same rows with other weights.</summary>
    /// <param name="scores">Finite scores, ascending.</param>
    /// <param name="targets">One finite target a row.</param>
    /// <param name="weights">Finite weights of at least 0; rows of weight 0 do not count.</param>
    /// <returns>A rising function.</returns>
    /// <exception cref="ArgumentException">Lengths differ, the scores are not sorted, or no row has a weight.</exception>
    public static IsotonicRegression FitSorted(ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights)
    {
        if (targets.Length != scores.Length || weights.Length != scores.Length)
        {
            throw new ArgumentException($"{scores.Length} scores, {targets.Length} targets and {weights.Length} weights do not belong together.");
        }

        Pool pool = new(scores.Length);
        for (int from = 0, to; from < scores.Length; from = to)
        {
            double weight = 0, sum = 0;
            for (to = from; to < scores.Length && scores[to] == scores[from]; to++)
            {
                weight += weights[to];
                sum += weights[to] * targets[to];
            }

            if (to < scores.Length && !(scores[to] > scores[from]))
            {
                throw new ArgumentException("The scores are not sorted.", nameof(scores));
            }

            if (weight > 0)
            {
                pool.Add(scores[from], sum / weight, weight);
            }
        }

        (double[] points, double[] values) = pool.Kept();
        return points.Length > 0 ? new IsotonicRegression(points, values) : throw new ArgumentException("No row has a weight.", nameof(weights));
    }

    /// <summary>The value at a score.</summary>
    /// <param name="score">Any number; NaN gives NaN.</param>
    /// <returns>A value between the first and the last of <see cref="Values"/>.</returns>
    public double Predict(double score)
    {
        if (!(score > _points[0]))
        {
            return double.IsNaN(score) ? score : _values[0];
        }

        int at = Array.BinarySearch(_points, score);
        int above = at >= 0 ? at : ~at;
        return above == _points.Length ? _values[^1] : Between(above, score);
    }

    /// <summary>The values at ascending scores, in one pass.</summary>
    /// <param name="scores">Scores, ascending, without NaN; other orders give the same values more slowly.</param>
    /// <param name="values">Receives one value a score.</param>
    /// <exception cref="ArgumentException"><paramref name="values"/> is shorter than <paramref name="scores"/>.</exception>
    public void PredictSorted(ReadOnlySpan<double> scores, Span<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, scores.Length);
        double[] points = _points;
        double last = double.NegativeInfinity;
        for (int i = 0, above = 0; i < scores.Length; i++)
        {
            double score = scores[i];
            above = score >= last ? above : 0;
            last = score;
            while (above < points.Length && points[above] < score)
            {
                above++;
            }

            values[i] = above == 0 ? _values[0] : above == points.Length ? _values[^1] : Between(above, score);
        }
    }

    private double Between(int above, double score)
    {
        double x = _points[above - 1], y = _values[above - 1];
        return score == _points[above] ? _values[above] : (_values[above] - y) / (_points[above] - x) * (score - x) + y;
    }

    /// <summary>Blocks of pooled points on a stack.</summary>
    private sealed class Pool(int capacity)
    {
        private readonly double[] _scores = new double[capacity];
        private readonly (double Value, double Weight, int First)[] _blocks = new (double, double, int)[capacity];
        private int _points, _count;

        public void Add(double score, double value, double weight)
        {
            int first = _points;
            _scores[_points++] = score;
            while (_count > 0 && _blocks[_count - 1].Value >= value)
            {
                (double before, double beforeWeight, int start) = _blocks[--_count];
                value = (before * beforeWeight + value * weight) / (beforeWeight + weight);
                (weight, first) = (weight + beforeWeight, start);
            }

            _blocks[_count++] = (value, weight, first);
        }

        /// <summary>First and last point of every block.</summary>
        public (double[] Points, double[] Values) Kept()
        {
            List<double> points = [], values = [];
            for (int b = 0; b < _count; b++)
            {
                int last = (b + 1 < _count ? _blocks[b + 1].First : _points) - 1;
                points.Add(_scores[_blocks[b].First]);
                values.Add(_blocks[b].Value);
                if (last > _blocks[b].First)
                {
                    points.Add(_scores[last]);
                    values.Add(_blocks[b].Value);
                }
            }

            return ([.. points], [.. values]);
        }
    }
}
