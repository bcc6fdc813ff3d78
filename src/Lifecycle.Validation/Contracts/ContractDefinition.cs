namespace Lifecycle.Validation;

/// <summary>What a contract says, whatever its source.</summary>
internal sealed record ContractDefinition(string Name, IReadOnlyList<string> Columns, IReadOnlyList<Expectation> Expectations, bool AllowEmpty)
{
    public static ContractDefinition Of(string name) => ResourceName.IsValid(name)
        ? new ContractDefinition(name, [], [], false)
        : throw new ContractDefinitionException(
            Wording.Name(name), [$"The name must be 1 to {ResourceName.MaximumLength} letters, digits, '.', '_' or '-', beginning with a letter or a digit."]);

    public ContractDefinition With(string? column, RuleList rules)
    {
        string[] problems = [.. rules.Mistakes, .. rules.Expectations.SelectMany(e => e.Problems())];
        if (problems.Length > 0)
        {
            throw new ContractDefinitionException(Name, problems);
        }

        bool isNew = column is not null && !Columns.Contains(column, StringComparer.Ordinal);
        return this with { Columns = isNew ? [.. Columns, column!] : Columns, Expectations = [.. Expectations, .. rules.Expectations] };
    }

    public void EnsureAsks()
    {
        if (Expectations.Count == 0)
        {
            throw new ContractDefinitionException(Name, ["It expects nothing; add a rule, for example .Column(\"Income\", c => c.Required())."]);
        }
    }
}

/// <summary>A contract was defined wrongly. The message lists all problems at once.</summary>
public sealed class ContractDefinitionException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="contract">Name of the contract.</param>
    /// <param name="problems">All that is wrong, a sentence each.</param>
    public ContractDefinitionException(string contract, IReadOnlyList<string> problems)
        : base($"The contract '{contract}' cannot be used: {string.Join(" ", problems)}") => Problems = problems;

    /// <summary>All that is wrong, a sentence each.</summary>
    public IReadOnlyList<string> Problems { get; }
}
