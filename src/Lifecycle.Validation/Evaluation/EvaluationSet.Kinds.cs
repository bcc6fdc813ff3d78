using System.Globalization;

namespace Lifecycle.Validation;

public sealed partial class EvaluationSet
{
    private double[]? _numbers;
    private double[]? _estimates;
    private ClassColumns? _classes;

    /// <summary>What the labels are.</summary>
    public EvaluationKind Kind => _numbers is not null ? EvaluationKind.Regression : _classes is not null ? EvaluationKind.Multiclass : EvaluationKind.Binary;

    /// <summary>Labels of a regression, one a row.</summary>
    /// <exception cref="EvaluationKindException">The labels are not numbers.</exception>
    public ReadOnlySpan<double> NumberLabels => _numbers ?? throw new EvaluationKindException(Kind, "a number");

    /// <summary>Predictions of a regression, one a row.</summary>
    /// <exception cref="EvaluationKindException">The labels are not numbers.</exception>
    public ReadOnlySpan<double> NumberPredictions => _estimates ?? throw new EvaluationKindException(Kind, "a predicted number");

    /// <summary>The classes, whole numbers in their order and texts in ordinal order; empty unless the labels are classes.</summary>
    public IReadOnlyList<string> Classes => _classes?.Names ?? [];

    /// <summary>The true class of each row, as a position in <see cref="Classes"/>.</summary>
    /// <exception cref="EvaluationKindException">The labels are not classes.</exception>
    public ReadOnlySpan<int> ClassLabels => ClassColumns.Labels;

    /// <summary>The predicted class of each row, as a position in <see cref="Classes"/>.</summary>
    /// <exception cref="EvaluationKindException">The labels are not classes.</exception>
    public ReadOnlySpan<int> ClassPredictions => ClassColumns.Predictions;

    /// <summary>Classes that no row has and none was decided for; means over classes leave them out.</summary>
    public IReadOnlyList<string> AbsentClasses
    {
        get
        {
            if (_classes is null)
            {
                return [];
            }

            bool[] found = new bool[_classes.Names.Length];
            for (int i = 0; i < Count; i++)
            {
                if (_weights is null || _weights[i] > 0)
                {
                    found[_classes.Labels[i]] = found[_classes.Predictions[i]] = true;
                }
            }

            return [.. _classes.Names.Where((_, c) => !found[c])];
        }
    }

    /// <summary>
    /// Truth and decision of every kind of set, so that counting is the same for all: for classes truth is always true and the decision is
    /// whether it was right, for numbers both are false.
    /// </summary>
    internal ReadOnlySpan<bool> TruthFlags => _labels;

    internal ReadOnlySpan<bool> DecisionFlags => _predictions;

    internal ClassColumns ClassColumns => _classes ?? throw new EvaluationKindException(Kind, "a class");

