using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Storage.Local;

/// <summary>
/// A SQLite file with write-ahead logging: readers never wait for writers, one connection of a process writes, many processes may use the file at once.
/// </summary>
public sealed partial class SqliteDatabase : LifecycleDatabase, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _preparing = new();
    private readonly TimeProvider _time;
    private readonly SqliteReaders _readers;
    private SqliteWriter? _writer;
    private Task? _prepared;
    private volatile State _state;

    /// <summary>Names the file; it is opened, and made when it is not there, by the first call.</summary>
    /// <param name="file">For example <c>lifecycle/lifecycle.db</c>.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="time">The clock; null means the system's.</param>
    public SqliteDatabase(string file, LocalStorageOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        File = Path.GetFullPath(file);
        BusyTimeout = (options ?? new LocalStorageOptions()).Checked().BusyTimeout;
        _time = time ?? TimeProvider.System;
        _readers = new SqliteReaders(this, new SqliteConnectionStringBuilder
        {
            DataSource = File,
            Mode = SqliteOpenMode.ReadWrite,
            ForeignKeys = true,
            DefaultTimeout = Math.Max(1, (int)BusyTimeout.TotalSeconds),
        }.ToString());
    }

    /// <summary>The file, as a full path.</summary>
    public string File { get; }

    /// <inheritdoc/>
    public override SqlDialect Dialect => SqlDialect.Sqlite;

    /// <inheritdoc/>
    public override DbDataSource DataSource => _readers;

    /// <inheritdoc/>
    public override string? Folder => Path.GetDirectoryName(Path.GetFullPath(File));

    /// <inheritdoc/>
    public override string Identity
    {
        get
        {
            try
            {
                FileStamp stamp = FileStamp.Of(File);
                return stamp.Inode != 0
                    ? string.Create(CultureInfo.InvariantCulture, $"file:{stamp.Device}:{stamp.Inode}")
                    : $"path:{FinalPath(File).ToUpperInvariant()}";
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new LifecycleStorageException("database", "look", File, $"The file of the database '{File}' cannot be seen: {error.Message}", innerException: error);
            }
        }
    }

    /// <summary>The path of a file with all links followed, those of its folders, too.</summary>
    /// <exception cref="IOException">A link cannot be followed.</exception>
    internal static string FinalPath(string file)
    {
        string path = Path.GetFullPath(file);
        if (Path.GetDirectoryName(path) is not { } folder)
        {
            return path;
        }

        FileSystemInfo? target = Directory.Exists(path)
            ? Directory.ResolveLinkTarget(path, returnFinalTarget: true)
            : System.IO.File.ResolveLinkTarget(path, returnFinalTarget: true);
        return target is null ? Path.Combine(FinalPath(folder), Path.GetFileName(path)) : FinalPath(target.FullName);
    }

    internal TimeSpan BusyTimeout { get; }

    /// <summary>What must be done while the database can still be read.</summary>
    internal Func<ValueTask>? Closing { get; set; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The transaction is not one of SQLite, a row has too many or too few cells, or a cell has another type.</exception>
    public override ValueTask<long> BulkInsertAsync(
        LifecycleTransaction transaction, BulkInsert insert, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(insert);
        ArgumentNullException.ThrowIfNull(rows);
        return transaction.Connection is SqliteConnection connection
            ? new(SqliteBulkInsert.Run(connection, insert, rows, cancellationToken))
            : throw new ArgumentException("The transaction belongs to another kind of database.", nameof(transaction));
    }

    /// <summary>Opens the file; at most once, whoever asks. A failure is not remembered.</summary>
    internal Task PrepareAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfClosed();
        Task prepared;
        lock (_preparing)
        {
            if (_prepared is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _prepared = Task.Run(OpenAsync, CancellationToken.None);
            }

            prepared = _prepared;
        }

        return prepared.IsCompletedSuccessfully ? prepared : prepared.WaitAsync(cancellationToken);
    }

    internal void Prepare() => PrepareAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Closes all connections. What is being written is finished first.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.CompareExchange(ref _state, State.Closing, State.Open) != State.Open)
        {
            return;
        }

        if (Closing is { } closing)
        {
            await closing().ConfigureAwait(false);
        }

        await _gate.WaitAsync().ConfigureAwait(false);
        _state = State.Closed;
        _writer?.Dispose();
        _writer = null;
        using (SqliteConnection any = new(_readers.ConnectionString))
        {
            SqliteConnection.ClearPool(any);
        }

        await _readers.DisposeAsync().ConfigureAwait(false);
        _gate.Release();
    }

    /// <summary>Closes all connections. What is being written is finished first.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task OpenAsync()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(File)!);
            _writer = new SqliteWriter(File, BusyTimeout, _time);
            await _writer.UseWriteAheadLogAsync(CancellationToken.None).ConfigureAwait(false);
            if (!SqliteMigrations.IsCurrent(_writer.Connection, SqliteMigrations.Storage, File))
            {
                await ApplyMissingAsync(SqliteMigrations.Storage, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            _writer?.Dispose();
            _writer = null;
            throw error switch
            {
                SqliteException sqlite when SqliteFailure.IsOfTheStore(sqlite) => SqliteFailure.Of(sqlite, "open", File, BusyTimeout),
                _ when DiskFailure.Is(error) => DiskFailure.Of(error, "open", File, Path.GetDirectoryName(File)!),
                _ => error,
            };
        }
    }

    private void ThrowIfClosed()
    {
        if (_state == State.Closed)
        {
            throw new ObjectDisposedException(null, "The workspace was closed; await what runs before DisposeAsync.");
        }
    }

    private enum State
    {
        Open,
        Closing,
        Closed,
    }
}
