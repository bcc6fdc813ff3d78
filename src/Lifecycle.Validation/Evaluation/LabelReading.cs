using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>Which label is the positive one: true; 1 of 0 and 1; 1 of -1 and 1; otherwise the user says it (Fairlearn's rule).</summary>
internal static class LabelReading
{
    private const int MostListed = 20;

    public static bool[] Read(ReadOnlySpan<int> labels, int? positive)
    {
        string?[] texts = new string?[labels.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = labels[i].ToString(CultureInfo.InvariantCulture);
        }

        return Read(texts, positive?.ToString(CultureInfo.InvariantCulture));
    }

    public static bool[] Read(BatchColumn column, string? positive)
    {
        if (column is BatchColumn<bool> flags && positive is null)
        {
            return flags.Values.ToArray();
        }

        string?[] texts = new string?[column.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = column.Text(i);
        }

        return Read(texts, positive);
    }

    public static bool[] Read(ReadOnlySpan<string?> labels, string? positive)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        bool isThere = false;
        foreach (string? label in labels)
        {
            isThere |= label is not null && label == positive;
            if (label is not null && found.Count <= MostListed)
            {
                found.Add(label);
            }
        }

        if (positive is not null && found.Count > 1 && !isThere)
        {
            throw new ArgumentException($"The positive label '{positive}' is not among the labels {List(found)}.", nameof(positive));
        }

        positive = Positive(found, positive);
        bool[] read = new bool[labels.Length];
        for (int i = 0; i < read.Length; i++)
        {
            read[i] = labels[i] == positive;
        }

        return read;
    }

    /// <summary>The positive one of the labels found.</summary>
    public static string Positive(IReadOnlyCollection<string> found, string? positive)
    {
        if (positive is null && found.Count > 2)
        {
            throw new ArgumentException(
                $"The labels have more than two values ({List(found)}). Say which one is positive, for example positive: '{found.Last()}', "
                + "or make a set of classes: EvaluationSet.Of(labels, predictions).");
        }

        return positive ?? (found.All(f => f is "0" or "1") || found.All(f => f is "-1" or "1") ? "1" : throw new ArgumentException(
            $"The labels are {List(found)}. Say which one is positive, for example positive: '{found.Last()}'."));
    }

    /// <summary>The values found, at most 20 of them.</summary>
    public static string List(IReadOnlyCollection<string> found) =>
        string.Join(", ", found.Take(MostListed).Select(f => $"'{f}'")) + (found.Count > MostListed ? ", ..." : "");
}
