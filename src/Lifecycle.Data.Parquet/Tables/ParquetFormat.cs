using System.Runtime.CompilerServices;

namespace Lifecycle.Data.Parquet;

/// <summary>
/// Apache Parquet: flat columns, read row group by row group. Needs no store and no container.
/// </summary>
/// <remarks>
/// <para>Types: BOOLEAN, INT32, INT64, FLOAT, DOUBLE, DATE, TIMESTAMP (and INT96) as UTC, text; small integers as Int32, unsigned 32 bits
/// as Int64, half floats as Single, DECIMAL as Double, bytes as their number (Int32). Lists, maps and groups are left out with a problem that names them.
/// A timestamp without time zone is taken as UTC; nanoseconds are cut to 100 ns.</para>
/// <para>Pages are unpacked to the size that they announce and no further; checksums are checked where the file has them.
/// Codecs: none, Snappy, GZip, Brotli, Zstandard, LZ4 raw.</para>
/// </remarks>
public sealed class ParquetFormat : TableFormat
{
    internal const string FormatName = "parquet";

    /// <inheritdoc/>
    public override string Name => FormatName;

    /// <summary>Files that end with <c>.parquet</c> or <c>.pq</c>, in any case.</summary>
    public override bool Recognizes(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".pq", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Starts to look at a file; the last bytes are kept, at most 64 MiB, because the footer stands there.</summary>
    /// <param name="path">The path in the dataset, for messages.</param>
    /// <param name="depth"><see cref="ProfileDepth.Full"/> decodes the file for its profile; else the footer is enough.</param>
    public override TableScan BeginScan(string path, ProfileDepth depth = ProfileDepth.None) => new ParquetScan(path, depth);

    /// <summary>Learns columns, rows and problems of a file from its footer.</summary>
    /// <param name="content">Read from where it stands to its end, or, when it can seek, at its end only; never closed.</param>
    /// <param name="path">Name of the file, for messages.</param>
    /// <param name="cancellationToken">Cancels between buffers.</param>
    public override async ValueTask<TableSummary> ScanAsync(Stream content, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.CanSeek)
        {
            try
            {
                ParquetFile file = await ParquetFile.OpenAsync(content, cancellationToken).ConfigureAwait(false);
                return ParquetScan.Summarize(path, file.Footer, file.Columns);
            }
            catch (ParquetFaultException fault)
            {
                return new TableSummary(path, FormatName, 0, new TableSchema(), null, [fault.ToProblem(null, 1)]);
            }
        }

        return await base.ScanAsync(content, path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads rows in batches, in the order of the file; a batch ends where a row group ends. One row group of the asked columns is in memory.
    /// </summary>
    /// <param name="content">The file, from its beginning. A stream that cannot seek is first copied to a temporary file, which is deleted at the end.</param>
    /// <param name="table">What the scan of the same bytes found.</param>
    /// <param name="columns">Columns to read, in this order; null reads all that a table can hold.</param>
    /// <param name="batchRows">Most rows of a batch, at least 1.</param>
    /// <param name="cancellationToken">Cancels between row groups, columns and batches.</param>
    /// <exception cref="TableFormatException">
    /// The bytes are not what the footer says, or the asked columns have more than 2 GiB in one row group; rows of earlier row groups have been handed out.
    /// </exception>
    /// <exception cref="UnknownColumnException">A column is not there.</exception>
    public override async IAsyncEnumerable<ColumnBatch> ReadAsync(
        Stream content,
        TableSummary table,
        IReadOnlyList<string>? columns,
        int batchRows,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchRows);
        if (table.FirstError is { } error)
        {
            throw new TableFormatException(table.Path, [error]);
        }

        int[] wanted = [.. (columns ?? [.. table.Schema.Select(c => c.Name)]).Select(table.Schema.PositionOf)];
        if (wanted.Length == 0)
        {
            throw new ArgumentException("Name at least one column to read.", nameof(columns));
        }

        SpooledFile spool = await SpooledFile.OfAsync(content, cancellationToken).ConfigureAwait(false);
        await using (spool.ConfigureAwait(false))
        {
            ParquetFile file = await OpenAsync(spool.Content, table, cancellationToken).ConfigureAwait(false);
            long row = 0;
            foreach (RowGroup group in file.Footer.Groups.Where(g => g.Rows > 0))
            {
                BatchColumn[] decoded = new BatchColumn[wanted.Length];
                long left = ParquetLimits.GroupBytes - wanted.Sum(i => Claimed(file, group, i));
                RequireRoom(left, table.Path, row, wanted.Length);
                for (int i = 0; i < decoded.Length; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    ParquetColumn column = file.Columns.Columns[wanted[i]] with { Column = table.Schema[wanted[i]] };
                    (decoded[i], long unpacked) = await DecodeAsync(file, group, column, table.Path, row, cancellationToken).ConfigureAwait(false);
                    left -= Math.Max(0, unpacked - group.Chunks[column.Leaf].Uncompressed);
                    RequireRoom(left, table.Path, row, wanted.Length);
                }

                for (int from = 0; from < group.Rows; from += Math.Min(batchRows, (int)group.Rows - from))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    int count = Math.Min(batchRows, (int)group.Rows - from);
                    yield return new ColumnBatch(decoded.Select(c => ColumnSlices.Of(c, from, count)), row + from);
                }

                row += group.Rows;
            }
        }
    }

    // values as they lie in memory, or the texts of them, whatever is more
    private static long Claimed(ParquetFile file, RowGroup group, int column)
    {
        ParquetColumn asked = file.Columns.Columns[column];
        return Math.Max(group.Chunks[asked.Leaf].Uncompressed, group.Rows * ParquetColumns.WidthOf(asked.Column.Type));
    }

    private static void RequireRoom(long left, string path, long row, int columns)
    {
        if (left < 0)
        {
            throw new TableFormatException(path, [new TableProblem(
                TableProblemKind.TooLarge, row + 1, 0,
                $"{columns} columns that have to be read together have {ParquetLimits.GroupBytes - left} bytes in one row group; at most {ParquetLimits.GroupBytes} are read. "
                + "Write smaller row groups; or read fewer columns, where they can be named")]);
        }
    }

    private static async ValueTask<ParquetFile> OpenAsync(Stream content, TableSummary table, CancellationToken cancellationToken)
    {
        try
        {
            ParquetFile file = await ParquetFile.OpenAsync(content, cancellationToken).ConfigureAwait(false);
            TableSchema found = new(file.Columns.Columns.Select(c => c.Column));
            return found.Select(c => (c.Name, c.Type)).SequenceEqual(table.Schema.Select(c => (c.Name, c.Type))) && file.Footer.Rows == table.Rows
                ? file
                : throw new ParquetFaultException(
                    TableProblemKind.Damaged,
                    $"the file has {file.Footer.Rows} rows of ({found}) and {table.Rows} rows of ({table.Schema}) were expected; "
                    + "were the columns learned from other bytes?",
                    file.FooterAt);
        }
        catch (ParquetFaultException fault)
        {
            throw new TableFormatException(table.Path, [fault.ToProblem(null, 1)]);
        }
    }

    private static async ValueTask<(BatchColumn Cells, long Unpacked)> DecodeAsync(
        ParquetFile file, RowGroup group, ParquetColumn column, string path, long row, CancellationToken cancellationToken)
    {
        try
        {
            return await ColumnDecoder.DecodeAsync(file.Content, group, column, cancellationToken).ConfigureAwait(false);
        }
        catch (ParquetFaultException fault)
        {
            throw new TableFormatException(path, [fault.ToProblem(column.Column.Name, row + 1)]);
        }
    }
}
