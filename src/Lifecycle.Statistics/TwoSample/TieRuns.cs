namespace Lifecycle.Statistics;

/// <summary>Where runs of equal pooled values end.</summary>
internal static class TieRuns
{
    /// <summary>For each pooled rank whether the next pooled value differs.</summary>
    public static bool[] Ends(SortedSample first, SortedSample second)
    {
        ReadOnlySpan<double> a = first.Values, b = second.Values;
        bool[] ends = new bool[a.Length + b.Length];
        int i = 0, j = 0;
        while (i < a.Length || j < b.Length)
        {
            double value = Math.Min(i < a.Length ? a[i] : double.PositiveInfinity, j < b.Length ? b[j] : double.PositiveInfinity);
            for (; i < a.Length && a[i] == value; i++)
            {
            }

            for (; j < b.Length && b[j] == value; j++)
            {
            }

            ends[i + j - 1] = true;
        }

        return ends;
    }
}
