namespace Lifecycle.Validation;

/// <summary>
/// What a model said about rows whose truth is known: labels, decisions, usually scores, attributes that name groups, and the features
/// the model saw. Immutable: every verb returns a new set. Rows stand in the same order in every column.
/// </summary>
public sealed partial class EvaluationSet
{
    private readonly bool[] _labels;
    private bool[]? _unlabelled;
    private double[]? _scores;
    private bool[] _predictions;
    private double[]? _weights;
    private IReadOnlyList<GroupColumn> _attributes = [];
    private IReadOnlyList<FeatureColumn> _features = [];

    private EvaluationSet(bool[] labels, double[]? scores, bool[] predictions, double? threshold)
    {
        _labels = labels;
        _scores = scores;
        _predictions = predictions;
        Threshold = threshold;
    }

    /// <summary>Number of rows.</summary>
    public int Count => _labels.Length;

    /// <summary>What is true, one a row; what stands in a row without a label is not to be read.</summary>
    /// <exception cref="EvaluationKindException">The labels are numbers or classes.</exception>
    public ReadOnlySpan<bool> Labels => Kind == EvaluationKind.Binary ? _labels : throw new EvaluationKindException(Kind, "true or false");

    /// <summary>What was decided, one a row.</summary>
    /// <exception cref="EvaluationKindException">The labels are numbers or classes.</exception>
    public ReadOnlySpan<bool> Predictions => Kind == EvaluationKind.Binary ? _predictions : throw new EvaluationKindException(Kind, "a yes or no");

    /// <summary>The scores, one a row; empty when only decisions are known.</summary>
    public ReadOnlySpan<double> Scores => _scores;

    /// <summary>Whether scores are known.</summary>
    public bool HasScores => _scores is not null;

    /// <summary>From which score on the decision is positive; null when decisions were given.</summary>
    public double? Threshold { get; private set; }

    /// <summary>How much each row counts; empty when all count 1.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>Whether rows count differently.</summary>
    public bool IsWeighted => _weights is not null;

    /// <summary>The attributes, in the order they were added.</summary>
    public IReadOnlyList<GroupColumn> Attributes => _attributes;

    /// <summary>The features, in the order they were added.</summary>
    public IReadOnlyList<FeatureColumn> Features => _features;

    /// <summary>What a positive label means in a sentence, for example <c>denied</c>; see <see cref="Meaning"/>.</summary>
    public string Outcome { get; private set; } = "positive";

    /// <summary>Rows whose label is missing. A set with such rows is not evaluated: see <see cref="DropUnlabelled"/>.</summary>
    public int UnlabelledCount => _unlabelled is null ? 0 : _unlabelled.AsSpan().Count(true);

    /// <summary>Rows that <see cref="DropUnlabelled"/> took out.</summary>
    public int DroppedCount { get; private set; }

    /// <summary>Scores that <see cref="WithScores(ReadOnlySpan{double}, double?, bool)"/> moved into [0, 1].</summary>
    public int ClippedCount { get; private set; }

    /// <summary>The attribute of this name.</summary>
    /// <exception cref="UnknownColumnException">There is none; the message lists those there are.</exception>
    public GroupColumn AttributeNamed(string name) =>
        _attributes.FirstOrDefault(a => a.Name == name) ?? throw new UnknownColumnException(name, _attributes.Select(a => a.Name));

    /// <summary>The features as one batch.</summary>
    /// <exception cref="InvalidOperationException">There is no feature.</exception>
    public ColumnBatch FeatureBatch() => _features.Count > 0
        ? new ColumnBatch(_features.Select(f => f.Column))
        : throw new InvalidOperationException("The set has no features; add them with .Feature(name, values).");

    /// <summary>These rows only, in this order, with everything that belongs to them.</summary>
    public EvaluationSet Rows(ReadOnlySpan<int> rows)
    {
        int[] taken = rows.ToArray();
        return new EvaluationSet(Take(_labels, taken), _scores is null ? null : Take(_scores, taken), Take(_predictions, taken), Threshold)
        {
            _unlabelled = _unlabelled is null ? null : Take(_unlabelled, taken),
            _numbers = _numbers is null ? null : Take(_numbers, taken),
            _estimates = _estimates is null ? null : Take(_estimates, taken),
            _classes = _classes?.Take(taken),
            _weights = _weights is null ? null : Take(_weights, taken),
            _attributes = [.. _attributes.Select(a => a.Take(taken))],
            _features = [.. _features.Select(f => f.Take(taken, new ColumnBatch([f.Column])))],
            _relations = _relations,
            Outcome = Outcome,
            DroppedCount = DroppedCount,
            ThresholdChosenOn = ThresholdChosenOn,
            _takenFrom = this,
            _rowNumbers = _rowNumbers is null ? taken : Take(_rowNumbers, taken),
            ClippedCount = ClippedCount,
        };
    }

    internal void EnsureLabelled()
    {
        if (UnlabelledCount > 0)
        {
            throw new InvalidOperationException(
                FormattableString.Invariant($"{UnlabelledCount:N0} of {Count:N0} rows have no label, the first is row {_unlabelled.AsSpan().IndexOf(true)}. ")
                + "Add labels or take these rows out with .DropUnlabelled().");
        }
    }

    private static T[] Take<T>(T[] values, int[] rows)
    {
        T[] taken = new T[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            taken[i] = values[rows[i]];
        }

        return taken;
    }
}
