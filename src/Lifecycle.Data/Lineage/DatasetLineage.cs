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
            ObjectDisposedException.ThrowIf(_disposed, this);
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
        WalkAsync(node, "from", "to", cancellationToken);

    /// <summary>Everything that came of the node: runs that used it, models, versions, derived data.</summary>
    public ValueTask<LineageGraph> DownstreamOfAsync(LineageNode node, CancellationToken cancellationToken = default) =>
        WalkAsync(node, "to", "from", cancellationToken);

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

    private async ValueTask<LineageGraph> WalkAsync(LineageNode node, string here, string there, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        await StartAsync(cancellationToken).ConfigureAwait(false);
        await _events.DrainAsync(cancellationToken).ConfigureAwait(false);

        // UNION of (node, depth) ends in a cycle only through the depth, so the nearest depth of each node is what counts
        string sql = $"""
            WITH RECURSIVE reached (kind, id, depth) AS (
                VALUES ($kind, $id, 0)
                UNION
                SELECT e.{there}_kind, e.{there}_id, r.depth + 1
                FROM reached r JOIN data_lineage_edge e ON e.{here}_kind = r.kind AND e.{here}_id = r.id
                WHERE r.depth < {MaximumDepth}),
            nearest AS (SELECT kind, id, min(depth) AS depth FROM reached GROUP BY kind, id)
            SELECT e.from_kind, e.from_id, e.relation, e.to_kind, e.to_id, e.at, e.actor
            FROM nearest n JOIN data_lineage_edge e ON e.{here}_kind = n.kind AND e.{here}_id = n.id
            WHERE n.depth < {MaximumDepth}
            ORDER BY n.depth, e.at, e.from_kind, e.from_id, e.relation, e.to_kind, e.to_id
            """;
        List<LineageEdge> edges = [];
        List<LineageNode> nodes = [];
        HashSet<LineageNode> seen = [node];
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(sql, ("$kind", node.Kind), ("$id", node.Id));
            await using (command.ConfigureAwait(false))
            {
                DbDataReader row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (row.ConfigureAwait(false))
                {
                    while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        LineageEdge edge = new(
                            new LineageNode(row.GetString(0), row.GetString(1)), row.GetString(2), new LineageNode(row.GetString(3), row.GetString(4)),
                            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)), row.GetString(6));
                        edges.Add(edge);
                        LineageNode next = here == "from" ? edge.To : edge.From;
                        if (seen.Add(next))
                        {
                            nodes.Add(next);
                        }
                    }
                }
            }
        }

        return new LineageGraph(node, nodes, edges);
    }
}
