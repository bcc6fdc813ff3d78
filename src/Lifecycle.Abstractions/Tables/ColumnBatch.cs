namespace Lifecycle;

/// <summary>
/// Rows on their way between features: typed columns of equal length. The one form in which rows travel; it reads no file.
/// A masked cell is null; NaN in a Single or Double column is a value of the batch.
/// </summary>
public sealed class ColumnBatch
{
    private readonly BatchColumn[] _columns;

    /// <summary>Makes a batch.</summary>
    /// <param name="columns">At least one; all of the same length.</param>
    /// <param name="firstRow">Number of the first row in its source, counted from 0.</param>
    /// <exception cref="ArgumentException">No column, or lengths that differ; the message names both columns.</exception>
    public ColumnBatch(IEnumerable<BatchColumn> columns, long firstRow = 0)
    {
        _columns = [.. columns];
        if (_columns.Length == 0)
        {
            throw new ArgumentException("A batch needs at least one column.", nameof(columns));
        }

        foreach (BatchColumn column in _columns)
        {
            if (column.Count != _columns[0].Count)
            {
                throw new ArgumentException(
                    $"The column '{_columns[0].Name}' has {_columns[0].Count} rows and '{column.Name}' has {column.Count}; they must be equal.", nameof(columns));
            }
        }

        Schema = new TableSchema(_columns.Select(c => c.Column));
        FirstRow = firstRow;
    }

    /// <summary>Names and types of the columns.</summary>
    public TableSchema Schema { get; }

    /// <summary>Rows in this batch.</summary>
    public int RowCount => _columns[0].Count;

    /// <summary>Number of the first row in its source, counted from 0.</summary>
    public long FirstRow { get; }

    /// <summary>The columns, in the order of <see cref="Schema"/>.</summary>
    public IReadOnlyList<BatchColumn> Columns => _columns;

    /// <summary>The column of this name.</summary>
    /// <exception cref="UnknownColumnException">There is none.</exception>
    public BatchColumn this[string name] => _columns[Schema.PositionOf(name)];

    /// <summary>The column of this name as <typeparamref name="T"/>.</summary>
    /// <exception cref="UnknownColumnException">There is none.</exception>
    /// <exception cref="InvalidCastException">It has another type; the message names it.</exception>
    public BatchColumn<T> Column<T>(string name) => this[name] is BatchColumn<T> typed
        ? typed
        : throw new InvalidCastException($"The column '{name}' is {Schema[name].Type}, not {typeof(T).Name}.");

    /// <summary>These columns only, in this order.</summary>
    /// <exception cref="UnknownColumnException">One of them is not there.</exception>
    public ColumnBatch Select(params IEnumerable<string> names) => new(names.Select(n => this[n]), FirstRow);

    /// <summary>These rows only, in this order.</summary>
    public ColumnBatch Rows(ReadOnlySpan<int> rows)
    {
        BatchColumn[] taken = new BatchColumn[_columns.Length];
        for (int i = 0; i < taken.Length; i++)
        {
            taken[i] = _columns[i].Take(rows);
        }

        return new ColumnBatch(taken, FirstRow);
    }

    /// <summary>
    /// The same rows with every column of doubles in single precision: the numbers as a model of floats sees them. Build a drift reference from these rows when the
    /// served records hold floats, else values such as 3.2 differ in their last digits and count as new.
    /// </summary>
    public ColumnBatch InSinglePrecision() => new(
        _columns.Select(c => c is BatchColumn<double> doubles
            ? new BatchColumn<float>(c.Column with { Type = ColumnType.Single }, Array.ConvertAll(doubles.Values.ToArray(), v => (float)v), c.Valid)
            : c),
        FirstRow);

    /// <summary>All rows of several batches of one schema in one batch.</summary>
    /// <exception cref="ArgumentException">No batch, or schemas that differ.</exception>
    public static ColumnBatch Concat(IReadOnlyList<ColumnBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        if (batches.Count == 0)
        {
            throw new ArgumentException("There is no batch to join.", nameof(batches));
        }

        if (batches.Count == 1)
        {
            return batches[0];
        }

        if (batches.FirstOrDefault(b => !b.Schema.SequenceEqual(batches[0].Schema)) is { } odd)
        {
            throw new ArgumentException($"The batches have different columns: {batches[0].Schema} against {odd.Schema}.", nameof(batches));
        }

        return new ColumnBatch(
            Enumerable.Range(0, batches[0]._columns.Length).Select(i => batches[0]._columns[i].Join([.. batches.Select(b => b._columns[i])])),
            batches[0].FirstRow);
    }
}
