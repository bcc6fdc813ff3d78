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

    /// <summary>Ten coarse bins, or one class a value.</summary>
    public static CountTable Of(NumericColumn reference, NumericTally current)
    {
        if (!reference.HasBinPerValue)
        {
            return WithoutEmpty(reference.Grid.ToCoarse(reference.Counts), reference.Grid.ToCoarse(current.Bins));
        }

        int values = reference.Edges.Length;
        long[] then = new long[values], now = new long[values];
        (long otherThen, long otherNow) = (0, 0);
        for (int bin = 0; bin < current.Bins.Length; bin++)
        {
            if ((bin & 1) == 1)
            {
                (then[bin / 2], now[bin / 2]) = (reference.Counts[bin], current.Bins[bin]);
            }
            else
            {
                (otherThen, otherNow) = (otherThen + reference.Counts[bin], otherNow + current.Bins[bin]);
            }
        }

        return Pooled(then, now, otherThen, otherNow, seenFrom: 1);
    }

    /// <summary>One class a label. Labels that only the new values have are classes like the others where all of them are known by name.</summary>
    public static CountTable Of(CategoryColumn reference, CategoryTally current)
    {
        IEnumerable<long> then = reference.Labels.Select(l => l.Count), now = current.Labels;
        if (reference.OtherCount > 0)
        {
            return Pooled([.. then], [.. now], reference.OtherCount, current.Unseen, seenFrom: reference.Labels.Min(l => l.Count));
        }

        long[] unseen = [.. current.UnseenLabels.Values];
        return unseen.Sum() == current.Unseen
            ? Pooled([.. then, .. new long[unseen.Length]], [.. now, .. unseen], 0, 0, seenFrom: 0)
            : Pooled([.. then], [.. now], 0, current.Unseen, seenFrom: 1);
    }

    /// <summary>
    /// Classes with few values in both samples together become one class with all that has no name. Only the sum of both samples may decide,
    /// or the classes would favour a side: a class that has a name because the reference shows it often enough stands alone only when a reference of
    /// the same law would hardly ever have shown it less often.
    /// </summary>
    /// <param name="reference">Counts of the classes that have a name.</param>
    /// <param name="current">The same of the new values.</param>
    /// <param name="otherReference">Values of the reference without a name.</param>
    /// <param name="otherCurrent">New values without a name.</param>
    /// <param name="seenFrom">Values of the reference from which on a class has a name; 0 when all classes have one.</param>
    private static CountTable Pooled(long[] reference, long[] current, long otherReference, long otherCurrent, long seenFrom)
    {
        double n = reference.Sum() + otherReference, m = current.Sum() + otherCurrent, share = Math.Min(n, m) / (n + m);
        double least = Math.Max(LeastExpected / share, LeastNamed(n, m, seenFrom));
        List<long> then = [], now = [];
        (long rareThen, long rareNow) = (otherReference, otherCurrent);
        for (int i = 0; i < reference.Length; i++)
        {
            if (reference[i] + current[i] < least)
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

    /// <summary>The least sum of both samples at which the reference's part, binomial with share n/N, is at least a number in 99 of 100 cases.</summary>
    private static double LeastNamed(double n, double m, long seenFrom)
    {
        const double unnamed = 0.01, deviations = 2.326;
        double p = n / (n + m), q = m / (n + m);
        if (seenFrom <= 1)
        {
            return seenFrom * Math.Log(unnamed) / Math.Log(q);
        }

        double root = (deviations * Math.Sqrt(p * q) + Math.Sqrt(deviations * deviations * p * q + 4 * p * seenFrom)) / (2 * p);
        return root * root;
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
