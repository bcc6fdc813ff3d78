namespace Lifecycle.Validation;

/// <summary>A record that was not accepted, and all that is wrong with it.</summary>
/// <typeparam name="T">The record.</typeparam>
/// <param name="Record">The record.</param>
/// <param name="Row">Its number in the source, from 0.</param>
/// <param name="Violations">Every rule it broke, also those that would not have sent it back alone.</param>
public sealed record RejectedRow<T>(T Record, long Row, IReadOnlyList<ContractViolation> Violations);

/// <summary>Rows of a batch that were not accepted, and all that is wrong with each.</summary>
/// <param name="Rows">These rows, with all their columns.</param>
/// <param name="Numbers">Their numbers in the source, from 0.</param>
/// <param name="Violations">For each every rule it broke, also those that would not have sent it back alone.</param>
public sealed record RejectedRows(ColumnBatch Rows, IReadOnlyList<long> Numbers, IReadOnlyList<IReadOnlyList<ContractViolation>> Violations);

/// <summary>One rule that a row broke.</summary>
/// <param name="Kind">The kind, for example <c>between</c>.</param>
/// <param name="Columns">The columns the rule looks at.</param>
/// <param name="Expectation">The rule in short, for example <c>Income between 0 and 1000</c>.</param>
/// <param name="Severity">What the rule means for its contract.</param>
public sealed record ContractViolation(string Kind, IReadOnlyList<string> Columns, string Expectation, Severity Severity)
{
    /// <summary>The rule in short.</summary>
    public override string ToString() => Expectation;
}
