namespace Lifecycle.Serving;

/// <content>How versions go: one by one when they are replaced, all of them when the model is unloaded or the host stops.</content>
public sealed partial class ServedModel
{
    private Task _freed = Task.CompletedTask;

    /// <summary>Stops: what waits is run, then no call is taken any more and versions go as their leases come back (<see cref="FreedAsync"/>).</summary>
    /// <param name="limit">Most time for what waits.</param>
    internal async ValueTask StopAsync(TimeSpan limit)
    {
        // A load cannot be interrupted everywhere, and a source may not heed its token: what comes after this frees itself (Admit).
        List<ServedVersion> living;
        lock (_lock)
        {
            _isStopping = true;
            living = [.. _living.Keys];
        }

        Task followed = _follower.DisposeAsync().AsTask();
        await Shadow.DisposeAsync().ConfigureAwait(false);

        if (_fallback is not null)
        {
            living.Add(_fallback);
        }

        await Task.WhenAll(living.Select(v => DrainAsync(v, limit))).ConfigureAwait(false);
        lock (_lock)
        {
            Replace(RouteTable.Closed(RouteClosing.Disposed));
            _current.Clear();
        }

        RetireAll();
        _fallback?.Close();

        // A version on which the shadow hangs may never come back: nobody waits for it.
        _freed = Task.WhenAll(living.Where(v => !Shadow.HangsOn(v)).Select(v => v.Disposal).Append(followed));
    }

    /// <summary>Waits until every version is disposed and none is loaded any more. Whoever still holds a lease keeps its version; it is disposed when the lease comes back.</summary>
    /// <param name="limit">Most time to wait.</param>
    internal async Task FreedAsync(TimeSpan limit)
    {
        using CancellationTokenSource over = new();
        await Task.WhenAny(_freed, Task.Delay(limit, _context.Time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>This process answers no more until it is told to load; versions go when their last lease is back.</summary>
    private void Close()
    {
        lock (_lock)
        {
            if (_route.Closing is RouteClosing.Disposed or RouteClosing.Unloaded)
            {
                return;
            }

            Replace(RouteTable.Closed(RouteClosing.Unloaded));
            _current.Clear();
        }

        RetireAll();
    }

    /// <summary>Publishes a table, and says how many versions answer now. The caller holds the lock.</summary>
    private void Replace(RouteTable route)
    {
        RouteTable before = Interlocked.Exchange(ref _route, route);
        ServingMeter.BecameReady(Name, route.Versions.Count - before.Versions.Count);
    }

    private void RetireAll()
    {
        ServedVersion[] versions;
        lock (_lock)
        {
            versions = [.. _loaded.Values];
            _loaded.Clear();
        }

        foreach (ServedVersion version in versions)
        {
            Retire(version);
        }
    }

    private void Retire(ServedVersion old)
    {
        lock (_lock)
        {
            _living[old].Set(VersionState.Draining);
            _standIn = _standIn == old ? null : _standIn;
        }

        ServingMeter.Draining(Name, 1);
        old.Close();
        _ = WatchRetirementAsync(old);
    }

    private async Task WatchRetirementAsync(ServedVersion old)
    {
        using CancellationTokenSource done = new();
        Task limit = Task.Delay(_context.Options.RetireTimeout, _context.Time, done.Token);
        if (await Task.WhenAny(old.Disposal, limit).ConfigureAwait(false) == limit)
        {
            ServingLog.StillLeased(_context.Logger, Name, old.Version, old.Leases);
        }

        await done.CancelAsync().ConfigureAwait(false);
        await old.Disposal.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (old.Disposal.Exception is { } error)
        {
            ServingLog.DisposeFailed(_context.Logger, error.GetBaseException(), Name, old.Version);
        }
        else
        {
            ServingLog.Retired(_context.Logger, Name, old.Version);
        }
    }

    /// <summary>Called on the thread pool when the model was disposed.</summary>
    private void Drained(ServedVersion version)
    {
        ServingMeter.Draining(Name, -1);
        VersionRecord? record;
        lock (_lock)
        {
            if (_living.Remove(version, out record))
            {
                record.Set(VersionState.Retired);
                Trim();
            }
        }

        _context.Audit?.Tell("serving.version.retired", Name, version.Version, record?.Digest, null);
    }
}
