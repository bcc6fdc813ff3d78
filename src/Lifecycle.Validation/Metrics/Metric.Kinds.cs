namespace Lifecycle.Validation;

public sealed partial class Metric
{
    private const MetricKinds Everything = MetricKinds.Binary | MetricKinds.Regression | MetricKinds.Multiclass;
    private const MetricKinds Decisions = MetricKinds.Binary | MetricKinds.Multiclass;

    private Metric? _onRegression;
    private Metric? _onMulticlass;
    private Metric? _base;

    /// <summary>The class it looks at, all others being the rest; null for all metrics but those of <see cref="OfClass"/>.</summary>
    public string? ClassName { get; private init; }

    /// <summary>How its bounds are made, for rows that all count alike.</summary>
    public IntervalMethod IntervalMethod =>
        Name == nameof(Count) ? IntervalMethod.Exact
        : IsProportion ? IntervalMethod.Wilson
        : Name == nameof(AreaUnderRoc) ? IntervalMethod.DeLong
        : Terms is not null ? IntervalMethod.StudentT
        : IsOfGroups ? IntervalMethod.None
        : IntervalMethod.BiasCorrectedBootstrap;

    /// <summary>Whether it holds a group against the rest, so that only <see cref="GroupMetrics"/> can give it.</summary>
    public bool IsOfGroups { get; private init; }

    internal MetricKinds Kinds { get; private init; } = MetricKinds.Binary;

    internal bool NeedsRows { get; private init; } = true;

    /// <summary>The attributes it is computed over.</summary>
    internal IReadOnlyList<string> Attributes { get; private init; } = [];

    /// <summary>Whether it can be computed from sets of this kind.</summary>
    public bool IsFor(EvaluationKind kind) => ClassName is null ? On(kind) is not null : kind == EvaluationKind.Multiclass;

    /// <summary>
    /// The metric for one class against all others, on multiclass sets: <c>Metric.Precision.OfClass("cat")</c>, named <c>Precision(cat)</c>.
    /// </summary>
    /// <param name="name">Name of the class, as in <see cref="EvaluationSet.Classes"/>.</param>
    /// <exception cref="InvalidOperationException">The metric is not one of counts.</exception>
    public Metric OfClass(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (ClassName is not null || (OfCounts is null && this != PredictedPositiveShare))
        {
            throw new InvalidOperationException($"{Name} cannot be asked of one class; only metrics of true and false positives and negatives can.");
        }

        string words = Words.Replace("{0}", name, StringComparison.Ordinal);
        return new Metric(MetricName.Of(Name, name), words, Direction, Minimum, Maximum, _ => MetricValue.Undefined(UndefinedReason.MissingMetric))
        {
            ClassName = name,
            _base = this,
            Kinds = MetricKinds.Multiclass,
        };
    }

    /// <summary>The form it takes on sets of this kind; null when there is none.</summary>
    internal Metric? On(EvaluationKind kind) => kind switch
    {
        EvaluationKind.Regression => _onRegression ?? (Kinds.HasFlag(MetricKinds.Regression) ? this : null),
        EvaluationKind.Multiclass => _onMulticlass ?? (Kinds.HasFlag(MetricKinds.Multiclass) ? this : null),
        _ => Kinds.HasFlag(MetricKinds.Binary) ? this : null,
    };

    /// <summary>The metric and the rows it is computed from; null when such a set does not have it.</summary>
    internal (Metric Metric, EvaluationSet Set)? Resolve(EvaluationSet set)
    {
        if (ClassName is { } name)
        {
            return set.Classes.Contains(name) ? (_base!, set.OneVersusRest(name)) : null;
        }

        return On(set.Kind) is { } fit ? (fit, set) : null;
    }

    /// <summary>Why a set does not have the metric, and what to do.</summary>
    internal string Advice(EvaluationSet set)
    {
        EvaluationKind kind = set.Kind;
        if (ClassName is not null && kind == EvaluationKind.Multiclass)
        {
            return $"There is no class '{Wording.Show(ClassName)}'; the classes are: {string.Join(", ", set.Classes.Take(20).Select(Wording.Show))}.";
        }

        if (!IsFor(kind))
        {
            string needed = ClassName is not null || Kinds == MetricKinds.Multiclass ? EvaluationKindException.Words(EvaluationKind.Multiclass)
                : EvaluationKindException.Words(Kinds.HasFlag(MetricKinds.Binary) ? EvaluationKind.Binary : EvaluationKind.Regression);
            string instead = kind == EvaluationKind.Multiclass && OfCounts is not null
                ? $" Ask it of one class: Metric.{Name}.OfClass(\"{Wording.Show(set.Classes[0])}\")."
                : "";
            return $"It needs labels that are {needed}; those of this set are {EvaluationKindException.Words(kind)}.{instead}";
        }

        return NeedsScores && !set.HasScores ? "Give scores with EvaluationSet.Of(labels, scores)."
            : IsOfGroups ? "It holds a group against the rest: ask GroupMetrics.Compute(set, by)."
            : "The set lacks what it needs.";
    }

    private static Metric Varied(Metric metric, Metric? regression = null, Metric? multiclass = null)
    {
        metric._onRegression = regression;
        metric._onMulticlass = multiclass;
        return metric;
    }

    private MetricValue ComputeOneClass(in MetricRows rows)
    {
        EvaluationSet? all = rows.All ?? rows.Set;
        if (all is null || rows.Set is null || Resolve(all) is not { } whole)
        {
            return MetricValue.Undefined(UndefinedReason.MissingMetric);
        }

        EvaluationSet set = ReferenceEquals(rows.Set, all) ? whole.Set : rows.Set.OneVersusRest(ClassName!);
        ConfusionCounts? allCounts = rows.AllCounts is null ? null : ConfusionCounts.OfRows(whole.Set);
        return whole.Metric.Compute(new MetricRows(set, whole.Set, ConfusionCounts.OfRows(set), allCounts, rows.Members));
    }
}

/// <summary>Kinds of sets a metric is for.</summary>
[Flags]
internal enum MetricKinds
{
    None = 0,
    Binary = 1,
    Regression = 2,
    Multiclass = 4,
}

/// <summary>How the bounds of a metric are made.</summary>
public enum IntervalMethod
{
    /// <summary>It has no bounds.</summary>
    None,

    /// <summary>It is known exactly.</summary>
    Exact,

    /// <summary>Wilson's interval of a proportion.</summary>
    Wilson,

    /// <summary>Student's t for a mean.</summary>
    StudentT,

    /// <summary>DeLong's variance on the logit scale.</summary>
    DeLong,

    /// <summary>Bias-corrected and accelerated bootstrap (Efron 1987).</summary>
    BiasCorrectedBootstrap,
}
