namespace Lifecycle.Validation;

/// <summary>What would be done without the model; uplift is the difference to it.</summary>
public sealed class BaselinePolicy
{
    private readonly Func<EvaluationSet, bool[]>? _decide;

    private BaselinePolicy(string name, string words, Func<EvaluationSet, bool[]>? decide, bool isCustom = false)
    {
        Name = name;
        Words = words;
        _decide = decide;
        IsRule = isCustom;
    }

    /// <summary>Nobody is acted on.</summary>
    public static BaselinePolicy DoNothing { get; } = new(nameof(DoNothing), "acting on nobody", set => new bool[set.Count]);

    /// <summary>Everybody is acted on.</summary>
    public static BaselinePolicy ActOnAll { get; } = new(nameof(ActOnAll), "acting on everybody", set => Enumerable.Repeat(true, set.Count).ToArray());

    /// <summary>The decisions of the <see cref="Validation.Baseline"/> the gate is given.</summary>
    public static BaselinePolicy Champion { get; } = new(nameof(Champion), "the other model", null);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Whether it is a rule in code.</summary>
    public bool IsRule { get; }

    internal string Words { get; }

    /// <summary>A rule in code.</summary>
    /// <param name="name">What it is called in reports.</param>
    /// <param name="decide">Decisions of the rule, one for each row of the set.</param>
    public static BaselinePolicy Rule(string name, Func<EvaluationSet, bool[]> decide)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(decide);
        return new BaselinePolicy(name, $"the rule '{name}'", decide, isCustom: true);
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    internal static BaselinePolicy? Named(string name) => new[] { DoNothing, ActOnAll, Champion }.FirstOrDefault(p => p.Name == name);

    /// <summary>The decisions on these rows; null when they are those of a champion that is not there.</summary>
    internal bool[]? Decide(EvaluationSet set, Baseline? champion)
    {
        bool[]? decisions = _decide is { } decide ? decide(set) : champion?.Predictions.ToArray();
        return decisions is null || decisions.Length == set.Count
            ? decisions
            : throw new ArgumentException($"{Wording.Sentence(Words)} decided {decisions.Length:N0} rows and the set has {set.Count:N0}; they must be equal.");
    }
}