    /// <summary>A regression: labels and predictions are numbers.</summary>
    /// <param name="labels">What is true; NaN is a missing label, see <see cref="DropUnlabelled"/>.</param>
    /// <param name="predictions">What was predicted; finite.</param>
    /// <exception cref="ArgumentException">
    /// No row, lengths that differ, an infinite label or a prediction that is not finite; the message gives the first row.
    /// </exception>
    public static EvaluationSet Of(ReadOnlySpan<double> labels, ReadOnlySpan<double> predictions)
    {
        RequireRows(labels.Length, predictions.Length, "predictions");
        RequireFinite(predictions, "predictions");
        bool[] missing = new bool[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            missing[i] = double.IsNaN(labels[i]);
            if (double.IsInfinity(labels[i]))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"The label of row {i} is {labels[i]}; labels must be finite, or NaN where they are missing."), nameof(labels));
            }
        }

        EvaluationSet set = new(new bool[labels.Length], null, new bool[labels.Length], null)
        {
            _numbers = labels.ToArray(),
            _estimates = predictions.ToArray(),
        };
        return set.WithUnlabelled(missing);
    }

    /// <summary>A regression in single precision.</summary>
    /// <inheritdoc cref="Of(ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static EvaluationSet Of(ReadOnlySpan<float> labels, ReadOnlySpan<float> predictions) => Of(Widen(labels), Widen(predictions));

    /// <summary>
    /// True and predicted classes. Two different values of which one is known to be positive give a binary set of decisions, more a
    /// multiclass one.
    /// </summary>
    /// <param name="labels">The true class; null is a missing label, see <see cref="DropUnlabelled"/>.</param>
    /// <param name="predictions">The predicted class; never null.</param>
    /// <param name="positive">The positive class: makes the set binary, this class against all others.</param>
    /// <param name="classes">All classes there are, also those that no row has; null takes those found.</param>
    /// <exception cref="ArgumentException">No row, lengths that differ, a missing prediction, or two classes of which nobody said which is positive.</exception>
    public static EvaluationSet Of(
        ReadOnlySpan<string?> labels, ReadOnlySpan<string?> predictions, string? positive = null, IEnumerable<string>? classes = null)
    {
        RequireRows(labels.Length, predictions.Length, "predictions");
        ClassColumns columns = ClassColumns.Of(labels, predictions, classes);
        bool[] missing = new bool[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            missing[i] = labels[i] is null;
        }

        if (positive is null && columns.Names.Length <= 2)
        {
            positive = LabelReading.Positive(columns.Names, null);
        }

        if (positive is not null && !columns.Names.Contains(positive))
        {
            // One value only: nothing is positive, which is no mistake; among several it is.
            columns = columns.Names.Length < 2
                ? ClassColumns.Of(labels, predictions, [positive])
                : throw new ArgumentException($"The positive label '{positive}' is not among the labels and predictions {LabelReading.List(columns.Names)}.", nameof(positive));
        }

        EvaluationSet set = new(new bool[labels.Length], null, new bool[labels.Length], null) { _classes = columns };
        Array.Fill(set._labels, true);
        for (int i = 0; i < labels.Length; i++)
        {
            set._predictions[i] = columns.Labels[i] == columns.Predictions[i];
        }

        return (positive is null ? set : set.OneVersusRest(positive)).WithUnlabelled(missing);
    }

    /// <summary>True and predicted classes as whole numbers.</summary>
    /// <inheritdoc cref="Of(ReadOnlySpan{string}, ReadOnlySpan{string}, string?, IEnumerable{string}?)"/>
    public static EvaluationSet Of(ReadOnlySpan<int> labels, ReadOnlySpan<int> predictions, int? positive = null, IEnumerable<int>? classes = null) =>
        Of(Texts(labels), Texts(predictions), positive?.ToString(CultureInfo.InvariantCulture), classes?.Select(c => c.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A regression from columns.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="labels">Name of the label column, numbers; null and NaN are missing labels.</param>
    /// <param name="predictions">Name of the column of predictions, numbers.</param>
    /// <exception cref="UnknownColumnException">A column is not there.</exception>
    public static EvaluationSet FromNumbers(ColumnBatch batch, string labels, string predictions)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Of(batch[labels].ToDoubles(), batch[predictions].ToDoubles());
    }

    /// <summary>A regression from records.</summary>
    /// <param name="records">One a row.</param>
    /// <param name="label">What is true; null is a missing label.</param>
    /// <param name="prediction">What was predicted; finite.</param>
    public static EvaluationSet FromNumbers<T>(IEnumerable<T> records, Func<T, double?> label, Func<T, double> prediction)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(prediction);
        T[] rows = [.. records];
        return Of(Array.ConvertAll(rows, r => label(r) ?? double.NaN), Array.ConvertAll(rows, r => prediction(r)));
    }

    /// <summary>True and predicted classes from records.</summary>
    /// <param name="records">One a row.</param>
    /// <param name="label">The true class; null is a missing label.</param>
    /// <param name="prediction">The predicted class; never null.</param>
    /// <param name="positive">The positive class: makes the set binary, this class against all others.</param>
    public static EvaluationSet FromClasses<T>(IEnumerable<T> records, Func<T, string?> label, Func<T, string?> prediction, string? positive = null)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(prediction);
        T[] rows = [.. records];
        return Of(Array.ConvertAll(rows, r => label(r)), Array.ConvertAll(rows, r => prediction(r)), positive);
    }

    /// <summary>True and predicted classes from columns.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="labels">Name of the label column: text, whole numbers or Boolean; null is a missing label.</param>
    /// <param name="predictions">Name of the column of predicted classes.</param>
    /// <param name="positive">The positive class: makes the set binary, this class against all others.</param>
    /// <exception cref="UnknownColumnException">A column is not there.</exception>
    public static EvaluationSet FromClasses(ColumnBatch batch, string labels, string predictions, string? positive = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        BatchColumn truth = batch[labels], decided = batch[predictions];
        return Of(
            (string?[])[.. Enumerable.Range(0, truth.Count).Select(truth.Text)],
            (string?[])[.. Enumerable.Range(0, decided.Count).Select(decided.Text)],
            positive);
    }

    /// <summary>One class against all others, as a binary set of decisions with the same attributes, features and weights.</summary>
    /// <param name="name">Name of the class.</param>
    /// <exception cref="EvaluationKindException">The labels are not classes.</exception>
    /// <exception cref="ArgumentException">There is no such class; the message lists those there are.</exception>
    public EvaluationSet OneVersusRest(string name)
    {
        ClassColumns columns = ClassColumns;
        int position = Array.IndexOf(columns.Names, name);
        if (position < 0)
        {
            string known = string.Join(", ", columns.Names.Take(20)) + (columns.Names.Length > 20 ? ", ..." : "");
            throw new ArgumentException($"There is no class '{name}'. The classes are: {known}.", nameof(name));
        }

        bool[] labels = Array.ConvertAll(columns.Labels, c => c == position), predictions = Array.ConvertAll(columns.Predictions, c => c == position);
        return new EvaluationSet(labels, null, predictions, null)
        {
            _unlabelled = _unlabelled,
            _weights = _weights,
            _attributes = _attributes,
            _features = _features,
            Outcome = name,
            DroppedCount = DroppedCount,
            _relations = _relations,
            _takenFrom = _takenFrom,
            _rowNumbers = _rowNumbers,
        };
    }

    private static string?[] Texts(ReadOnlySpan<int> values)
    {
        string?[] texts = new string?[values.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = values[i].ToString(CultureInfo.InvariantCulture);
        }

        return texts;
    }

    private static double[] Widen(ReadOnlySpan<float> values)
    {
        double[] wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return wide;
    }
}
