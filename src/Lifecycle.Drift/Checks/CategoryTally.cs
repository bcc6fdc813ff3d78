using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>New values of a column of labels, counted on the reference's labels.</summary>
internal sealed class CategoryTally(CategoryColumn reference)
{
    public const int MostUnseen = 64;

    private double? _distinct;

    public long[] Labels { get; } = new long[reference.Labels.Count];

    /// <summary>Values whose label the reference does not name.</summary>
    public long Unseen { get; set; }

    public long Missing { get; set; }

    public long Unreadable { get; set; }

    /// <summary>The first 64 labels that the reference does not name.</summary>
    public Dictionary<string, long> UnseenLabels { get; } = new(StringComparer.Ordinal);

    public long Count => Labels.Sum() + Unseen;

    /// <summary>How many distinct labels; null where more unseen ones came than are kept.</summary>
    public double? Distinct => _distinct ?? (UnseenLabels.Count < MostUnseen ? Labels.Count(c => c > 0) + UnseenLabels.Count : null);

    public static CategoryTally Of(CategoryColumn reference, ReadOnlySpan<string?> values)
    {
        CategoryTally tally = new(reference);
        for (int i = 0; i < values.Length; i++)
        {
            Interruption.LookAt(i);
            string? value = values[i];
            if (value is null)
            {
                tally.Missing++;
            }
            else if (reference.IndexOf(value) is >= 0 and int index)
            {
                tally.Labels[index]++;
            }
            else
            {
                tally.AddUnseen(reference.NameOfUnseen(value), 1);
            }
        }

        return tally;
    }

    /// <summary>The counts of a profile; labels are the same where their hashes are.</summary>
    public static CategoryTally Of(CategoryColumn reference, CategoryColumn current)
    {
        CategoryTally tally = new(reference) { Missing = current.Missing, _distinct = current.Distinct };
        foreach (CategoryLabel label in current.Labels)
        {
            if (reference.IndexOf(label.Hash) is >= 0 and int index)
            {
                tally.Labels[index] += label.Count;
            }
            else
            {
                tally.AddUnseen(label.ToString(), label.Count);
            }
        }

        tally.Unseen += current.OtherCount;
        return tally;
    }

    public void AddUnseen(string label, long count)
    {
        Unseen += count;
        if (UnseenLabels.Count < MostUnseen || UnseenLabels.ContainsKey(label))
        {
            UnseenLabels[label] = UnseenLabels.GetValueOrDefault(label) + count;
        }
    }
}
