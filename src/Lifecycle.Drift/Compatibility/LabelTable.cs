using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Counts of both sides over the labels or values that occur in either.</summary>
internal sealed class LabelTable
{
    private LabelTable(long[] reference, long[] current, bool isLedByFirst)
    {
        IsLedByFirst = isLedByFirst;
        Reference = reference;
        Current = current;
        ReferenceTotal = reference.Sum();
        CurrentTotal = current.Sum();
    }

    public long[] Reference { get; }

    public long[] Current { get; }

    public long ReferenceTotal { get; }

    public long CurrentTotal { get; }

    /// <summary>Labels that occur.</summary>
    public int Count => Reference.Length;

    /// <summary>Whether the label at place 0 is the first in order.</summary>
    public bool IsLedByFirst { get; }

    /// <summary>Drops labels that occur on neither side and puts the first in order at place 0.</summary>
    public static LabelTable Of(ColumnValues.Labels labels)
    {
        long[] reference = labels.Reference, current = labels.Current;
        int[] kept = [.. Enumerable.Range(0, reference.Length).Where(i => reference[i] + current[i] > 0).OrderBy(i => i == labels.First ? 0 : 1)];
        return new LabelTable([.. kept.Select(i => reference[i])], [.. kept.Select(i => current[i])], labels.First >= 0);
    }

    /// <summary>Counts of the distinct values of two samples in ascending order; null when there are more than so many.</summary>
    public static LabelTable? Of(SortedSample reference, SortedSample current, int most)
    {
        List<long> then = [], now = [];
        for (int i = 0, j = 0; i < reference.Count || j < current.Count;)
        {
            Interruption.LookAt(then.Count);
            double value = i == reference.Count ? current[j] : j == current.Count ? reference[i] : Math.Min(reference[i], current[j]);
            int a = Run(reference, i, value), b = Run(current, j, value);
            then.Add(a);
            now.Add(b);
            (i, j) = (i + a, j + b);
            if (then.Count > most)
            {
                return null;
            }
        }

        return new LabelTable([.. then], [.. now], isLedByFirst: true);
    }

    private static int Run(SortedSample sample, int from, double value)
    {
        int at = from;
        while (at < sample.Count && sample[at] == value)
        {
            Interruption.LookAt(at++);
        }

        return at - from;
    }
}
