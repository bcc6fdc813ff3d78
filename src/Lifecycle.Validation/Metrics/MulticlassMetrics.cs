namespace Lifecycle.Validation;

/// <summary>Figures of a square table of true class (row) by predicted class (column).</summary>
internal static class MulticlassMetrics
{
    public static (int[] Codes, int Cells) Cells(EvaluationSet set)
    {
        ClassColumns columns = set.ClassColumns;
        int k = columns.Names.Length;
        int[] codes = new int[set.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = columns.Labels[i] * k + columns.Predictions[i];
        }

        return (codes, k * k);
    }

    public static MetricValue MacroF1(double[] table, int classes) =>
        Macro(table, classes, c => MetricValue.Quotient(2 * c.Hits, c.Truths + c.Decided, UndefinedReason.NoPositives));

    public static MetricValue MacroPrecision(double[] table, int classes) =>
        Macro(table, classes, c => MetricValue.Quotient(c.Hits, c.Decided, UndefinedReason.NoPredictedPositives));

    public static MetricValue MacroRecall(double[] table, int classes) =>
        Macro(table, classes, c => MetricValue.Quotient(c.Hits, c.Truths, UndefinedReason.NoPositives));

    public static MetricValue WeightedF1(double[] table, int classes)
    {
        double sum = 0, all = 0;
        foreach ((double hits, double truths, double decided) in Margins(table, classes))
        {
            sum += truths > 0 ? truths * (2 * hits / (truths + decided)) : 0;
            all += truths;
        }

        return MetricValue.Quotient(sum, all, UndefinedReason.NoRows);
    }

    public static MetricValue CohenKappa(double[] table, int classes)
    {
        double all = table.Sum(), observed = 0, expected = 0;
        if (!(all > 0))
        {
            return MetricValue.Undefined(UndefinedReason.NoRows);
        }

        foreach ((double hits, double truths, double decided) in Margins(table, classes))
        {
            observed += hits / all;
            expected += truths / all * (decided / all);
        }

        return expected >= 1 - 1e-15 ? MetricValue.Undefined(UndefinedReason.OneClass) : MetricValue.Of((observed - expected) / (1 - expected));
    }

    private static MetricValue Macro(double[] table, int classes, Func<(double Hits, double Truths, double Decided), MetricValue> of)
    {
        double sum = 0;
        int taken = 0;
        foreach ((double Hits, double Truths, double Decided) margin in Margins(table, classes))
        {
            if (margin.Truths + margin.Decided == 0)
            {
                continue;
            }

            MetricValue value = of(margin);
            if (!value.IsDefined)
            {
                return MetricValue.Undefined(value.Reason!.Value);
            }

            sum += value.Value;
            taken++;
        }

        return taken > 0 ? MetricValue.Of(sum / taken) : MetricValue.Undefined(UndefinedReason.NoRows);
    }

    private static (double Hits, double Truths, double Decided)[] Margins(double[] table, int classes)
    {
        (double Hits, double Truths, double Decided)[] margins = new (double, double, double)[classes];
        for (int truth = 0; truth < classes; truth++)
        {
            for (int decided = 0; decided < classes; decided++)
            {
                double rows = table[truth * classes + decided];
                margins[truth].Truths += rows;
                margins[decided].Decided += rows;
                margins[truth].Hits += truth == decided ? rows : 0;
            }
        }

        return margins;
    }
}
