using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Tracking;

/// <summary>
/// Experiments and their runs: start them, find them, read them. One a process and workspace; safe for any number of threads, and for other processes beside it.
/// </summary>
public sealed partial class ExperimentCatalog : IAsyncDisposable
{
    private readonly TrackingStore _store;
    private readonly TrackingOptions _options;
    private readonly ILogger _logger;
    private readonly string _folder;
    private readonly BatchWriter _writer;
    private readonly JournalDrain _drain;
    private readonly JournalRecovery _recovery;
    private readonly Lock _opening = new();
    private readonly SemaphoreSlim _recovering = new(1);
    private readonly CancellationTokenSource _closing = new();
    private Task? _taken;
    private volatile bool _disposed;

    /// <summary>Opens the experiments of a workspace. Tables are made, and what dead processes left is taken over, at the first call.</summary>
    /// <param name="database">Keeps the tables.</param>
    /// <param name="blobs">Keeps artifacts and models.</param>
    /// <param name="objects">Is told which blobs tracking holds.</param>
    /// <param name="audit">Starts and ends of runs and changes of experiments write one entry each.</param>
    /// <param name="events">Ends of runs are published.</param>
    /// <param name="journals">Where runs are written before the database knows of them.</param>
    /// <param name="actor">Who acts; null means the user of the operating system.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="logger">Told of misuse and of journals that cannot be written or read.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message says which and what to set.</exception>
    public ExperimentCatalog(
        LifecycleDatabase database, IBlobStore blobs, BlobUpkeep objects, IAuditLog audit, ILifecycleEvents events, JournalFolder journals,
        IActorAccessor? actor = null, TimeProvider? time = null, TrackingOptions? options = null, ILogger<ExperimentCatalog>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(journals);
        _options = options ?? new TrackingOptions();
        if (_options.Broken() is { } broken)
        {
            throw new ArgumentException(broken, nameof(options));
        }

        _store = new TrackingStore(database, blobs, objects, audit, events, actor, time);
        _logger = logger ?? NullLogger<ExperimentCatalog>.Instance;
        _folder = journals.Path;
        _writer = new BatchWriter(_store);
        _drain = new JournalDrain(_writer, _store, _options.Journal, _logger);
        _recovery = new JournalRecovery(_writer, _store, _folder, _logger);
    }

    /// <summary>Makes an experiment.</summary>
    /// <param name="name">1 to 500 characters; unique, names of deleted experiments included.</param>
    /// <param name="cancellationToken">Cancelling makes nothing.</param>
    /// <exception cref="TrackingException">The name is taken or breaks the rule.</exception>
    public ValueTask<Experiment> CreateAsync(string name, CancellationToken cancellationToken = default) =>
        CreateAsync(new NewExperiment(name), cancellationToken);

    /// <summary>An experiment by its name, deleted or not; null when there is none. <c>0</c> is <c>Default</c>.</summary>
    public async ValueTask<Experiment?> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        List<Experiment> rows = await _store.Database.QueryAsync(
            ExperimentTable.Columns + " WHERE name = $name", [("$name", ExperimentTable.RequireName(name))], ExperimentTable.Read, cancellationToken)
            .ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>All experiments, the newest first.</summary>
    /// <param name="includeDeleted">Whether deleted ones are listed too.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async ValueTask<IReadOnlyList<Experiment>> ListAsync(bool includeDeleted = false, CancellationToken cancellationToken = default)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.QueryAsync(
            ExperimentTable.Columns + " WHERE $all OR stage = 1 ORDER BY created DESC, id", [("$all", includeDeleted ? 1L : 0L)], ExperimentTable.Read, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Waits until everything that runs of this process logged before the call can be searched.</summary>
    /// <exception cref="LifecycleStorageException">The database cannot be written now. What was logged stays in the journals and is written later.</exception>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => _drain.FlushAsync(cancellationToken);

    /// <summary>
    /// Takes over what processes left that died: their journals come into the database and their runs end as <see cref="RunStatus.Killed"/> with the time of
    /// their last record. Also done once when the catalog opens.
    /// </summary>
    /// <returns>Runs that were ended.</returns>
    public async ValueTask<int> RecoverAsync(CancellationToken cancellationToken = default)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await RecoverOneAtATimeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends open runs as <see cref="RunStatus.Killed"/>, moves what it can into the database and closes. What is left is taken over at the next opening.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (Run run in _open.Values)
        {
            run.SetTag(Run.EndReasonTag, "closed");
            await run.EndAsync(RunStatus.Killed, "closed", isAsked: false, CancellationToken.None).ConfigureAwait(false);
        }

        await _drain.TryFlushAsync(_options.EndTimeout, CancellationToken.None).ConfigureAwait(false);
        await _drain.DisposeAsync().ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        if (_taken is { } taken)
        {
            await taken.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _closing.Dispose();
        _recovering.Dispose();
    }

    /// <summary>Lets a read see what runs of this process logged; when the database cannot be written, it sees what is there.</summary>
    internal async ValueTask ReadOwnWritesAsync(CancellationToken cancellationToken)
    {
        if (!_disposed)
        {
            await _drain.TryFlushAsync(_options.EndTimeout, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        Task taken;
        lock (_opening)
        {
            if (_taken is null or { IsFaulted: true } or { IsCanceled: true })
            {
                // It belongs to nobody who waits: a caller that gives up does not stop it.
                _taken = Task.Run(() => RecoverOneAtATimeAsync(_closing.Token), CancellationToken.None);
            }

            taken = _taken;
        }

        await taken.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> RecoverOneAtATimeAsync(CancellationToken cancellationToken)
    {
        await _recovering.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await _recovery.RecoverAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _recovering.Release();
        }
    }

    private async ValueTask OpenForReadingAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        await ReadOwnWritesAsync(cancellationToken).ConfigureAwait(false);
    }
}
