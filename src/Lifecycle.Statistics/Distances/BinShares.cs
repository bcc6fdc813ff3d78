namespace Lifecycle.Statistics;

/// <summary>Checks of paired bin counts.</summary>
internal static class BinShares
{
    /// <summary>Totals of both rows.</summary>
    public static (long First, long Second) Require(ReadOnlySpan<long> first, ReadOnlySpan<long> second)
    {
        if (first.Length != second.Length)
        {
            throw new ArgumentException($"{first.Length} bins cannot be compared with {second.Length}.");
        }

        return (Total(first), Total(second));
    }

    private static long Total(ReadOnlySpan<long> counts)
    {
        long total = 0;
        foreach (long count in counts)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count);
            total += count;
        }

        return total > 0 ? total : throw new ArgumentException("All counts are 0: there is nothing to compare.");
    }
}
