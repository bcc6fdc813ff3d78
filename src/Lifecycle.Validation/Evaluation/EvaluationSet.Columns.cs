namespace Lifecycle.Validation;

public sealed partial class EvaluationSet
{
    /// <summary>Adds an attribute of text values; null and empty are the group <c>(missing)</c>.</summary>
    /// <param name="name">Name of the attribute, for example <c>race</c>.</param>
    /// <param name="values">One a row.</param>
    /// <exception cref="ArgumentException">The name is taken, the length differs, or there are more than 10,000 groups.</exception>
    public EvaluationSet Attribute(string name, IEnumerable<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return With(GroupEncoder.Encode(Free(name), values, Count));
    }

    /// <summary>Adds an attribute of numbers, cut into groups.</summary>
    /// <param name="name">Name of the attribute, for example <c>age</c>.</param>
    /// <param name="values">One a row; NaN is missing.</param>
    /// <param name="bins">Increasing cuts b₁ &lt; b₂ ...: the groups are (-inf,b₁), [b₁,b₂), ..., [bₖ,inf).</param>
    public EvaluationSet Attribute(string name, ReadOnlySpan<double> values, ReadOnlySpan<double> bins) =>
        With(GroupEncoder.Bin(Free(name), values, bins, Count));

    /// <summary>Adds an attribute from a column under the name of the column.</summary>
    /// <param name="column">Text, flags, dates, numbers with bins, or whole numbers with at most 20 different values.</param>
    /// <param name="bins">For numbers: where to cut.</param>
    public EvaluationSet Attribute(BatchColumn column, ReadOnlySpan<double> bins = default)
    {
        ArgumentNullException.ThrowIfNull(column);
        return With(GroupEncoder.Encode(Free(column.Name), column, bins, Count));
    }

