namespace Lifecycle.Validation;

/// <summary>Figures of labels and groups, without a model.</summary>
internal static class LabelMetrics
{
    /// <summary>Cells group u or p × label.</summary>
    public static (int[] Codes, int Cells) Pair(EvaluationSet set, string by, string group, string reference)
    {
        GroupColumn column = set.AttributeNamed(by);
        int[] codes = new int[set.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            string value = column.Values[column.Codes[i]];
            codes[i] = value == group ? (set.Labels[i] ? 1 : 0) : value == reference ? (set.Labels[i] ? 3 : 2) : -1;
        }

        return (codes, 4);
    }

    public static MetricValue Imbalance(double[] cells) =>
        MetricValue.Quotient(cells[0] + cells[1] - (cells[2] + cells[3]), cells.Sum(), UndefinedReason.NoRows);

    public static MetricValue Divergence(double[] cells)
    {
        double group = cells[0] + cells[1], reference = cells[2] + cells[3], sum = 0;
        if (group == 0 || reference == 0)
        {
            return MetricValue.Undefined(UndefinedReason.NoRows);
        }

        for (int label = 0; label < 2; label++)
        {
            double p = cells[2 + label] / reference, u = cells[label] / group;
            if (p > 0 && u == 0)
            {
                return MetricValue.Undefined(label == 1 ? UndefinedReason.NoPositives : UndefinedReason.NoNegatives);
            }

            sum += p > 0 ? p * Math.Log(p / u) : 0;
        }

        return MetricValue.Of(Math.Max(0, sum));
    }

    /// <summary>Cells stratum × in the group × label; rows without a stratum or a group take no part.</summary>
    public static (int[] Codes, int Cells) Strata(EvaluationSet set, string by, string group, string within)
    {
        GroupColumn column = set.AttributeNamed(by), strata = set.AttributeNamed(within);
        int[] codes = new int[set.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            int stratum = strata.Codes[i], value = column.Codes[i];
            bool isOut = stratum == strata.MissingCode || value == column.MissingCode;
            codes[i] = isOut ? -1 : 4 * stratum + (column.Values[value] == group ? 2 : 0) + (set.Labels[i] ? 1 : 0);
        }

        return (codes, 4 * strata.Values.Count);
    }

    public static MetricValue ConditionalDisparity(double[] cells)
    {
        double sum = 0, all = 0;
        for (int s = 0; s < cells.Length; s += 4)
        {
            double negatives = cells[s] + cells[s + 2], positives = cells[s + 1] + cells[s + 3], rows = negatives + positives;
            if (rows == 0)
            {
                continue;
            }

            if (negatives == 0 || positives == 0)
            {
                return MetricValue.Undefined(positives == 0 ? UndefinedReason.NoPositives : UndefinedReason.NoNegatives);
            }

            sum += rows * (cells[s + 2] / negatives - cells[s + 3] / positives);
            all += rows;
        }

        return MetricValue.Quotient(sum, all, UndefinedReason.NoRows);
    }
}
