namespace Lifecycle.Storage.Local;

/// <summary>
/// The order in which packs that hold recipes go, so that a process killed between two of them leaves no recipe whose parts are gone: a pack goes before
/// those that hold parts of its recipes. Where packs need each other in a circle, the newest goes first, as recipes are written behind their parts.
/// </summary>
internal static class SweepOrder
{
    public static IReadOnlyList<DoomedPack> Of(IEnumerable<DoomedPack> packs, RecipeParts parts)
    {
        DoomedPack[] left = [.. packs.Where(p => p.HoldsRecipe).OrderByDescending(p => p.Pack.Name, StringComparer.Ordinal)];
        if (left.Length < 2)
        {
            return left;
        }

        HashSet<Digest>[] needs = [.. left.Select(p => NeededBy(p, parts))];
        bool[] isGone = new bool[left.Length];
        List<DoomedPack> order = [];
        while (order.Count < left.Length)
        {
            int next = Array.FindIndex(left, p => !isGone[Array.IndexOf(left, p)] && IsFree(p));
            next = next >= 0 ? next : Array.FindIndex(isGone, gone => !gone);
            isGone[next] = true;
            order.Add(left[next]);
        }

        return order;

        bool IsFree(DoomedPack pack)
        {
            for (int other = 0; other < left.Length; other++)
            {
                if (!isGone[other] && left[other] != pack && pack.Dead.Any(e => needs[other].Contains(e.Id)))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private static HashSet<Digest> NeededBy(DoomedPack pack, RecipeParts parts)
    {
        HashSet<Digest> needed = [];
        foreach (PackEntry entry in pack.Dead.Where(e => e.Kind == PackEntryKind.Recipe))
        {
            parts.Visit(new PackSpot(pack.Pack, entry), part => needed.Add(part.Id));
        }

        return needed;
    }
}
