namespace Lifecycle.Drift;

/// <summary>Rows with a probability of each class, row by row, and their order by the score of each class.</summary>
internal sealed class ClassRows
{
    private readonly ScoredRows[] _sorted;
    private readonly int[][] _orders;

    public ClassRows(double[] scores, int classes, int[] predicted)
    {
        (Scores, Classes, Predicted) = (scores, classes, predicted);
        (_sorted, _orders) = (new ScoredRows[classes], new int[classes][]);
        for (int k = 0; k < classes; k++)
        {
            double[] keys = new double[Count];
            for (int i = 0; i < keys.Length; i++)
            {
                keys[i] = scores[i * classes + k] + 0.0;
            }

            int[] order = [.. Enumerable.Range(0, Count)];
            Array.Sort(keys, order);
            (_orders[k], _sorted[k]) = (order, new ScoredRows(keys, [.. order.Select(i => predicted[i] == k)], new double[Count], []));
        }
    }

    public double[] Scores { get; }

    public int Classes { get; }

    public int[] Predicted { get; }

    public int Count => Scores.Length / Classes;

    /// <summary>The rows in the order of one class's score.</summary>
    public ScoredRows Of(int k) => _sorted[k];

    /// <summary>The rows' numbers in the order of one class's score.</summary>
    public int[] OrderOf(int k) => _orders[k];

    /// <summary>Labels as probabilities of 0 and 1.</summary>
    public double[] OneHot(ReadOnlySpan<int> labels)
    {
        double[] probabilities = new double[Scores.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            probabilities[i * Classes + labels[i]] = 1;
        }

        return probabilities;
    }

    /// <summary>Calibrated probabilities, made to sum to 1 in each row; a row whose classes are all 0 shares equally.</summary>
    public double[] Calibrate(ScoreCalibration[] calibrations)
    {
        double[] probabilities = new double[Scores.Length], own = new double[Count];
        for (int k = 0; k < Classes; k++)
        {
            calibrations[k].Predict(_sorted[k].Scores, own);
            for (int j = 0; j < own.Length; j++)
            {
                probabilities[_orders[k][j] * Classes + k] = own[j];
            }
        }

        for (int row = 0; row < probabilities.Length; row += Classes)
        {
            Span<double> cells = probabilities.AsSpan(row, Classes);
            double sum = 0;
            foreach (double cell in cells)
            {
                sum += cell;
            }

            foreach (ref double cell in cells)
            {
                cell = sum > 0 ? cell / sum : 1.0 / Classes;
            }
        }

        return probabilities;
    }

    /// <summary>One class's probabilities in the order of its score.</summary>
    public double[] Sorted(double[] probabilities, int k)
    {
        double[] sorted = new double[Count];
        for (int j = 0; j < sorted.Length; j++)
        {
            sorted[j] = probabilities[_orders[k][j] * Classes + k];
        }

        return sorted;
    }

    /// <summary>Accuracy, or the mean of a metric over the classes, each against the rest.</summary>
    public MetricEstimate Value(PerformanceMetric metric, double[] probabilities)
    {
        if (Count == 0)
        {
            return MetricEstimate.Undefined(metric, "there are no rows");
        }

        double sum = 0;
        if (metric.Kind == MetricKind.Accuracy)
        {
            for (int i = 0; i < Count; i++)
            {
                sum += probabilities[i * Classes + Predicted[i]];
            }

            return new MetricEstimate(metric, sum / Count);
        }

        for (int k = 0; k < Classes; k++)
        {
            MetricEstimate own = MetricFormula.Of(metric, _sorted[k], Sorted(probabilities, k));
            if (own.NotDefined is { } reason)
            {
                return MetricEstimate.Undefined(metric, $"class {k} against the rest: {reason}");
            }

            sum += own.Value;
        }

        return new MetricEstimate(metric, sum / Classes);
    }

    /// <summary>Variance of the value from the chance of the labels: each row's label is one draw among the classes.</summary>
    public double LabelNoise(PerformanceMetric metric, double[] probabilities)
    {
        double[] slopes = new double[Scores.Length], own = new double[Count];
        for (int k = 0; k < Classes; k++)
        {
            if (metric.Kind == MetricKind.Accuracy)
            {
                for (int i = 0; i < Count; i++)
                {
                    slopes[i * Classes + k] = Predicted[i] == k ? 1.0 / Count : 0;
                }

                continue;
            }

            MetricFormula.LabelSlopes(metric, _sorted[k], Sorted(probabilities, k), own);
            for (int j = 0; j < own.Length; j++)
            {
                slopes[_orders[k][j] * Classes + k] = own[j] / Classes;
            }
        }

        double noise = 0;
        for (int row = 0; row < slopes.Length; row += Classes)
        {
            double mean = 0, square = 0;
            for (int k = row; k < row + Classes; k++)
            {
                mean += probabilities[k] * slopes[k];
                square += probabilities[k] * slopes[k] * slopes[k];
            }

            noise += square - mean * mean;
        }

        return noise;
    }
}
