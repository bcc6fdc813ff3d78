namespace Lifecycle.Validation;

/// <summary>What the labels of a set are.</summary>
public enum EvaluationKind
{
    /// <summary>True or false.</summary>
    Binary,

    /// <summary>Numbers.</summary>
    Regression,

    /// <summary>One of several classes.</summary>
    Multiclass,
}

/// <summary>A set was asked for what its labels cannot give, for example numbers for true and false.</summary>
public sealed class EvaluationKindException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="kind">What the labels of the set are.</param>
    /// <param name="asked">What was asked for.</param>
    public EvaluationKindException(EvaluationKind kind, string asked)
        : base($"The labels of this set are {Words(kind)}; {asked} is not known. {Advice(kind)}") => Kind = kind;

    /// <summary>What the labels of the set are.</summary>
    public EvaluationKind Kind { get; }

    internal static string Words(EvaluationKind kind) => kind switch
    {
        EvaluationKind.Regression => "numbers",
        EvaluationKind.Multiclass => "classes",
        _ => "true or false",
    };

    private static string Advice(EvaluationKind kind) => kind switch
    {
        EvaluationKind.Regression => "Read NumberLabels and NumberPredictions, or make a set of true and false: EvaluationSet.Of(labels, scores).",
        EvaluationKind.Multiclass => "Read ClassLabels and ClassPredictions, or take one class against the others: set.OneVersusRest(name).",
        _ => "Make the set of numbers or classes: EvaluationSet.Of(labels, predictions).",
    };
}
