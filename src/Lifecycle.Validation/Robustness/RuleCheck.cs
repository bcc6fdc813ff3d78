namespace Lifecycle.Validation;

/// <summary>
/// What the rules say about rows before anything is changed: rules that contradict each other, and rows that break one as they are.
/// </summary>
internal sealed class RuleCheck
{
    private RuleCheck(EvaluationSet kept, IReadOnlyList<string> problems, int[] rows)
    {
        Kept = kept;
        Problems = problems;
        Rows = rows;
    }

    /// <summary>The rows that keep all rules.</summary>
    public EvaluationSet Kept { get; }

    /// <summary>What is wrong, in words.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>What each kept row is called in reports.</summary>
    public int[] Rows { get; }

    /// <param name="set">The rows.</param>
    /// <param name="numbers">What each row is called in reports; its position when null.</param>
    public static RuleCheck Of(EvaluationSet set, int[]? numbers = null)
    {
        int Number(int row) => numbers is null ? row : numbers[row];
        FeatureTable table = set.Table();
        List<string> problems = [.. Contradictions(set, table)];
        bool[] outside = new bool[set.Count];
        foreach (FeatureConstraint rule in set.Constraints.Where(r => r.Kind is not ("immutable" or "onlyUp" or "onlyDown")))
        {
            int[] broken = [.. Broken(table, rule)];
            foreach (int row in broken)
            {
                outside[row] = true;
            }

            if (broken.Length > 0)
            {
                problems.Add(FormattableString.Invariant(
                    $"{broken.Length:N0} of {set.Count:N0} rows break the rule that {rule.Text} as they are, the first is row {Number(broken[0])}; they are left out."));
            }
        }

        int[] kept = [.. Enumerable.Range(0, set.Count).Where(i => !outside[i])];
        return new RuleCheck(kept.Length == set.Count ? set : set.Rows(kept), problems, [.. kept.Select(Number)]);
    }

    private static IEnumerable<int> Broken(FeatureTable table, FeatureConstraint rule)
    {
        int[] at = [.. rule.Columns.Select(table.PositionOf)];
        double[] row = new double[table.Columns.Length];
        int[] choice = at;
        CodedColumn column = table.Columns[at[0]];
        for (int i = 0; i < table.RowCount; i++)
        {
            double value = column.Values[i];
            switch (rule.Kind)
            {
                case "oneHot":
                    table.CopyRow(i, row);
                    if (!RuleSet.IsChoice(row, choice))
                    {
                        yield return i;
                    }

                    break;
                case "lessOrEqual" when value > table.Columns[at[1]].Values[i]:
                    yield return i;
                    break;
                case "lessOrEqual":
                    break;
                case "oneOf" when column.Kind == CellKind.Text:
                    if (!double.IsNaN(value) && !column.Feature.AllowedTexts.Contains(column.Words[(int)value]))
                    {
                        yield return i;
                    }

                    break;
                default:
                    if (!Keeps(column.Feature, rule.Kind, value))
                    {
                        yield return i;
                    }

                    break;
            }
        }
    }

    private static bool Keeps(FeatureColumn feature, string kind, double value) => double.IsNaN(value) || kind switch
    {
        "integer" => value == Math.Floor(value),
        "range" => value >= feature.Minimum && value <= feature.Maximum,
        _ => feature.AllowedNumbers.Contains(value),
    };

    private static IEnumerable<string> Contradictions(EvaluationSet set, FeatureTable table)
    {
        foreach (FeatureColumn f in set.Features)
        {
            double low = f.IsInteger ? Math.Ceiling(f.Minimum) : f.Minimum, high = f.IsInteger ? Math.Floor(f.Maximum) : f.Maximum;
            bool isEmpty = f.AllowedNumbers.Count > 0
                ? !f.AllowedNumbers.Any(v => v >= low && v <= high && (!f.IsInteger || v == Math.Floor(v))) : !(low <= high);
            if (isEmpty)
            {
                yield return $"The rules of '{f.Name}' contradict each other: {string.Join("; ", f.Constraints)}. No value keeps them all.";
            }
        }

        foreach ((int lesser, int greater) in table.Rules.Orders)
        {
            FeatureColumn low = set.Features[lesser], high = set.Features[greater];
            if (low.Minimum > high.Maximum)
            {
                yield return FormattableString.Invariant(
                    $"'{low.Name}' must not exceed '{high.Name}', but it is at least {low.Minimum} and the other at most {high.Maximum}. No row keeps both rules.");
            }
        }

        foreach (
            FeatureColumn member in table.Rules.Choices.SelectMany(g => g).Select(c => set.Features[c]).Where(f =>
                f.Minimum > 0 || f.Maximum < 1))
        {
            yield return $"'{member.Name}' is 0 or 1 as part of a one-hot group, but {string.Join("; ", member.Constraints)}.";
        }
    }
}
