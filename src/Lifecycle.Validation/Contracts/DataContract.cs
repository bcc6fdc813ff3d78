namespace Lifecycle.Validation;

/// <summary>What rows must be like before anybody trains on them, judges a model with them or asks one about them.</summary>
public static class DataContract
{
    /// <summary>Starts a contract about records. Values are taken by delegates; nothing is found by reflection.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="name">1 to 128 letters, digits, '.', '_' or '-', beginning with a letter or a digit.</param>
    /// <exception cref="ContractDefinitionException">The name is none.</exception>
    public static DataContract<T> For<T>(string name) => new(ContractDefinition.Of(name), []);

    /// <summary>Starts a contract about columns: batches of them, or a data reader. The fast path.</summary>
    /// <param name="name">1 to 128 letters, digits, '.', '_' or '-', beginning with a letter or a digit.</param>
    /// <exception cref="ContractDefinitionException">The name is none.</exception>
    public static ColumnContract ForColumns(string name) => new(ContractDefinition.Of(name));

    /// <summary>
    /// A contract that these rows keep, as a first draft to be read and changed: the type of each column; required with mostly = observed share - 0.01;
    /// one of the observed values where there are at most 50 and at most 5 % as many as rows; else numbers and dates between least and greatest, widened by 10 % of the span.
    /// </summary>
    /// <param name="columns">The rows; at least one.</param>
    /// <param name="name">Name of the contract.</param>
    /// <exception cref="ArgumentException">There is no row.</exception>
    public static ColumnContract Infer(ColumnBatch columns, string name = "inferred")
    {
        ArgumentNullException.ThrowIfNull(columns);
        return ContractInference.Of(name, [columns]);
    }

    /// <inheritdoc cref="Infer(ColumnBatch, string)"/>
    public static ColumnContract Infer(IEnumerable<ColumnBatch> columns, string name = "inferred")
    {
        ArgumentNullException.ThrowIfNull(columns);
        return ContractInference.Of(name, columns);
    }
}
