namespace Lifecycle.Validation;

/// <summary>A gate was defined wrongly. The message lists all problems at once.</summary>
public sealed class GateDefinitionException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="gate">Name of the gate.</param>
    /// <param name="problems">All that is wrong, a sentence each.</param>
    public GateDefinitionException(string gate, IReadOnlyList<string> problems)
        : base($"The gate '{gate}' cannot be used: {string.Join(" ", problems)}") => Problems = problems;

    /// <summary>All that is wrong, a sentence each.</summary>
    public IReadOnlyList<string> Problems { get; }
}
