using System.Data.Common;

namespace Lifecycle.Validation;

/// <summary>
/// What columns must be like. Immutable: every verb returns a new contract; one may be used by many threads. A check reads its source once, in
/// chunks of 4,096 rows, in memory that does not grow with the source.
/// </summary>
public sealed partial class ColumnContract
{
    internal ColumnContract(ContractDefinition definition) => Definition = definition;

    /// <summary>Name of the contract.</summary>
    public string Name => Definition.Name;

    /// <summary>The declared columns, in order.</summary>
    public IReadOnlyList<string> Columns => Definition.Columns;

    /// <summary>What is expected, in the order it was said.</summary>
    public IReadOnlyList<Expectation> Expectations => Definition.Expectations;

    /// <summary>Whether a source without rows is fine.</summary>
    public bool IsEmptyAllowed => Definition.AllowEmpty;

    internal ContractDefinition Definition { get; }

    /// <summary>Declares a column and its rules; may be said several times for one column.</summary>
    /// <param name="name">Name of the column, case matters.</param>
    /// <param name="rules">Its rules; null declares the column only.</param>
    /// <exception cref="ContractDefinitionException">A rule is wrong; the message lists all problems.</exception>
    public ColumnContract Column(string name, Action<TableColumnRules>? rules = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        TableColumnRules made = new(name);
        rules?.Invoke(made);
        return new ColumnContract(Definition.With(name, made));
    }

    /// <summary>Adds rules about rows and the table.</summary>
    /// <exception cref="ContractDefinitionException">A rule is wrong; the message lists all problems.</exception>
    public ColumnContract Rows(Action<TableRowRules> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        TableRowRules made = new();
        rules(made);
        return new ColumnContract(Definition.With(null, made));
    }

    /// <summary>A source without rows is fine; it breaks a contract otherwise.</summary>
    public ColumnContract AllowEmpty() => new(Definition with { AllowEmpty = true });

    /// <summary>Checks rows in memory.</summary>
    /// <exception cref="ContractDefinitionException">The contract expects nothing.</exception>
    public ContractResult Check(ColumnBatch rows, ContractOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Check([rows], options, cancellationToken);
    }

    /// <summary>Checks batches of one table, in order.</summary>
    /// <exception cref="ContractDefinitionException">The contract expects nothing.</exception>
    /// <exception cref="ContractException">The source threw, or its columns changed; what was found before is in <see cref="ContractException.Partial"/>.</exception>
    public ContractResult Check(IEnumerable<ColumnBatch> rows, ContractOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ColumnSource source = new(Definition, options, cancellationToken);
        return source.Guard(() =>
        {
            foreach (ColumnBatch batch in rows)
            {
                source.Look(batch);
            }
        });
    }

    /// <inheritdoc cref="Check(IEnumerable{ColumnBatch}, ContractOptions?, CancellationToken)"/>
    public ValueTask<ContractResult> CheckAsync(IAsyncEnumerable<ColumnBatch> rows, CancellationToken cancellationToken = default) => CheckAsync(rows, null, cancellationToken);

    /// <inheritdoc cref="Check(IEnumerable{ColumnBatch}, ContractOptions?, CancellationToken)"/>
    public ValueTask<ContractResult> CheckAsync(IAsyncEnumerable<ColumnBatch> rows, ContractOptions? options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ColumnSource source = new(Definition, options, cancellationToken);
        return source.GuardAsync(async () =>
        {
            await foreach (ColumnBatch batch in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                source.Look(batch);
            }
        });
    }

    /// <summary>Checks what a data reader gives. Types follow from the fields; a type that no column has is read as text.</summary>
    /// <inheritdoc cref="Check(IEnumerable{ColumnBatch}, ContractOptions?, CancellationToken)"/>
    public ValueTask<ContractResult> CheckAsync(DbDataReader rows, CancellationToken cancellationToken = default) => CheckAsync(rows, null, cancellationToken);

    /// <inheritdoc cref="CheckAsync(DbDataReader, CancellationToken)"/>
    public ValueTask<ContractResult> CheckAsync(DbDataReader rows, ContractOptions? options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return CheckAsync(ReaderBatches.Of(rows, cancellationToken), options, cancellationToken);
    }

    /// <summary>The contract as a document: everything but code, which stands there by name.</summary>
    public ContractDocument ToDocument() => new(this);
}
