namespace Lifecycle.Data;

/// <summary>What differs between the columns of two versions of a table.</summary>
/// <param name="Added">Columns that only the younger one has.</param>
/// <param name="Removed">Columns that only the older one has.</param>
/// <param name="TypeChanged">Columns of both whose type, or whether they have nulls, differs.</param>
/// <param name="Moved">Columns of both that stand in another order among those of both.</param>
public sealed record SchemaDiff(
    IReadOnlyList<TableColumn> Added,
    IReadOnlyList<TableColumn> Removed,
    IReadOnlyList<(TableColumn Old, TableColumn New)> TypeChanged,
    IReadOnlyList<string> Moved)
{
    /// <summary>Whether the columns are the same, in the same order.</summary>
    public bool IsEmpty => Added.Count + Removed.Count + TypeChanged.Count + Moved.Count == 0;

    /// <summary>Compares two schemas.</summary>
    /// <param name="old">The older one.</param>
    /// <param name="new">The younger one.</param>
    public static SchemaDiff Between(TableSchema old, TableSchema @new)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(@new);
        string[] before = [.. old.Select(c => c.Name).Where(n => @new.IndexOf(n) >= 0)];
        string[] after = [.. @new.Select(c => c.Name).Where(n => old.IndexOf(n) >= 0)];
        HashSet<string> stay = Longest([.. after.Select(n => Array.IndexOf(before, n))], before);
        return new SchemaDiff(
            [.. @new.Where(c => old.IndexOf(c.Name) < 0)],
            [.. old.Where(c => @new.IndexOf(c.Name) < 0)],
            [.. after.Select(n => (Old: old[n], New: @new[n])).Where(p => p.Old.Type != p.New.Type || p.Old.Nullable != p.New.Nullable)],
            [.. after.Where(n => !stay.Contains(n))]);
    }

    // The longest run of columns that kept their order; the fewest others have moved (patience sorting).
    private static HashSet<string> Longest(int[] places, string[] names)
    {
        List<int> tails = [];
        int[] previous = new int[places.Length];
        for (int i = 0; i < places.Length; i++)
        {
            int at = 0;
            while (at < tails.Count && places[tails[at]] < places[i])
            {
                at++;
            }

            previous[i] = at == 0 ? -1 : tails[at - 1];
            if (at == tails.Count)
            {
                tails.Add(i);
            }
            else
            {
                tails[at] = i;
            }
        }

        HashSet<string> kept = new(StringComparer.Ordinal);
        for (int i = tails.Count == 0 ? -1 : tails[^1]; i >= 0; i = previous[i])
        {
            kept.Add(names[places[i]]);
        }

        return kept;
    }
}
