namespace Lifecycle.Validation;

/// <summary>What decisions are worth, row by row.</summary>
internal static class RowValues
{
    private const decimal LeastWeight = 0.000001m;

    public static decimal[] Of(CostMatrix worth, EvaluationSet set, ReadOnlySpan<bool> decisions)
    {
        ReadOnlySpan<bool> labels = set.Labels;
        decimal[] values = new decimal[labels.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = worth.ValueOf(set.RowNumber(i), decisions[i], labels[i]);
        }

        return values;
    }

    public static decimal[] Difference(CostMatrix worth, EvaluationSet set, ReadOnlySpan<bool> decisions, ReadOnlySpan<bool> others)
    {
        ReadOnlySpan<bool> labels = set.Labels;
        decimal[] values = new decimal[labels.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = decisions[i] == others[i] ? 0 : worth.ValueOf(set.RowNumber(i), decisions[i], labels[i]) - worth.ValueOf(set.RowNumber(i), others[i], labels[i]);
        }

        return values;
    }

    /// <summary>What the best decision for each row would be worth in all.</summary>
    public static decimal Oracle(CostMatrix worth, EvaluationSet set)
    {
        ReadOnlySpan<bool> labels = set.Labels;
        ReadOnlySpan<double> weights = set.Weights;
        decimal total = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            total += Weighted(Math.Max(worth.ValueOf(set.RowNumber(i), true, labels[i]), worth.ValueOf(set.RowNumber(i), false, labels[i])), weights, i);
        }

        return total;
    }

    /// <summary>How many rows there are, or the sum of their weights.</summary>
    public static decimal Rows(EvaluationSet set)
    {
        decimal rows = set.IsWeighted ? 0 : set.Count;
        foreach (double weight in set.Weights)
        {
            rows += (decimal)weight;
        }

        return rows >= LeastWeight || set.Count == 0
            ? rows
            : throw new ArgumentException(
                FormattableString.Invariant($"The weights sum to {rows}; sums of money need at least {LeastWeight}. Multiply all weights by the same number."));
    }

    public static decimal Weighted(decimal value, ReadOnlySpan<double> weights, int row) => weights.IsEmpty ? value : value * (decimal)weights[row];
}
