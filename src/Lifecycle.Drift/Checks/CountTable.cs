namespace Lifecycle.Drift;

/// <summary>Counts of the reference and of the new values over the same few classes.</summary>
internal sealed class CountTable
{
    public const string Rare = "(rare)";
    public const string Other = "(other)";

    private const double LeastExpected = 1;

    private CountTable(long[] reference, long[] current, bool hasThinPool = false)
    {
        Reference = reference;
        Current = current;
        ReferenceTotal = reference.Sum();
        CurrentTotal = current.Sum();
        HasThinPool = hasThinPool;
    }

    public long[] Reference { get; }

    public long[] Current { get; }

    public long ReferenceTotal { get; }

    public long CurrentTotal { get; }

    public int Classes => Reference.Length;

    /// <summary>Whether the last class is a pool of rare ones and the smaller sample expects fewer than one value even there.</summary>
    public bool HasThinPool { get; }

    /// <summary>The table without one of its classes.</summary>
    public CountTable Without(int of) => new([.. Reference.Where((_, i) => i != of)], [.. Current.Where((_, i) => i != of)]);

    /// <summary>Ten coarse bins, or one class a value and one for all values that the reference does not have.</summary>
    public static CountTable Of(NumericColumn reference, NumericTally current)
    {
        if (!reference.HasBinPerValue)
        {
            return WithoutEmpty(reference.Grid.ToCoarse(reference.Counts), reference.Grid.ToCoarse(current.Bins));
        }

        int values = reference.Edges.Length;
        long[] then = new long[values + 1], now = new long[values + 1];
        for (int bin = 0; bin < current.Bins.Length; bin++)
        {
            int at = (bin & 1) == 1 ? bin / 2 : values;
            then[at] += reference.Counts[bin];
            now[at] += current.Bins[bin];
        }

        return Pooled(then, now);
    }

    /// <summary>One class a label and one for all labels that the reference does not name.</summary>
    public static CountTable Of(CategoryColumn reference, CategoryTally current) => Pooled(
        [.. reference.Labels.Select(l => l.Count), reference.OtherCount], [.. current.Labels, current.Unseen]);

    /// <summary>Classes in which the smaller sample expects fewer than one value become one class.</summary>
    private static CountTable Pooled(long[] reference, long[] current)
    {
        double n = reference.Sum(), m = current.Sum(), share = Math.Min(n, m) / (n + m);
        List<long> then = [], now = [];
        long rareThen = 0, rareNow = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            if ((reference[i] + current[i]) * share < LeastExpected)
            {
                rareThen += reference[i];
                rareNow += current[i];
            }
            else
            {
                then.Add(reference[i]);
                now.Add(current[i]);
            }
        }

        bool hasPool = rareThen + rareNow > 0;
        if (hasPool)
        {
            then.Add(rareThen);
            now.Add(rareNow);
        }

        return new CountTable([.. then], [.. now], hasPool && (rareThen + rareNow) * share < LeastExpected);
    }

    private static CountTable WithoutEmpty(long[] reference, long[] current)
    {
        for (int i = 0; i < reference.Length; i++)
        {
            if (reference[i] + current[i] == 0)
            {
                int[] kept = [.. Enumerable.Range(0, reference.Length).Where(i => reference[i] + current[i] > 0)];
                return new CountTable([.. kept.Select(i => reference[i])], [.. kept.Select(i => current[i])]);
            }
        }

        return new CountTable(reference, current);
    }
}
