namespace Lifecycle.Validation;

/// <summary>Makes changed rows lawful. A row that still breaks a rule gets its original back and is counted.</summary>
internal static class ConstraintRepair
{
    public static void Apply(Draft draft)
    {
        FeatureTable table = draft.Table;
        RuleSet rules = table.Rules;
        bool[] broken = new bool[table.RowCount];
        for (int c = 0; c < table.Columns.Length; c++)
        {
            if (draft.Changed(c) is { } cells && !rules[c].IsFree)
            {
                Hold(table.Columns[c], rules[c], rules.ChoiceOf[c] >= 0, cells, draft.Words(c), broken);
            }
        }

        if (rules.HasRelations)
        {
            Relate(draft, rules, broken);
        }

        for (int i = 0; i < broken.Length; i++)
        {
            if (broken[i])
            {
                draft.Restore(i);
                draft.InfeasibleCount++;
            }
        }
    }

    private static void Hold(CodedColumn column, ColumnRule rule, bool isMember, double[] cells, WordList words, bool[] broken)
    {
        double[] original = column.Values;
        if (isMember)
        {
            return;
        }

        bool[]? allowed = rule.NeedsWords ? [.. Enumerable.Range(0, words.Count).Select(w => rule.AllowsWord(words[w]))] : null;
        for (int i = 0; i < cells.Length; i++)
        {
            if (!rule.TryHold(ref cells[i], original[i]) || (allowed is not null && !double.IsNaN(cells[i]) && !allowed[(int)cells[i]]))
            {
                broken[i] = true;
            }
        }
    }

    private static void Relate(Draft draft, RuleSet rules, bool[] broken)
    {
        int count = draft.Table.Columns.Length;
        double[] row = new double[count], original = new double[count];
        double[][] cells = [.. Enumerable.Range(0, count).Select(draft.Cells)];
        bool[] isInvolved = new bool[count];
        foreach (int c in rules.Choices.SelectMany(g => g).Concat(rules.Orders.SelectMany(p => new[] { p.Lesser, p.Greater })))
        {
            isInvolved[c] = draft.Changed(c) is not null;
        }

        for (int i = 0; i < broken.Length; i++)
        {
            bool isChanged = false;
            for (int c = 0; c < count && !isChanged; c++)
            {
                isChanged = isInvolved[c] && !cells[c][i].Equals(draft.Table.Columns[c].Values[i]);
            }

            if (!isChanged || broken[i])
            {
                continue;
            }

            draft.Table.CopyRow(i, original);
            for (int c = 0; c < count; c++)
            {
                row[c] = cells[c][i];
            }

            broken[i] = !rules.TryRelate(row, original);
            for (int c = 0; c < count && !broken[i]; c++)
            {
                if (!row[c].Equals(cells[c][i]))
                {
                    cells[c] = draft.Changed(c) ?? Open(draft, c);
                    cells[c][i] = row[c];
                }
            }
        }
    }

    /// <summary>A column that only the repair changes: a member of a one-hot group whose other members were changed.</summary>
    private static double[] Open(Draft draft, int column)
    {
        double[] cells = [.. draft.Table.Columns[column].Values];
        draft.Set(column, cells);
        return cells;
    }
}
