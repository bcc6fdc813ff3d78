using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>True and predicted classes as positions in a list of names: whole numbers in their order, texts in ordinal order.</summary>
internal sealed record ClassColumns(string[] Names, int[] Labels, int[] Predictions)
{
    public static ClassColumns Of(ReadOnlySpan<string?> labels, ReadOnlySpan<string?> predictions, IEnumerable<string>? declared)
    {
        HashSet<string> found = new(declared ?? [], StringComparer.Ordinal);
        int missing = 0, first = -1;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] is { } label)
            {
                found.Add(label);
            }

            if (predictions[i] is { } prediction)
            {
                found.Add(prediction);
            }
            else
            {
                missing++;
                first = first < 0 ? i : first;
            }
        }

        if (missing > 0)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{missing:N0} of {predictions.Length:N0} predictions are missing, the first in row {first}."), nameof(predictions));
        }

        if (found.Count > GroupEncoder.MaximumGroups)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"The labels have {found.Count:N0} different classes; at most {GroupEncoder.MaximumGroups:N0} are allowed. Are they numbers? Give them as doubles."));
        }

        string[] names = Order(found);
        Dictionary<string, int> positions = names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i, StringComparer.Ordinal);
        int[] truths = new int[labels.Length], decisions = new int[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            truths[i] = labels[i] is { } label ? positions[label] : 0;
            decisions[i] = positions[predictions[i]!];
        }

        return new ClassColumns(names, truths, decisions);
    }

    public ClassColumns Take(int[] rows) => new(Names, Array.ConvertAll(rows, r => Labels[r]), Array.ConvertAll(rows, r => Predictions[r]));

    private static string[] Order(HashSet<string> names) =>
        names.All(n => long.TryParse(n, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        ? [.. names.OrderBy(n => long.Parse(n, CultureInfo.InvariantCulture)).ThenBy(n => n, StringComparer.Ordinal)]
        : [.. names.Order(StringComparer.Ordinal)];
}
