using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>
/// Searches, for each row the model gets right, the smallest lawful change that turns its decision. Knows nothing of the model but its
/// answers. Only features that may change are changed, every row the model sees keeps the rules of the set, and what is found is asked once
/// more before it counts.
/// </summary>
public abstract class Attack
{
    private protected Attack(QueryBudget budget) => Budget = budget;

    /// <summary>The kind, for example <c>greedyCoordinate</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Most questions about one row.</summary>
    public QueryBudget Budget { get; init; }

    /// <summary>
    /// Greatest cost of a change that counts as success; any by default. The cost is √(Σ(Δ/standard deviation)² + changed categories).
    /// </summary>
    public double MaxCost { get; init; } = double.PositiveInfinity;

    /// <summary>Attacks a model.</summary>
    /// <param name="set">Labels and features; decisions are asked of the model and cut at the threshold of the set.</param>
    /// <param name="predict">The model.</param>
    /// <param name="cancellationToken">Cancels the attack.</param>
    /// <exception cref="PredictorException">The model threw, hung or answered wrongly; the message gives the first row.</exception>
    /// <exception cref="InvalidOperationException">The set has no features or rows without a label.</exception>
    /// <exception cref="ArgumentException">A setting is out of range; the message says which.</exception>
    public ValueTask<AttackResult> RunAsync(EvaluationSet set, BatchPredictor predict, CancellationToken cancellationToken = default) =>
        RunAsync(set, predict, new ValidationOptions(), cancellationToken);

    /// <summary>Attacks a model.</summary>
    /// <param name="set">Labels and features; decisions are asked of the model and cut at the threshold of the set.</param>
    /// <param name="predict">The model.</param>
    /// <param name="options">Confidence, seed, timeout and calls at once.</param>
    /// <param name="cancellationToken">Cancels the attack.</param>
    /// <exception cref="PredictorException">The model threw, hung or answered wrongly; the message gives the first row.</exception>
    /// <exception cref="InvalidOperationException">The set has no features or rows without a label.</exception>
    /// <exception cref="ArgumentException">A setting is out of range; the message says which.</exception>
    public ValueTask<AttackResult> RunAsync(EvaluationSet set, BatchPredictor predict, ValidationOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(predict);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problems().Concat(Problems()).FirstOrDefault() is { } problem)
        {
            throw new ArgumentException(problem);
        }

        set.EnsureLabelled();
        _ = set.FeatureBatch();
        MeteredPredictor predictor = new(predict, TimeProvider.System, options.RequirementTimeout, options.MaxPredictorConcurrency);
        return RunAsync(new RobustnessRun(set, options), set, options.Confidence, predictor, cancellationToken);
    }

    /// <summary>Kind and settings.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Settings} within {Budget.PerRow:N0} queries a row{(double.IsFinite(MaxCost) ? FormattableString.Invariant($" and cost {MaxCost}") : "")}");

    internal async ValueTask<AttackResult> RunAsync(RobustnessRun run, EvaluationSet set, double confidence, MeteredPredictor predictor,
        CancellationToken cancellationToken)
    {
        (IReadOnlyList<Victim> victims, int unconfirmed) = run.Set.Count == 0 ? ([], 0)
            : await run.AttackAsync(this, predictor, cancellationToken).ConfigureAwait(false);
        return AttackResult.Of(this, run, set, victims, unconfirmed, confidence, predictor);
    }

    internal async ValueTask<(IReadOnlyList<Victim> Victims, int Unconfirmed)> SearchAsync(
        EvaluationSet plain, ulong seed, MeteredPredictor predictor, int[] numbers, CancellationToken cancellationToken)
    {
        AttackSearch search = new(plain, Distance(plain.Table().Rules), Budget, MaxCost, seed, predictor, numbers);
        await SearchAsync(search, cancellationToken).ConfigureAwait(false);
        int unconfirmed = await search.ConfirmAsync(cancellationToken).ConfigureAwait(false);
        ValidationTelemetry.AttackQueries.Add(search.Victims.Sum(v => (long)v.Queries));
        return (search.Victims, unconfirmed);
    }

    internal abstract string Settings { get; }

    internal virtual IEnumerable<string> Problems()
    {
        if (Budget.Problem is { } problem)
        {
            yield return problem;
        }

        if (!(MaxCost > 0))
        {
            yield return FormattableString.Invariant(
                $"MaxCost of the attack is {MaxCost}; it must be above 0, for example 1 (one standard deviation of one feature).");
        }
    }

    internal virtual Distance Distance(RuleSet rules) => rules.Cost;

    internal abstract ValueTask SearchAsync(AttackSearch search, CancellationToken cancellationToken);

    internal abstract void WriteProperties(Utf8JsonWriter writer);
}

/// <summary>How far a changed row lies from the original.</summary>
internal delegate double Distance(ReadOnlySpan<double> before, ReadOnlySpan<double> after);
