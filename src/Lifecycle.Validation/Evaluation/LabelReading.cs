using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>Which label is the positive one: true; 1 of 0 and 1; 1 of -1 and 1; otherwise the user says it (Fairlearn's rule).</summary>
internal static class LabelReading
{
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
        foreach (string? label in labels)
        {
            if (label is not null && found.Count <= 20)
            {
                found.Add(label);
            }
        }

        string list = string.Join(", ", found.Take(20).Select(f => $"'{f}'"));
        if (found.Count > 2)
        {
            throw new ArgumentException($"The labels have more than two values ({list}{(found.Count > 20 ? ", ..." : "")}); a binary metric needs two.", nameof(labels));
        }

        positive ??= found.SetEquals(["0", "1"]) || found.SetEquals(["-1", "1"]) || found.SetEquals(["1"]) || found.SetEquals(["0"]) ? "1" : null;
        if (positive is null)
        {
            throw new ArgumentException($"The labels are {list}. Say which one is positive, for example positive: {list.Split(", ")[^1]}.", nameof(positive));
        }

        if (found.Count == 2 && !found.Contains(positive))
        {
            throw new ArgumentException($"The positive label '{positive}' is not among the labels {list}.", nameof(positive));
        }

        bool[] read = new bool[labels.Length];
        for (int i = 0; i < read.Length; i++)
        {
            read[i] = labels[i] == positive;
        }

        return read;
    }
}
