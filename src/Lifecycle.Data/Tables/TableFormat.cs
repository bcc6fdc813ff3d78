namespace Lifecycle.Data;

/// <summary>How a kind of file becomes typed rows. Formats of other packages derive from it and are added to <see cref="DatasetOptions.Formats"/>.</summary>
public abstract class TableFormat
{
    private const int BatchesReadAhead = 2;

    /// <summary>Short name kept with every version, for example <c>csv</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether a file of this path is read by this format; the path decides, not the content.</summary>
    public abstract bool Recognizes(string path);

    /// <summary>Starts to look at a file while its bytes go by.</summary>
    /// <param name="path">The path in the dataset, for messages.</param>
    /// <param name="depth">How much of it <see cref="TableScan.ProfileAsync"/> will be asked for.</param>
    public abstract TableScan BeginScan(string path, ProfileDepth depth = ProfileDepth.None);

    /// <summary>Profiles every cell of a file. Columns that are too many to be read together are read in turn, when the content can seek.</summary>
    /// <param name="content">The bytes of the file, from its beginning; never closed.</param>
    /// <param name="table">What the scan of the same bytes found.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <exception cref="TableFormatException">A row cannot be read.</exception>
    public virtual async ValueTask<DatasetProfile> ProfileAsync(Stream content, TableSummary table, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(table);
        long start = content.CanSeek ? content.Position : -1;
        long rows = 0;
        List<ColumnProfile> columns = [];
        Stack<TableColumn[]> left = new([[.. table.Schema]]);
        while (left.TryPop(out TableColumn[]? part))
        {
            try
            {
                string[]? names = part.Length == table.Schema.Count ? null : [.. part.Select(c => c.Name)];
                IAsyncEnumerable<ColumnBatch> batches = ReadAsync(content, table, names, 8192, cancellationToken)
                    .ReadAheadAsync(BatchesReadAhead, b => BatchesAhead.BytesOf(b.Columns), cancellationToken);
                DatasetProfile profile = await DatasetProfile.OfRowsAsync(table.Path, new TableSchema(part), columns.Count, batches, cancellationToken).ConfigureAwait(false);
                rows = profile.Rows;
                columns.AddRange(profile.Columns);
            }
            catch (TableFormatException e) when (start >= 0 && part.Length > 1 && e.Problems is [{ Kind: TableProblemKind.TooLarge }, ..])
            {
                left.Push(part[(part.Length / 2)..]);
                left.Push(part[..(part.Length / 2)]);
            }

            if (left.Count > 0)
            {
                content.Position = start;
            }
        }

        return new DatasetProfile(table.Path, rows, isFull: true, columns, []);
    }

    /// <summary>Reads a whole file once to learn its columns, rows and problems.</summary>
    /// <param name="content">Read from where it stands; never closed.</param>
    /// <param name="path">Name of the file, for messages.</param>
    /// <param name="cancellationToken">Cancels between buffers.</param>
    public virtual async ValueTask<TableSummary> ScanAsync(Stream content, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        TableScan scan = BeginScan(path);
        byte[] buffer = new byte[1 << 16];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            scan.Write(buffer.AsSpan(0, read));
        }

        return scan.Complete();
    }

    /// <summary>Reads rows in batches.</summary>
    /// <param name="content">The bytes of the file, from its beginning.</param>
    /// <param name="table">What the scan of the same bytes found.</param>
    /// <param name="columns">Columns to read, in this order; null reads all.</param>
    /// <param name="batchRows">Most rows of a batch, at least 1.</param>
    /// <param name="cancellationToken">Cancels between buffers.</param>
    /// <exception cref="TableFormatException">A row cannot be read; rows before it have been handed out.</exception>
    /// <exception cref="UnknownColumnException">A column is not there.</exception>
    public abstract IAsyncEnumerable<ColumnBatch> ReadAsync(
        Stream content, TableSummary table, IReadOnlyList<string>? columns, int batchRows, CancellationToken cancellationToken = default);
}

/// <summary>Looks at a file once, while its bytes are hashed and stored.</summary>
public abstract class TableScan
{
    /// <summary>The next bytes of the file. Never throws for what the bytes are.</summary>
    public abstract void Write(ReadOnlySpan<byte> bytes);

    /// <summary>The file is at its end: what it is.</summary>
    public abstract TableSummary Complete();

    /// <summary>The profile of the file that went by; asked for after <see cref="Complete"/>.</summary>
    /// <param name="open">Opens the same bytes again, for what could not be known while they went by. May not be called.</param>
    /// <param name="cancellationToken">Cancels between buffers.</param>
    /// <returns>Null when the format makes none in passing, or none was asked for.</returns>
    public virtual ValueTask<DatasetProfile?> ProfileAsync(Func<Stream> open, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<DatasetProfile?>(null);
}
