namespace Lifecycle.Validation;

/// <summary>How many times the model may be asked about one row.</summary>
/// <param name="PerRow">At least 20; the call that confirms the result is one of them.</param>
public readonly record struct QueryBudget(int PerRow)
{
    private const int Least = 20;

    internal string? Problem =>
        PerRow >= Least ? null : FormattableString.Invariant($"The query budget is {PerRow} a row; it must be at least {Least}, for example new QueryBudget(2_000).");
}
