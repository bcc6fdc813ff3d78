namespace Lifecycle.Validation;

public static partial class GateBuilderExtensions
{
    /// <summary>
    /// Asks that the rows a model is judged on keep a contract. The columns are the features and attributes of the set; where the contract names them, also
    /// <c>label</c>, <c>prediction</c>, <c>score</c> and <c>weight</c>. A broken contract ends a program with <see cref="ExitCode.ContractBroken"/>.
    /// </summary>
    /// <param name="builder">The gate.</param>
    /// <param name="contract">The contract.</param>
    public static TBuilder RequireData<TBuilder>(this TBuilder builder, ColumnContract contract)
        where TBuilder : GateBuilder
    {
        ArgumentNullException.ThrowIfNull(contract);
        return builder.With(new DataRequirement(contract));
    }
}
