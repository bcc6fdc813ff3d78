namespace Lifecycle.Statistics;

/// <summary>Where runs of equal pooled values end.</summary>
internal static class TieRuns
{
    /// <summary>After how many pooled values each run of equal values ends, ascending; the last is n + m.</summary>
    public static int[] Ends<TKey>(ReadOnlySpan<TKey> a, ReadOnlySpan<TKey> b)
        where TKey : unmanaged, IEquatable<TKey>, IComparable<TKey>
    {
        List<int> ends = new(Math.Min(a.Length + b.Length, 4096));
        int i = 0, j = 0;
        while (i < a.Length || j < b.Length)
        {
            TKey value = j == b.Length || (i < a.Length && a[i].CompareTo(b[j]) <= 0) ? a[i] : b[j];
            for (; i < a.Length && a[i].Equals(value); i++)
            {
            }

            for (; j < b.Length && b[j].Equals(value); j++)
            {
            }

            ends.Add(i + j);
            Interruption.LookAt(ends.Count);
        }

        return [.. ends];
    }

    /// <summary>For each pooled rank whether the next pooled value differs.</summary>
    public static bool[] Looks(ReadOnlySpan<int> ends)
    {
        bool[] looks = new bool[ends[^1]];
        foreach (int end in ends)
        {
            looks[end - 1] = true;
        }

        return looks;
    }
}
