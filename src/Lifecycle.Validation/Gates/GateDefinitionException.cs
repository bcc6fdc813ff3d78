namespace Lifecycle.Validation;

/// <summary>A gate was defined wrongly, in code or in JSON. The message lists all problems at once; those of JSON begin with their path.</summary>
public sealed class GateDefinitionException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="gate">Name of the gate.</param>
    /// <param name="problems">All that is wrong, a sentence each.</param>
    /// <param name="inner">What led to it.</param>
    public GateDefinitionException(string gate, IReadOnlyList<string> problems, Exception? inner = null)
        : base($"The gate '{gate}' cannot be used: {string.Join(" ", problems)}", inner) => Problems = problems;

    /// <summary>All that is wrong, a sentence each.</summary>
    public IReadOnlyList<string> Problems { get; }
}
