namespace Lifecycle.Statistics;

/// <summary>Checked p-values in ascending order.</summary>
internal static class PValueOrder
{
    public static int[] Of(ReadOnlySpan<double> pValues)
    {
        foreach (double p in pValues)
        {
            Probability.ThrowIfOutside(p, nameof(pValues));
        }

        return RadixOrder.Ascending(pValues);
    }
}
