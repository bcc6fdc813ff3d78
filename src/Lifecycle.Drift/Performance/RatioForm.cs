namespace Lifecycle.Drift;

/// <summary>
/// A metric that is a ratio of two sums over the rows, where a row adds A0 + A1·y above and B0 + B1·y below the line (y its label), other numbers
/// for rows predicted yes and rows predicted no.
/// </summary>
internal readonly record struct RatioForm(RatioForm.Terms No, RatioForm.Terms Yes, bool IsSum = false)
{
    /// <summary>The form of a metric; null for those of the ranking.</summary>
    public static RatioForm? Of(PerformanceMetric metric) => metric.Kind switch
    {
        MetricKind.Accuracy => new RatioForm(new(1, -1, 1, 0), new(0, 1, 1, 0)),
        MetricKind.Precision => new RatioForm(default, new(0, 1, 1, 0)),
        MetricKind.Recall => new RatioForm(new(0, 0, 0, 1), new(0, 1, 0, 1)),
        MetricKind.Specificity => new RatioForm(new(1, -1, 1, -1), new(0, 0, 1, -1)),
        MetricKind.F1 => new RatioForm(new(0, 0, 0, 1), new(0, 2, 1, 1)),
        MetricKind.BusinessValue => new RatioForm(
            new(metric.TrueNegative, metric.FalseNegative - metric.TrueNegative, 1, 0),
            new(metric.FalsePositive, metric.TruePositive - metric.FalsePositive, 1, 0),
            IsSum: !metric.PerPrediction),
        _ => null,
    };

    /// <summary>The ratio, 0 when nothing stands below the line; a sum divides by nothing.</summary>
    public double Value(ScoredRows rows, ReadOnlySpan<double> probabilities)
    {
        (double above, double below) = Sums(rows, probabilities);
        return IsSum ? above : below != 0 ? above / below : 0;
    }

    /// <summary>How the value moves with the label of a row, for rows predicted no and for those predicted yes.</summary>
    public (double No, double Yes) LabelSlopes(ScoredRows rows, ReadOnlySpan<double> probabilities)
    {
        (double above, double below) = Sums(rows, probabilities);
        return IsSum ? (No.A1, Yes.A1)
            : below == 0 ? (0, 0)
            : ((No.A1 - above / below * No.B1) / below, (Yes.A1 - above / below * Yes.B1) / below);
    }

    /// <summary>Standard error of the value, times the root of the number of rows: what one row would have.</summary>
    public double UnitError(ScoredRows rows, ReadOnlySpan<double> labels)
    {
        (double above, double below) = Sums(rows, labels);
        if (below == 0)
        {
            return double.NaN;
        }

        double value = above / below, squares = 0, scale = IsSum ? 1 : rows.Count / below;
        for (int i = 0; i < rows.Count; i++)
        {
            Terms terms = rows.Predicted[i] ? Yes : No;
            double away = (terms.A0 + terms.A1 * labels[i] - value * (terms.B0 + terms.B1 * labels[i])) * scale;
            squares += away * away;
        }

        return Math.Sqrt(squares / rows.Count);
    }

    private (double Above, double Below) Sums(ScoredRows rows, ReadOnlySpan<double> probabilities)
    {
        double no = 0, yes = 0, noRows = 0, yesRows = 0;
        bool[] predicted = rows.Predicted;
        for (int i = 0; i < predicted.Length; i++)
        {
            double weight = rows.WeightOf(i), positive = weight * probabilities[i];
            if (predicted[i])
            {
                yes += positive;
                yesRows += weight;
            }
            else
            {
                no += positive;
                noRows += weight;
            }
        }

        return (
            No.A0 * noRows + No.A1 * no + Yes.A0 * yesRows + Yes.A1 * yes,
            No.B0 * noRows + No.B1 * no + Yes.B0 * yesRows + Yes.B1 * yes);
    }

    /// <summary>What a row adds.</summary>
    internal readonly record struct Terms(double A0, double A1, double B0, double B1);
}