    /// <summary>Adds a feature, so that the model can be tried on changed inputs.</summary>
    /// <param name="column">The values, under the name the predictor knows.</param>
    /// <param name="constrain">How the value may change, for example <c>f => f.Range(0, 2)</c>.</param>
    /// <exception cref="ArgumentException">The name is taken or the length differs.</exception>
    public EvaluationSet Feature(BatchColumn column, Func<FeatureColumn, FeatureColumn>? constrain = null)
    {
        ArgumentNullException.ThrowIfNull(column);
        if (column.Count != Count)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"The feature '{column.Name}' has {column.Count:N0} rows and the labels have {Count:N0}; they must be equal."));
        }

        if (_features.Any(f => f.Name == column.Name))
        {
            throw new ArgumentException($"There is a feature '{column.Name}' already.");
        }

        FeatureColumn feature = new(column);
        EvaluationSet set = Copy();
        set._features = [.. _features, constrain is null ? feature : constrain(feature)];
        return set;
    }

    /// <summary>Adds a feature of numbers.</summary>
    /// <inheritdoc cref="Feature(BatchColumn, Func{FeatureColumn, FeatureColumn})"/>
    public EvaluationSet Feature(string name, double[] values, Func<FeatureColumn, FeatureColumn>? constrain = null) =>
        Feature(BatchColumn.Of<double>(name, values), constrain);

    /// <summary>Adds all columns of a batch as features.</summary>
    public EvaluationSet WithFeatures(ColumnBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Columns.Aggregate(this, (set, column) => set.Feature(column));
    }

    /// <summary>Replaces the decisions, for rules that are not one threshold for all (a threshold a group, a person's decision).</summary>
    /// <param name="predictions">One a row.</param>
    /// <exception cref="ArgumentException">The length differs.</exception>
    public EvaluationSet WithPredictions(ReadOnlySpan<bool> predictions)
    {
        RequireRows(Count, predictions.Length, "predictions");
        EnsureBinary("a decision of yes or no");
        EvaluationSet set = Copy();
        set._predictions = predictions.ToArray();
        set.Threshold = null;
        return set;
    }

    /// <summary>Lets rows count differently.</summary>
    /// <param name="weights">Finite, at least 0, not all 0, with a finite sum; one a row.</param>
    /// <exception cref="ArgumentException">A weight breaks the rule; the message gives the first row.</exception>
    public EvaluationSet WithWeights(ReadOnlySpan<double> weights)
    {
        RequireRows(Count, weights.Length, "weights");
        for (int i = 0; i < weights.Length; i++)
        {
            if (!double.IsFinite(weights[i]) || weights[i] < 0)
            {
                throw new ArgumentException($"The weight of row {i} is {weights[i]}; weights must be finite and at least 0.", nameof(weights));
            }
        }

        double all = 0;
        foreach (double weight in weights)
        {
            all += weight;
        }

        if (double.IsInfinity(all))
        {
            throw new ArgumentException("The weights have no finite sum; divide all of them by the same number.", nameof(weights));
        }

        if (!weights.ContainsAnyExcept(0))
        {
            throw new ArgumentException("All weights are 0; at least one row must count.", nameof(weights));
        }

        EvaluationSet set = Copy();
        set._weights = weights.ToArray();
        return set;
    }

    /// <summary>Says what a positive label means, so that reports speak of it: <c>.Meaning("denied")</c>.</summary>
    public EvaluationSet Meaning(string outcome)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outcome);
        EvaluationSet set = Copy();
        set.Outcome = outcome;
        return set;
    }

    /// <summary>Takes out the rows without a label; <see cref="DroppedCount"/> says how many.</summary>
    /// <exception cref="InvalidOperationException">No row has a label.</exception>
    public EvaluationSet DropUnlabelled()
    {
        if (_unlabelled is null)
        {
            return this;
        }

        int[] kept = [.. Enumerable.Range(0, Count).Where(i => !_unlabelled[i])];
        if (kept.Length == 0)
        {
            throw new InvalidOperationException($"None of the {Count:N0} rows has a label.");
        }

        EvaluationSet set = Rows(kept);
        set._unlabelled = null;
        set.DroppedCount += Count - kept.Length;
        return set;
    }

    /// <summary>Replaces the scores.</summary>
    /// <param name="scores">One a row; finite.</param>
    /// <param name="threshold">The decision is positive when score ≥ threshold; null keeps that of the set, 0.5 if it has none.</param>
    /// <param name="clip">Moves scores below 0 to 0 and above 1 to 1; <see cref="ClippedCount"/> says how many.</param>
    /// <exception cref="ArgumentException">The length differs, or a score is not finite; the message gives the first row.</exception>
    /// <exception cref="EvaluationKindException">The labels are numbers or classes.</exception>
    public EvaluationSet WithScores(ReadOnlySpan<double> scores, double? threshold = null, bool clip = false)
    {
        RequireRows(Count, scores.Length, "scores");
        RequireFinite(scores, "scores");
        if (threshold is { } cut && double.IsNaN(cut))
        {
            throw new ArgumentException("The threshold is NaN; give a number.", nameof(threshold));
        }

        double[] taken = scores.ToArray();
        int clipped = 0;
        for (int i = 0; clip && i < taken.Length; i++)
        {
            clipped += taken[i] is < 0 or > 1 ? 1 : 0;
            taken[i] = Math.Clamp(taken[i], 0, 1);
        }

        EvaluationSet set = WithScores(taken);
        if (threshold is { } own)
        {
            set._predictions = Decide(taken, own);
            set.Threshold = own;
        }

        set.ClippedCount = clipped;
        return set;
    }

    internal EvaluationSet WithScores(double[] scores)
    {
        EnsureBinary("a score");
        EvaluationSet set = Copy();
        set._scores = scores;
        double threshold = Threshold ?? 0.5;
        set._predictions = Array.ConvertAll(scores, s => s >= threshold);
        set.Threshold = threshold;
        return set;
    }

    private void EnsureBinary(string asked)
    {
        if (Kind != EvaluationKind.Binary)
        {
            throw new EvaluationKindException(Kind, asked);
        }
    }

    /// <summary>The same rows as another model sees them; no scores when only its decisions are known.</summary>
    internal EvaluationSet WithOutputs(ReadOnlySpan<double> scores, ReadOnlySpan<bool> predictions)
    {
        EvaluationSet set = Copy();
        if (Kind == EvaluationKind.Multiclass || (Kind == EvaluationKind.Regression && scores.IsEmpty))
        {
            throw new EvaluationKindException(Kind, "the answer of another model in this form");
        }

        if (Kind == EvaluationKind.Regression)
        {
            set._estimates = scores.ToArray();
            return set;
        }

        set._scores = scores.IsEmpty ? null : scores.ToArray();
        set._predictions = predictions.ToArray();
        set.Threshold = null;
        return set;
    }

    /// <summary>Whether another model said the same of every row.</summary>
    internal bool HasSameOutputs(EvaluationSet other) => Kind == EvaluationKind.Regression
        ? _estimates.AsSpan().SequenceEqual(other._estimates)
        : _scores.AsSpan().SequenceEqual(other._scores) && _predictions.AsSpan().SequenceEqual(other._predictions);

    /// <summary>Without attributes and features, for figures that do not look at them.</summary>
    internal EvaluationSet WithoutColumns()
    {
        EvaluationSet set = Copy();
        set._attributes = [];
        set._features = [];
        return set;
    }

    private string Free(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _attributes.Any(a => a.Name == name) ? throw new ArgumentException($"There is an attribute '{name}' already.", nameof(name)) : name;
    }

    private EvaluationSet With(GroupColumn column)
    {
        EvaluationSet set = Copy();
        set._attributes = [.. _attributes, column];
        return set;
    }

    private EvaluationSet Copy() => (EvaluationSet)MemberwiseClone();
}
