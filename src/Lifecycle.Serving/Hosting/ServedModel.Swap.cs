namespace Lifecycle.Serving;

/// <content>How versions come and go.</content>
public sealed partial class ServedModel
{
    /// <summary>Stops: no call is taken any more; returns when every version was disposed or the time is over.</summary>
    internal async ValueTask StopAsync(TimeSpan limit)
    {
        await _follower.DisposeAsync().ConfigureAwait(false);
        RouteTable last = Interlocked.Exchange(ref _route, RouteTable.Stopped);
        if (last.Primary is { } primary)
        {
            ServingMeter.BecameReady(Name, -1);
            Retire(primary);
        }

        ServedVersion[] living;
        lock (_lock)
        {
            living = [.. _living.Keys];
        }

        // Whoever still holds a lease keeps its version; it is disposed when the lease comes back.
        await Task.WhenAny(Task.WhenAll(living.Select(v => v.Disposal)), Task.Delay(limit, _context.Time)).ConfigureAwait(false);
    }

    private async ValueTask<FollowOutcome> LoadAsync(ModelRevision revision, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _sourceProblem = null;
        }

        if (IsReady && revision.IsSameAs(_serving))
        {
            return FollowOutcome.Settled;
        }

        VersionRecord record = Add(revision);
        long started = _context.Time.GetTimestamp();
        try
        {
            ServedVersion version = await _loader.LoadAsync(
                revision, record, Volatile.Read(ref _route).Primary?.Model.Signature, Drained, cancellationToken).ConfigureAwait(false);
            Publish(version, record);
            _serving = revision;
            ServingMeter.Loaded(_context.Time.GetElapsedTime(started), Name, "published");
            return FollowOutcome.Settled;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            record.Set(VersionState.Failed, "the host stopped while it was loaded");
            throw;
        }
        catch (Exception error) when (error is ModelRejectedException or BlobCorruptedException)
        {
            string reason = error is BlobCorruptedException ? $"digest: {error.Message}" : error.Message;
            record.Set(VersionState.Rejected, reason);
            ServingMeter.Loaded(_context.Time.GetElapsedTime(started), Name, "rejected");
            ServingLog.Rejected(_context.Logger, Name, revision.Version, reason, Serving());

            // A damaged blob can be restored from a copy; a rejected model stays what it is.
            return error is BlobCorruptedException ? FollowOutcome.TryAgain : FollowOutcome.Settled;
        }
        catch (Exception error)
        {
            record.Set(VersionState.Failed, $"{error.GetType().Name}: {error.Message}");
            ServingMeter.Loaded(_context.Time.GetElapsedTime(started), Name, "failed");
            ServingLog.LoadFailed(_context.Logger, error, Name, revision.Version, error.Message, Serving());
            return FollowOutcome.TryAgain;
        }
    }

    private void Publish(ServedVersion version, VersionRecord record)
    {
        record.Serves(version);
        lock (_lock)
        {
            _living.Add(version, record);
        }

        // The state is set first: whoever sees the answer of a version sees it as ready.
        record.Set(VersionState.Ready);
        RouteTable before = Interlocked.Exchange(ref _route, new RouteTable(version, stopped: false));
        ServingLog.Published(_context.Logger, Name, version.Version);
        if (before.Primary is { } old)
        {
            Retire(old);
        }
        else
        {
            ServingMeter.BecameReady(Name, 1);
        }
    }

    private void Retire(ServedVersion old)
    {
        lock (_lock)
        {
            _living[old].Set(VersionState.Draining);
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
        lock (_lock)
        {
            if (_living.Remove(version, out VersionRecord? record))
            {
                record.Set(VersionState.Retired);
            }
        }
    }

    private VersionRecord Add(ModelRevision revision)
    {
        lock (_lock)
        {
            string? before = null;
            // A new attempt at the same bytes takes the place of the attempt before it.
            if (_records.Count > 0 && _records[0].Status() is { State: VersionState.Failed or VersionState.Rejected } last
                && last.Version == revision.Version && last.Digest == revision.Digest)
            {
                before = last.Reason;
                _records.RemoveAt(0);
            }

            VersionRecord record = new(revision.Version, revision.Digest, _context.Time, before);
            _records.Insert(0, record);
            for (int i = _records.Count - 1; i >= KeptRecords; i--)
            {
                if (!_living.ContainsValue(_records[i]))
                {
                    _records.RemoveAt(i);
                }
            }

            return record;
        }
    }

    private void SourceFailed(Exception error)
    {
        lock (_lock)
        {
            _sourceProblem = $"source: {error.Message}";
        }

        ServingLog.SourceFailed(_context.Logger, error, Name, error.Message, Serving());
    }

    private void NothingNamed()
    {
        lock (_lock)
        {
            _sourceProblem = "source: it names no version; move the alias or write the file";
        }

        ServingLog.NothingNamed(_context.Logger, Name, Serving());
    }

    private string Serving() => Version is { } version ? $"Version {version} goes on answering." : "No version answers.";
}
