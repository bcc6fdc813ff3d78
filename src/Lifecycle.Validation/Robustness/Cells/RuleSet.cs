namespace Lifecycle.Validation;

/// <summary>The rules of how the features of a table may change, by position of the column.</summary>
internal sealed partial class RuleSet
{
    private readonly CodedColumn[] _columns;
    private readonly ColumnRule[] _rules;

    public RuleSet(FeatureTable table, IReadOnlyList<FeatureConstraint> relations)
    {
        _columns = table.Columns;
        _rules = [.. _columns.Select(c => new ColumnRule(c))];
        Choices = [.. relations.Where(r => r.Kind == "oneHot").Select(r => r.Columns.Select(table.PositionOf).ToArray())];
        Orders = [.. relations.Where(r =>
            r.Kind == "lessOrEqual").Select(r => (table.PositionOf(r.Columns[0]), table.PositionOf(r.Columns[1])))];
        ChoiceOf = [.. Enumerable.Range(0, _columns.Length).Select(c => Array.FindIndex(Choices, g => g.Contains(c)))];
    }

    /// <summary>Groups of columns of which one is 1 and the others are 0.</summary>
    public int[][] Choices { get; }

    /// <summary>Pairs of columns of which the first never exceeds the second.</summary>
    public (int Lesser, int Greater)[] Orders { get; }

    /// <summary>For each column the position of its group in <see cref="Choices"/>; -1 when it belongs to none.</summary>
    public int[] ChoiceOf { get; }

    public bool HasRelations => Choices.Length > 0 || Orders.Length > 0;

    public ColumnRule this[int column] => _rules[column];

    public bool IsFixed(int column) => _rules[column].IsFixed;

    /// <summary>
    /// √(Σ(Δ/standard deviation)² + changed categories). A number that appears, goes missing or has no spread counts as one category, and
    /// so does a one-hot group.
    /// </summary>
    public double Cost(ReadOnlySpan<double> before, ReadOnlySpan<double> after)
    {
        double sum = 0;
        for (int c = 0; c < before.Length; c++)
        {
            if (after[c].Equals(before[c]) || ChoiceOf[c] >= 0)
            {
                continue;
            }

            double step = (after[c] - before[c]) / _columns[c].Figures.StandardDeviation;
            sum += _columns[c].Kind is CellKind.Number or CellKind.Date or CellKind.Time && double.IsFinite(step) ? step * step : 1;
        }

        foreach (int[] choice in Choices)
        {
            foreach (int c in choice)
            {
                if (!after[c].Equals(before[c]))
                {
                    sum++;
                    break;
                }
            }
        }

        return Math.Sqrt(sum);
    }

    /// <summary>max abs(Δ/standard deviation) over the numbers.</summary>
    public double LargestStep(ReadOnlySpan<double> before, ReadOnlySpan<double> after)
    {
        double largest = 0;
        for (int c = 0; c < before.Length; c++)
        {
            if (!after[c].Equals(before[c]))
            {
                largest = Math.Max(largest, Math.Abs(after[c] - before[c]) / _columns[c].Figures.StandardDeviation);
            }
        }

        return largest;
    }
}
