using System.Data.Common;

namespace Lifecycle.Data;

/// <summary>
/// Where data came from and what came of it. Keeps every edge that a feature publishes with its events; delivery at least once is enough,
/// because an edge that is there is not inserted again.
/// </summary>
public sealed class DatasetLineage : IAsyncDisposable
{
    /// <summary>Longest way that is walked.</summary>
    public const int MaximumDepth = 64;

    private readonly LifecycleDatabase _database;
    private readonly ILifecycleEvents _events;
    private readonly SemaphoreSlim _starting = new(1, 1);
    private volatile bool _listening;
    private bool _disposed;

    /// <summary>Makes the lineage of a workspace; it listens from <see cref="StartAsync"/> on.</summary>
    public DatasetLineage(LifecycleDatabase database, ILifecycleEvents events)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(events);
        _database = database;
        _events = events;
    }

    /// <summary>Begins to listen, also to what was published before in other processes. Every public call of datasets does this; twice is once.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        if (_listening)
        {
            return;
        }

        await _database.MigrateAsync(DatasetTables.Migrations, cancellationToken).ConfigureAwait(false);
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_disposed)
            {
                throw new ObjectDisposedException(null, "The catalog of datasets was closed; await what runs before DisposeAsync.");
            }

            if (!_listening)
            {
                await LineageSubscriber.Of(_events).JoinAsync(_database, _events, cancellationToken).ConfigureAwait(false);
                _listening = true;
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Everything that the node came from, however far back (at most <see cref="MaximumDepth"/> edges).</summary>
    public ValueTask<LineageGraph> UpstreamOfAsync(LineageNode node, CancellationToken cancellationToken = default) =>
        WalkAsync(node, isDown: false, cancellationToken);

    /// <summary>Everything that came of the node: runs that used it, models, versions, derived data.</summary>
    public ValueTask<LineageGraph> DownstreamOfAsync(LineageNode node, CancellationToken cancellationToken = default) =>
        WalkAsync(node, isDown: true, cancellationToken);

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _starting.WaitAsync().ConfigureAwait(false);
        try
        {
            _disposed = true;
            if (_listening)
            {
                _listening = false;
                await LineageSubscriber.Of(_events).LeaveAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    private async ValueTask<LineageGraph> WalkAsync(LineageNode node, bool isDown, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        await StartAsync(cancellationToken).ConfigureAwait(false);
        await _events.DrainAsync(cancellationToken).ConfigureAwait(false);
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await new LineageWalk(connection, isDown).FromAsync(node, cancellationToken).ConfigureAwait(false);
        }
    }
}
