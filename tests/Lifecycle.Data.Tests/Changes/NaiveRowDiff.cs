namespace Lifecycle.Data.Tests;

/// <summary>The slow way to compare rows: lists and LINQ over the texts of the cells.</summary>
internal static class NaiveRowDiff
{
    /// <summary>Rows of cells; a cell is compared by its canonical text, so that equal values have equal ones.</summary>
    public static List<string> ByKey(List<string?[]> old, List<string?[]> @new, int key, string[] names)
    {
        List<string> changes = [];
        for (int i = 0; i < @new.Count; i++)
        {
            int before = old.FindIndex(r => r[key] == @new[i][key]);
            if (before < 0)
            {
                changes.Add($"Added  {i} " + string.Join(";", names.Select((n, c) => $"{n}:null>{@new[i][c] ?? "null"}")));
            }
            else if (!old[before].SequenceEqual(@new[i]))
            {
                changes.Add($"Changed {before} {i} " + string.Join(
                    ";", Enumerable.Range(0, names.Length).Where(c => old[before][c] != @new[i][c]).Select(c => $"{names[c]}:{old[before][c] ?? "null"}>{@new[i][c] ?? "null"}")));
            }
        }

        HashSet<string?> keys = [.. @new.Select(r => r[key])];
        changes.AddRange(old.Select((r, i) => (Row: r, i)).Where(r => !keys.Contains(r.Row[key]))
            .Select(r => $"Removed {r.i}  " + string.Join(";", names.Select((n, c) => $"{n}:{r.Row[c] ?? "null"}>null"))));
        return changes;
    }

    public static List<string> AsMultiset(List<string?[]> old, List<string?[]> @new, string[] names)
    {
        List<(string?[] Row, int Number)> left = [.. old.Select((r, i) => (r, i))];
        List<string> changes = [];
        for (int i = 0; i < @new.Count; i++)
        {
            int at = left.FindIndex(l => l.Row.SequenceEqual(@new[i]));
            if (at < 0)
            {
                changes.Add($"Added  {i} " + string.Join(";", names.Select((n, c) => $"{n}:null>{@new[i][c] ?? "null"}")));
            }
            else
            {
                left.RemoveAt(at);
            }
        }

        changes.AddRange(left.Select(l => $"Removed {l.Number}  " + string.Join(";", names.Select((n, c) => $"{n}:{l.Row[c] ?? "null"}>null"))));
        return changes;
    }

    public static string Show(RowChange change) =>
        $"{change.Kind} {change.OldRow} {change.NewRow} " + string.Join(";", change.Cells.Select(c => $"{c.Column}:{CellChange.Show(c.Old)}>{CellChange.Show(c.New)}"));
}
