namespace Lifecycle.Validation;

/// <summary>What is judged: the model, and the data it is judged on.</summary>
/// <param name="Model">Digest of the model's manifest; evidence names it.</param>
/// <param name="Data">Digests of the data, in any text form.</param>
public sealed record GateSubject(Digest Model, params IReadOnlyList<string> Data);

/// <summary>Who evaluates, by which clock, with which settings.</summary>
public sealed record EvaluationContext
{
    /// <summary>Who is acting; the user and process by default.</summary>
    public IActorAccessor Actor { get; init; } = new ProcessActor();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The settings.</summary>
    public ValidationOptions Options { get; init; } = new();
}
