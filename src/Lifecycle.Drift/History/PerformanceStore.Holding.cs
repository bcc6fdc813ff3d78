using System.Collections.Concurrent;

namespace Lifecycle.Drift;

internal sealed partial class PerformanceStore
{
    /// <summary>Stores of this process that hold a monitor: a mark of this process that is not among them is that of one which ended without a word.</summary>
    private static readonly ConcurrentDictionary<string, PerformanceStore> Live = new(StringComparer.Ordinal);

    private readonly TaskCompletionSource<PerformanceMonitor?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Takes hold of a monitor, made when it is new. One that this process holds is handed over: it writes what it has and stops; when it cannot, it
    /// goes on. One that another living process holds is refused.
    /// </summary>
    /// <param name="drift">The workspace.</param>
    /// <param name="events">Gets word of falls.</param>
    /// <param name="key">What is opened.</param>
    /// <param name="logger">Where failures are written.</param>
    /// <param name="telling">The monitor whose handler opens it, see <see cref="Telling"/>.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="MonitorHeldException">Another process holds it.</exception>
    /// <exception cref="LifecycleStorageException">The store failed; one that this process holds goes on.</exception>
    /// <exception cref="InvalidOperationException">A handler of the monitor opens it again, and would wait for itself.</exception>
    public static async ValueTask<PerformanceStore> OpenAsync(
        DriftMonitors drift, ILifecycleEvents events, PerformanceKey key, Microsoft.Extensions.Logging.ILogger? logger, PerformanceMonitor? telling,
        CancellationToken cancellationToken)
    {
        PerformanceStore store = new(drift, events, key, ProcessMark.New(LifecycleId.New(drift.Time), drift.Place), logger);
        Live[store._owner] = store;
        try
        {
            while (await store.ClaimAsync(cancellationToken).ConfigureAwait(false) is { } holder)
            {
                if (!Live.TryGetValue(holder.Owner, out PerformanceStore? there))
                {
                    // One of this process that let go since is no holder any more: the next look says so.
                    _ = ProcessMark.IsMine(holder.Owner) ? holder : throw MonitorHeldException.Refused(key, holder);
                    continue;
                }

                PerformanceMonitor? monitor = await there._opened.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (monitor is not null)
                {
                    store._waiting = await monitor.HandOverAsync(store._owner, monitor == telling, cancellationToken).ConfigureAwait(false);
                }
            }

            return store;
        }
        catch
        {
            await store.AbandonAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether this process holds a monitor, or is about to.</summary>
    public static bool Holds(PerformanceKey key, string place) => Live.Values.Any(s => s._key == key && ProcessMark.IsIn(s._owner, place));

    /// <summary>The monitor of which a handler makes this call; null when none does. Ask before anything is awaited: the call may go on elsewhere.</summary>
    public static PerformanceMonitor? Telling() => Live.Values
        .Select(s => s._opened.Task is { IsCompletedSuccessfully: true, Result: { IsTelling: true } monitor } ? monitor : null)
        .FirstOrDefault(m => m is not null);

    /// <summary>Lets go of a monitor that could not be opened; otherwise its row would keep other processes away for as long as this one lives.</summary>
    public async ValueTask AbandonAsync()
    {
        try
        {
            await _drift.Database.WriteAsync(
                async (transaction, token) => await transaction.ExecuteAsync(
                    "UPDATE drift_performance_monitor SET owner = NULL WHERE owner = $owner", [("$owner", _owner)], token).ConfigureAwait(false),
                CommitDurability.Buffered).ConfigureAwait(false);
        }
        catch (Exception error) when (error is LifecycleStorageException or ObjectDisposedException or System.Data.Common.DbException)
        {
            // What kept it from being opened is thrown on; this is the same store.
        }
        finally
        {
            Forget();
        }
    }

    /// <summary>The monitor over this store is there; null when it could not be made.</summary>
    public void Opened(PerformanceMonitor? monitor) => _opened.TrySetResult(monitor);

    /// <summary>This process holds the monitor no more, whatever its row says.</summary>
    public void Forget()
    {
        Live.TryRemove(_owner, out _);
        Opened(null);
    }

    /// <summary>Says that the holder lives, and drops what is too old of any monitor.</summary>
    /// <exception cref="MonitorHeldException">Another process took the monitor over.</exception>
    public async ValueTask LiveAsync()
    {
        await WriteAsync((_, _) => ValueTask.CompletedTask, CommitDurability.Buffered).ConfigureAwait(false);
        await PruneAsync().ConfigureAwait(false);
    }

    /// <summary>Gives the monitor to another store of this process.</summary>
    /// <param name="owner">Its mark.</param>
    /// <exception cref="MonitorHeldException">Another process took the monitor over.</exception>
    public async ValueTask GiveAsync(string owner) => await WriteAsync(
        async (transaction, token) => await transaction.ExecuteAsync(
            "UPDATE drift_performance_monitor SET owner = $owner WHERE id = $id", [("$owner", owner), ("$id", _monitor)], token).ConfigureAwait(false),
        CommitDurability.Buffered).ConfigureAwait(false);

    /// <summary>Leaves the monitor to who comes next.</summary>
    public async ValueTask ReleaseAsync()
    {
        try
        {
            await WriteAsync(
                async (transaction, token) => await transaction.ExecuteAsync(
                    "UPDATE drift_performance_monitor SET owner = NULL WHERE id = $id", [("$id", _monitor)], token).ConfigureAwait(false),
                CommitDurability.Buffered).ConfigureAwait(false);
        }
        finally
        {
            Forget();
        }
    }

    /// <summary>Writes when the monitor is still held by this process, in one transaction with the look at that.</summary>
    private async ValueTask WriteAsync(Func<LifecycleTransaction, CancellationToken, ValueTask> work, CommitDurability durability) =>
        await Patience.RunAsync(limit => _drift.Database.WriteAsync(
            async (transaction, token) =>
            {
                Patience.Reached();
                int held = await transaction.ExecuteAsync(
                    "UPDATE drift_performance_monitor SET heard = $heard WHERE id = $id AND owner = $owner",
                    [("$heard", _drift.Time.GetUtcNow().UtcTicks), ("$id", _monitor), ("$owner", _owner)], token).ConfigureAwait(false);
                if (held == 0)
                {
                    throw MonitorHeldException.Lost(_key, await HolderAsync(transaction, token).ConfigureAwait(false));
                }

                await work(transaction, token).ConfigureAwait(false);
                return 0;
            },
            durability, limit)).ConfigureAwait(false);

    private async ValueTask PruneAsync() => await Patience.RunAsync(async limit =>
    {
        await _drift.PruneIfDueAsync(limit).ConfigureAwait(false);
        return 0;
    }).ConfigureAwait(false);

    /// <summary>Takes hold when nobody alive does; else says who does.</summary>
    private async ValueTask<PerformanceHolder?> ClaimAsync(CancellationToken cancellationToken)
    {
        (_monitor, PerformanceHolder? other) = await _drift.Database.WriteAsync(
            async (transaction, token) =>
            {
                DateTimeOffset now = _drift.Time.GetUtcNow();
                (string, object?)[] names = [("$model", _key.Model), ("$version", _key.Version), ("$monitor", _key.Monitor)];
                await transaction.ExecuteAsync(
                    "INSERT INTO drift_performance_monitor (model, version, monitor) VALUES ($model, $version, $monitor) ON CONFLICT DO NOTHING", names, token)
                    .ConfigureAwait(false);
                long id = (long)(await transaction.ScalarAsync(
                    "SELECT id FROM drift_performance_monitor WHERE model = $model AND version = $version AND monitor = $monitor", names, token)
                    .ConfigureAwait(false))!;
                PerformanceHolder? holder = await HolderAsync(transaction, token).ConfigureAwait(false);
                if (holder is not null && holder.Owner != _owner && IsHeld(holder, now))
                {
                    return (id, holder);
                }

                await transaction.ExecuteAsync(
                    "UPDATE drift_performance_monitor SET owner = $owner, since = $now, heard = $now WHERE id = $id",
                    [("$owner", _owner), ("$now", now.UtcTicks), ("$id", id)], token).ConfigureAwait(false);
                return (id, (PerformanceHolder?)null);
            },
            CommitDurability.Buffered, cancellationToken).ConfigureAwait(false);
        return other;
    }

    private async ValueTask<PerformanceHolder?> HolderAsync(LifecycleTransaction transaction, CancellationToken cancellationToken)
    {
        List<PerformanceHolder> holders = await DriftRows.ReadAsync(
            transaction.Command(
                """
                SELECT owner, since, heard FROM drift_performance_monitor
                WHERE model = $model AND version = $version AND monitor = $monitor AND owner IS NOT NULL
                """,
                ("$model", _key.Model), ("$version", _key.Version), ("$monitor", _key.Monitor)),
            r => new PerformanceHolder(r.GetString(0), DriftRows.Time(r, 1), DriftRows.Time(r, 2)), cancellationToken).ConfigureAwait(false);
        return holders.Count == 0 ? null : holders[0];
    }

    private bool IsHeld(PerformanceHolder holder, DateTimeOffset now) => ProcessMark.IsMine(holder.Owner)
        ? ProcessMark.IsIn(holder.Owner, _drift.Place) && Live.ContainsKey(holder.Owner)
        : ProcessMark.IsAlive(holder.Owner, _drift.Place, holder.Heard, now);
}
