namespace Lifecycle.Data.Tests;

/// <summary>A cell as it is compared and as it is told; null is a missing one.</summary>
/// <param name="Value">Equal for equal values.</param>
/// <param name="Told">As a change shows it.</param>
internal sealed record NaiveCell(string Value, string Told)
{
    public static NaiveCell? Text(string? text) => text is null ? null : new NaiveCell(text, text);
}

/// <summary>The slow way to compare rows: lists and LINQ.</summary>
internal static class NaiveRowDiff
{
    public static List<string> ByKey(List<NaiveCell?[]> old, List<NaiveCell?[]> @new, int[] key, string[] names)
    {
        List<string> changes = [];
        bool HaveOneKey(NaiveCell?[] a, NaiveCell?[] b) => key.All(k => a[k]?.Value == b[k]?.Value);
        for (int i = 0; i < @new.Count; i++)
        {
            int before = old.FindIndex(r => HaveOneKey(r, @new[i]));
            if (before < 0)
            {
                changes.Add($"Added  {i} " + Tell(names, c => ("null", Told(@new[i][c]))));
            }
            else if (Enumerable.Range(0, names.Length).Where(c => old[before][c]?.Value != @new[i][c]?.Value).ToArray() is { Length: > 0 } differ)
            {
                changes.Add($"Changed {before} {i} " + string.Join(";", differ.Select(c => $"{names[c]}:{Told(old[before][c])}>{Told(@new[i][c])}")));
            }
        }

        changes.AddRange(old.Select((r, i) => (Row: r, i)).Where(r => !@new.Exists(n => HaveOneKey(n, r.Row)))
            .Select(r => $"Removed {r.i}  " + Tell(names, c => (Told(r.Row[c]), "null"))));
        return changes;
    }

    public static List<string> AsMultiset(List<NaiveCell?[]> old, List<NaiveCell?[]> @new, string[] names)
    {
        List<(NaiveCell?[] Row, int Number)> left = [.. old.Select((r, i) => (r, i))];
        List<string> changes = [];
        for (int i = 0; i < @new.Count; i++)
        {
            int at = left.FindIndex(l => l.Row.Select(c => c?.Value).SequenceEqual(@new[i].Select(c => c?.Value)));
            if (at < 0)
            {
                changes.Add($"Added  {i} " + Tell(names, c => ("null", Told(@new[i][c]))));
            }
            else
            {
                left.RemoveAt(at);
            }
        }

        changes.AddRange(left.Select(l => $"Removed {l.Number}  " + Tell(names, c => (Told(l.Row[c]), "null"))));
        return changes;
    }

    public static string Show(RowChange change) =>
        $"{change.Kind} {change.OldRow} {change.NewRow} " + string.Join(";", change.Cells.Select(c => $"{c.Column}:{CellChange.Show(c.Old)}>{CellChange.Show(c.New)}"));

    private static string Told(NaiveCell? cell) => cell?.Told ?? "null";

    private static string Tell(string[] names, Func<int, (string Old, string New)> cell) => string.Join(";", names.Select((n, c) => $"{n}:{cell(c).Old}>{cell(c).New}"));
}
