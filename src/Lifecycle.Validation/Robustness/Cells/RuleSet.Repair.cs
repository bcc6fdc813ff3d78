namespace Lifecycle.Validation;

internal sealed partial class RuleSet
{
    /// <summary>
    /// Makes a changed row lawful: every changed value is clipped and rounded, one-hot groups go to their largest member, pairs are put in
    /// order by moving the changed one. False when a rule is still broken.
    /// </summary>
    public bool TryRepair(Span<double> row, ReadOnlySpan<double> original)
    {
        for (int c = 0; c < row.Length; c++)
        {
            if (ChoiceOf[c] < 0 && !_rules[c].TryHold(ref row[c], original[c]))
            {
                return false;
            }
        }

        return TryRelate(row, original);
    }

    /// <summary>The same for a row whose values are held already: only what stands between columns.</summary>
    public bool TryRelate(Span<double> row, ReadOnlySpan<double> original)
    {
        foreach (int[] choice in Choices)
        {
            Choose(row, original, choice);
        }

        // A pair that was put in order may break another one; each pass settles at least one pair of a chain.
        for (int pass = 0; pass <= Orders.Length; pass++)
        {
            bool moved = false;
            foreach ((int lesser, int greater) in Orders)
            {
                if (row[lesser] > row[greater])
                {
                    moved = true;
                    if (!TryOrder(row, original, lesser, greater))
                    {
                        return false;
                    }
                }
            }

            if (!moved)
            {
                break;
            }
        }

        return Holds(row, original);
    }

    /// <summary>Whether a row keeps every rule, seen as a change of the original.</summary>
    public bool Holds(ReadOnlySpan<double> row, ReadOnlySpan<double> original)
    {
        for (int c = 0; c < row.Length; c++)
        {
            if (!_rules[c].Holds(row[c], original[c]))
            {
                return false;
            }
        }

        foreach (int[] choice in Choices)
        {
            if (!IsChoice(row, choice))
            {
                return false;
            }
        }

        foreach ((int lesser, int greater) in Orders)
        {
            if (row[lesser] > row[greater])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether exactly one member is 1 and the others are 0, or all are missing.</summary>
    public static bool IsChoice(ReadOnlySpan<double> row, int[] choice)
    {
        int ones = 0, zeros = 0, missing = 0;
        foreach (int c in choice)
        {
            ones += row[c] == 1 ? 1 : 0;
            zeros += row[c] == 0 ? 1 : 0;
            missing += double.IsNaN(row[c]) ? 1 : 0;
        }

        return missing == choice.Length || (ones == 1 && zeros == choice.Length - 1);
    }

    /// <summary>The largest member becomes 1, the others 0; of equal ones the one that was 1 stays.</summary>
    private static void Choose(Span<double> row, ReadOnlySpan<double> original, int[] choice)
    {
        int best = -1;
        bool isChanged = false;
        foreach (int c in choice)
        {
            isChanged |= !row[c].Equals(original[c]);
            if (!double.IsNaN(row[c]) && (best < 0 || row[c] > row[best] || (row[c] == row[best] && original[c] == 1)))
            {
                best = c;
            }
        }

        if (!isChanged || best < 0)
        {
            return;
        }

        foreach (int c in choice)
        {
            row[c] = c == best ? 1 : 0;
        }
    }

    private bool TryOrder(Span<double> row, ReadOnlySpan<double> original, int lesser, int greater)
    {
        bool isLesserChanged = !row[lesser].Equals(original[lesser]);
        int first = isLesserChanged ? lesser : greater, second = isLesserChanged ? greater : lesser;
        return TryMove(row, original, first, lesser, greater)
            || (!row[second].Equals(original[second]) && TryMove(row, original, second, lesser, greater));
    }

    private bool TryMove(Span<double> row, ReadOnlySpan<double> original, int moved, int lesser, int greater)
    {
        double value = moved == lesser ? row[greater] : row[lesser];
        bool isLawful = moved == lesser
            ? _rules[moved].TryHold(ref value, original[moved], high: row[greater])
            : _rules[moved].TryHold(ref value, original[moved], low: row[lesser]);
        if (isLawful)
        {
            row[moved] = value;
        }

        return isLawful;
    }
}
