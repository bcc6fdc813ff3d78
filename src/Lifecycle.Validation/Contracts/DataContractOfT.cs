using System.Runtime.CompilerServices;

namespace Lifecycle.Validation;

/// <summary>
/// What records must be like. Immutable: every verb returns a new contract; one may be used by many threads. A check reads its source once, in
/// chunks of 4,096 records, in memory that does not grow with the source.
/// </summary>
/// <typeparam name="T">The record.</typeparam>
public sealed partial class DataContract<T>
{
    private readonly ContractDefinition _definition;
    private readonly IReadOnlyList<RecordColumn<T>> _columns;

    internal DataContract(ContractDefinition definition, IReadOnlyList<RecordColumn<T>> columns)
    {
        _definition = definition;
        _columns = columns;
    }

    /// <summary>Name of the contract.</summary>
    public string Name => _definition.Name;

    /// <summary>The declared columns, in order.</summary>
    public IReadOnlyList<string> Columns => _definition.Columns;

    /// <summary>What is expected, in the order it was said.</summary>
    public IReadOnlyList<Expectation> Expectations => _definition.Expectations;

    /// <summary>Whether a source without records is fine.</summary>
    public bool IsEmptyAllowed => _definition.AllowEmpty;

    /// <summary>Declares a value of the record as a column, with its rules.</summary>
    /// <param name="value">Takes it from the record: a number, a bool, a text, a date, a time, a Guid or an enum, or a nullable one.</param>
    /// <param name="rules">Its rules; null declares the column only, which makes it count for duplicates.</param>
    /// <param name="name">Name of the column; when null, <c>l => l.Income</c> is called Income.</param>
    /// <param name="code">Filled in by the compiler.</param>
    /// <exception cref="ContractDefinitionException">A rule is wrong, or the value cannot be a cell; the message lists all problems.</exception>
    public DataContract<T> Column<TValue>(
        Func<T, TValue> value, Action<RecordColumnRules<T, TValue>>? rules = null, string? name = null, [CallerArgumentExpression(nameof(value))] string code = "")
    {
        ArgumentNullException.ThrowIfNull(value);
        string column = name ?? RecordColumn<T>.NameOf(code);
        RecordColumnRules<T, TValue> made = new(column, value);
        RecordColumn<T>? taken = RecordColumn<T>.Of(column, value);
        if (taken is null)
        {
            made.Mistakes.Add(RecordColumn<T>.NoCell(column, typeof(TValue)));
        }

        rules?.Invoke(made);
        return new DataContract<T>(_definition.With(column, made), With([taken!]));
    }

    /// <summary>Adds rules about whole records and the source.</summary>
    /// <exception cref="ContractDefinitionException">A rule is wrong; the message lists all problems.</exception>
    public DataContract<T> Rows(Action<RecordRowRules<T>> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        RecordRowRules<T> made = new();
        rules(made);
        return new DataContract<T>(_definition.With(null, made), With(made.Columns));
    }

    /// <summary>A source without records is fine; it breaks a contract otherwise.</summary>
    public DataContract<T> AllowEmpty() => new(_definition with { AllowEmpty = true }, _columns);

    /// <summary>Checks records in memory.</summary>
    /// <exception cref="ContractDefinitionException">The contract expects nothing.</exception>
    /// <exception cref="ContractException">The source threw or changed its length; what was found before is in <see cref="ContractException.Partial"/>.</exception>
    public ContractResult Check(IEnumerable<T> records, ContractOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        RecordSource<T> source = Begin(options, cancellationToken);
        return source.Guard(() => source.ReadAll(records));
    }

    /// <inheritdoc cref="Check"/>
    public ValueTask<ContractResult> CheckAsync(IEnumerable<T> records, CancellationToken cancellationToken = default) => CheckAsync(records, null, cancellationToken);

    /// <inheritdoc cref="Check"/>
    public ValueTask<ContractResult> CheckAsync(IEnumerable<T> records, ContractOptions? options, CancellationToken cancellationToken = default)
    {
        try
        {
            return ValueTask.FromResult(Check(records, options, cancellationToken));
        }
        catch (Exception error) when (error is ContractException or OperationCanceledException)
        {
            return ValueTask.FromException<ContractResult>(error);
        }
    }

    /// <inheritdoc cref="Check"/>
    public ValueTask<ContractResult> CheckAsync(IAsyncEnumerable<T> records, CancellationToken cancellationToken = default) => CheckAsync(records, null, cancellationToken);

    /// <inheritdoc cref="Check"/>
    public ValueTask<ContractResult> CheckAsync(IAsyncEnumerable<T> records, ContractOptions? options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        RecordSource<T> source = Begin(options, cancellationToken);
        return source.GuardAsync(() => source.ReadAllAsync(records));
    }

    /// <summary>The contract as a document: everything but code, which stands there by name.</summary>
    public ContractDocument ToDocument() => new(new ColumnContract(_definition));

    private RecordSource<T> Begin(ContractOptions? options, CancellationToken cancellationToken) => new(_definition, _columns, options, cancellationToken);

    private RecordColumn<T>[] With(IEnumerable<RecordColumn<T>> columns) =>
        [.. _columns.Concat(columns).DistinctBy(c => c.Column.Name, StringComparer.Ordinal)];
}
