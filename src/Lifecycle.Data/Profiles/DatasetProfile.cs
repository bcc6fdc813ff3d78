namespace Lifecycle.Data;

/// <summary>What is known of one table of a dataset version: every column in one pass, in constant memory.</summary>
public sealed class DatasetProfile
{
    private readonly Dictionary<string, ColumnProfile> _columns;

    internal DatasetProfile(string path, long rows, bool isFull, IEnumerable<ColumnProfile> columns, IReadOnlyList<string> problems)
    {
        Path = path;
        Rows = rows;
        IsFull = isFull;
        Columns = [.. columns];
        Problems = problems;
        _columns = Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
    }

    /// <summary>The file in the dataset.</summary>
    public string Path { get; }

    /// <summary>Rows without the header.</summary>
    public long Rows { get; }

    /// <summary>Whether every cell was looked at; else the profile is what the footer of the file says: nulls, least and greatest values.</summary>
    public bool IsFull { get; }

    /// <summary>The columns, in the order of the table.</summary>
    public IReadOnlyList<ColumnProfile> Columns { get; }

    /// <summary>What is wrong with the table or with this profile; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>The column of this name.</summary>
    /// <exception cref="UnknownColumnException">There is none.</exception>
    public ColumnProfile this[string name] => _columns.TryGetValue(name, out ColumnProfile? column)
        ? column
        : throw new UnknownColumnException(name, Columns.Select(c => c.Name));

    /// <summary>Profiles rows that are read once; memory does not grow with their number.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="schema">The columns of the rows.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <exception cref="TableFormatException">A row cannot be read.</exception>
    public static ValueTask<DatasetProfile> OfRowsAsync(
        string path, TableSchema schema, IAsyncEnumerable<ColumnBatch> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(rows);
        return OfRowsAsync(path, schema, 0, rows, cancellationToken);
    }

    /// <summary>Profiles some columns of a table: they are numbered from <paramref name="first"/> on, because the number is the seed of a sketch.</summary>
    internal static async ValueTask<DatasetProfile> OfRowsAsync(
        string path, TableSchema schema, int first, IAsyncEnumerable<ColumnBatch> rows, CancellationToken cancellationToken)
    {
        BatchTally[] tallies = [.. schema.Select((c, i) => new BatchTally(first + i, c))];
        long count = 0;
        await foreach (ColumnBatch batch in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            count += batch.RowCount;
            Parallel.For(0, tallies.Length, i => tallies[i].Add(batch[schema[i].Name]));
        }

        return new DatasetProfile(path, count, isFull: true, tallies.Select(t => t.Complete()), []);
    }

    /// <summary>A profile of what a file says of itself, without looking at its cells.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="columns">What is said of each column, or the profile of a column that had to be read.</param>
    /// <param name="problems">What could not be understood.</param>
    public static DatasetProfile OfStatistics(string path, long rows, IEnumerable<ColumnStatistics> columns, IReadOnlyList<string>? problems = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(columns);
        return new DatasetProfile(path, rows, isFull: false, columns.Select(c => c.Profile ?? c.ToProfile(rows)), problems ?? []);
    }

    /// <summary>A profile that could not be made, because of an error that does not keep the version from being committed.</summary>
    internal static DatasetProfile Failed(string path, long rows, string problem) => new(path, rows, isFull: false, [], [problem]);

    internal static DatasetProfile Of(string path, long rows, IEnumerable<ColumnProfile> columns, IReadOnlyList<TableProblem> problems) =>
        new(path, rows, isFull: true, columns, [.. problems.Select(p => $"row {p.Row}, byte {p.Offset}: {p.Message}")]);
}
