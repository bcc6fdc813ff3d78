using Lifecycle.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>Rows between the Lifecycle and ML.NET.</summary>
public static class DataViewExtensions
{
    /// <summary>The rows as an <see cref="IDataView"/>.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="numbers">What numbers become.</param>
    /// <param name="source">What the rows are, for <c>TrackWith</c>; a dataset version or a part of a split converts to it.</param>
    public static IDataView ToDataView(this ColumnBatch rows, NumberHandling numbers = NumberHandling.Single, DatasetReference? source = null) =>
        new ColumnBatchView(rows, numbers, source);

    /// <summary>Reads all rows of a dataset version that is one table, verified, into memory.</summary>
    /// <param name="version">The version.</param>
    /// <param name="columns">The columns wanted; null means all.</param>
    /// <param name="numbers">What numbers become.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async Task<IDataView> ToDataViewAsync(
        this DatasetVersion version, IReadOnlyList<string>? columns = null, NumberHandling numbers = NumberHandling.Single, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (await version.ReadAllAsync(columns: columns, cancellationToken: cancellationToken).ConfigureAwait(false)).ToDataView(numbers, version);
    }

    /// <summary>
    /// The scalar columns of a view as a <see cref="ColumnBatch"/>: Boolean, 32- and 64-bit numbers, text and DateTime. Vectors and keys are left out.
    /// </summary>
    /// <param name="view">The view; read once.</param>
    /// <param name="columns">The columns wanted; null means all that can be taken.</param>
    /// <exception cref="UnknownColumnException">A named column is not in the view.</exception>
    /// <exception cref="NotSupportedException">A named column has a type that a table column cannot have, or nothing is left.</exception>
    public static ColumnBatch ToColumnBatch(this IDataView view, IReadOnlyList<string>? columns = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        (DataViewSchema.Column[] wanted, CellReader[] readers) = Readers(view, columns);
        using DataViewRowCursor cursor = view.GetRowCursor(wanted);
        foreach (CellReader reader in readers)
        {
            reader.Attach(cursor);
        }

        while (cursor.MoveNext())
        {
            foreach (CellReader reader in readers)
            {
                reader.Read();
            }
        }

        return new ColumnBatch(readers.Select(r => r.ToColumn()));
    }

    /// <summary>
    /// The scalar columns of a view, a batch at a time, for data contracts and profiles: memory does not grow with the view. A missing number is NaN; an empty text
    /// is a missing one, since ML.NET knows no other. Vectors and keys are left out.
    /// </summary>
    /// <param name="view">The view; read once for each time the batches are.</param>
    /// <param name="columns">The columns wanted; null means all that can be taken.</param>
    /// <param name="batchRows">Most rows of a batch, at least 1.</param>
    /// <exception cref="UnknownColumnException">A named column is not in the view.</exception>
    /// <exception cref="NotSupportedException">A named column has a type that a table column cannot have, or nothing is left.</exception>
    public static IEnumerable<ColumnBatch> ToColumnBatches(this IDataView view, IReadOnlyList<string>? columns = null, int batchRows = 4096)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchRows);
        return Batches(view, Readers(view, columns).Wanted, batchRows);
    }

    private static (DataViewSchema.Column[] Wanted, CellReader[] Readers) Readers(IDataView view, IReadOnlyList<string>? columns)
    {
        DataViewSchema.Column[] wanted = columns is null
            ? [.. view.Schema.Where(c => !c.IsHidden && CellReader.Supports(c.Type))]
            : [.. columns.Select(n => view.Schema.GetColumnOrNull(n) ?? throw new UnknownColumnException(n, view.Schema.Select(c => c.Name)))];
        CellReader[] readers = [.. wanted.Select(CellReader.For)];
        return readers.Length > 0
            ? (wanted, readers)
            : throw new NotSupportedException($"None of the columns can be a table column: {string.Join(", ", view.Schema.Select(c => $"{c.Name} {c.Type}"))}.");
    }

    private static IEnumerable<ColumnBatch> Batches(IDataView view, DataViewSchema.Column[] wanted, int batchRows)
    {
        CellReader[] readers = Array.ConvertAll(wanted, CellReader.For);
        using DataViewRowCursor cursor = view.GetRowCursor(wanted);
        foreach (CellReader reader in readers)
        {
            reader.Attach(cursor);
        }

        long first = 0;
        int rows = 0;
        bool more = true;
        while (more)
        {
            more = cursor.MoveNext();
            for (int i = 0; more && i < readers.Length; i++)
            {
                readers[i].Read();
            }

            rows += more ? 1 : 0;
            if (rows == batchRows || (!more && (rows > 0 || first == 0)))
            {
                yield return new ColumnBatch(readers.Select(r => r.Take()), first);
                first += rows;
                rows = 0;
            }
        }
    }
}
