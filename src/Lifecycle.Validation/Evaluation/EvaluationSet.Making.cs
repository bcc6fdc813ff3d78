namespace Lifecycle.Validation;

public sealed partial class EvaluationSet
{
    /// <summary>A set of labels and scores.</summary>
    /// <param name="labels">What is true.</param>
    /// <param name="scores">Finite; higher means more likely positive. Probabilities where a metric asks for them.</param>
    /// <param name="threshold">The decision is positive when score ≥ threshold.</param>
    /// <exception cref="ArgumentException">No row, lengths that differ, or a score that is not finite; the message gives the first row.</exception>
    public static EvaluationSet Of(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, double threshold = 0.5)
    {
        RequireRows(labels.Length, scores.Length, "scores");
        if (!double.IsFinite(threshold))
        {
            throw new ArgumentException($"The threshold is {threshold}; it must be a finite number.", nameof(threshold));
        }

        RequireFinite(scores, "scores");
        return new EvaluationSet(labels.ToArray(), scores.ToArray(), Decide(scores, threshold), threshold);
    }

    /// <summary>A set of labels and scores in single precision.</summary>
    /// <inheritdoc cref="Of(ReadOnlySpan{bool}, ReadOnlySpan{double}, double)"/>
    public static EvaluationSet Of(ReadOnlySpan<bool> labels, ReadOnlySpan<float> scores, double threshold = 0.5) => Of(labels, Widen(scores), threshold);

    /// <summary>A set of labels and decisions; no score is known, so metrics of scores are not either.</summary>
    /// <exception cref="ArgumentException">No row, or lengths that differ.</exception>
    public static EvaluationSet Of(ReadOnlySpan<bool> labels, ReadOnlySpan<bool> predictions)
    {
        RequireRows(labels.Length, predictions.Length, "predictions");
        return new EvaluationSet(labels.ToArray(), null, predictions.ToArray(), null);
    }

    /// <summary>A set of whole-number labels and scores.</summary>
    /// <param name="labels">0 and 1, -1 and 1, or any values with <paramref name="positive"/>.</param>
    /// <param name="scores">Finite; higher means more likely positive.</param>
    /// <param name="threshold">The decision is positive when score ≥ threshold.</param>
    /// <param name="positive">Which label is the positive one; needed unless it is 1 beside 0 or -1.</param>
    /// <exception cref="ArgumentException">More than two labels, or nobody said which is positive; the message lists them.</exception>
    public static EvaluationSet Of(ReadOnlySpan<int> labels, ReadOnlySpan<double> scores, double threshold = 0.5, int? positive = null) =>
        Of(LabelReading.Read(labels, positive), scores, threshold);

    /// <summary>A set of text labels and scores.</summary>
    /// <param name="labels">Any classes; all but the positive one are negative. Null is a missing label, see <see cref="DropUnlabelled"/>.</param>
    /// <param name="scores">Finite; higher means more likely positive.</param>
    /// <param name="threshold">The decision is positive when score ≥ threshold.</param>
    /// <param name="positive">Which label is the positive one.</param>
    /// <exception cref="ArgumentException">The positive label is not among the labels; the message lists them.</exception>
    public static EvaluationSet Of(ReadOnlySpan<string?> labels, ReadOnlySpan<double> scores, string positive, double threshold = 0.5)
    {
        bool[] missing = new bool[labels.Length];
        for (int i = 0; i < missing.Length; i++)
        {
            missing[i] = labels[i] is null;
        }

        return Of(LabelReading.Read(labels, positive), scores, threshold).WithUnlabelled(missing);
    }

    /// <summary>A set from records.</summary>
    /// <param name="records">One a row.</param>
    /// <param name="label">What is true; null when nobody knows, which <see cref="DropUnlabelled"/> takes out.</param>
    /// <param name="score">The score; finite.</param>
    /// <param name="threshold">The decision is positive when score ≥ threshold.</param>
    public static EvaluationSet From<T>(IEnumerable<T> records, Func<T, bool?> label, Func<T, double> score, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(score);
        List<bool?> labels = [];
        List<double> scores = [];
        foreach (T record in records)
        {
            labels.Add(label(record));
            scores.Add(score(record));
        }

        EvaluationSet set = Of([.. labels.Select(l => l ?? false)], scores.ToArray(), threshold);
        return set.WithUnlabelled([.. labels.Select(l => l is null)]);
    }

    /// <summary>A set from columns.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="labels">Name of the label column: Boolean, whole numbers or text; a null label is a missing one.</param>
    /// <param name="scores">Name of the score column.</param>
    /// <param name="positive">The positive label as text; needed unless labels are Boolean, 0 and 1, or -1 and 1.</param>
    /// <param name="threshold">The decision is positive when score ≥ threshold.</param>
    /// <exception cref="UnknownColumnException">A column is not there.</exception>
    /// <exception cref="ArgumentException">Labels or scores cannot be read as such.</exception>
    public static EvaluationSet From(ColumnBatch batch, string labels, string scores, string? positive = null, double threshold = 0.5)
    {
        ArgumentNullException.ThrowIfNull(batch);
        BatchColumn column = batch[labels];
        EvaluationSet set = Of(LabelReading.Read(column, positive), batch[scores].ToDoubles(), threshold);
        return set.WithUnlabelled([.. Enumerable.Range(0, column.Count).Select(column.IsNull)]);
    }

    private EvaluationSet WithUnlabelled(bool[] unlabelled)
    {
        _unlabelled = unlabelled.AsSpan().Contains(true) ? unlabelled : null;
        return this;
    }

    private static void RequireRows(int labels, int others, string what)
    {
        if (labels != others)
        {
            throw new ArgumentException(FormattableString.Invariant($"The labels have {labels:N0} rows and the {what} have {others:N0}; they must be equal."), what);
        }

        if (labels == 0)
        {
            throw new ArgumentException("The set is empty; an evaluation needs at least one row.", what);
        }
    }

    private static void RequireFinite(ReadOnlySpan<double> values, string what)
    {
        int odd = 0, first = -1;
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                odd++;
                first = first < 0 ? i : first;
            }
        }

        if (odd > 0)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{odd:N0} of {values.Length:N0} {what} are missing or not finite, the first is {values[first]} in row {first}."), what);
        }
    }

    private static bool[] Decide(ReadOnlySpan<double> scores, double threshold)
    {
        bool[] predictions = new bool[scores.Length];
        for (int i = 0; i < predictions.Length; i++)
        {
            predictions[i] = scores[i] >= threshold;
        }

        return predictions;
    }
}
