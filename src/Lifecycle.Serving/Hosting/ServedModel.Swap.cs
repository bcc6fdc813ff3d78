namespace Lifecycle.Serving;

/// <content>How versions come and go.</content>
public sealed partial class ServedModel
{
    private const string Stopped = "the host stopped while it was loaded";
    private const string NameIt = "move the alias or write the file";

    private readonly Dictionary<RevisionKey, ServedVersion> _loaded = [];
    private readonly Dictionary<string, ServedVersion> _current = new(StringComparer.Ordinal);
    private readonly HashSet<RevisionKey> _rejected = [];
    private readonly HashSet<ModelRevision> _misnamed = [];
    private readonly Dictionary<RevisionKey, (int Failures, DateTimeOffset Due)> _failing = [];
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private ModelOffer? _noted;

    /// <summary>Resolves and loads anew, also what was rejected or unloaded. Null when the model answers; else the reason.</summary>
    private async ValueTask<string?> LoadAgainAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _rejected.Clear();
            _misnamed.Clear();
            _failing.Clear();
            if (_route.Closing == RouteClosing.Unloaded)
            {
                _route = RouteTable.Closed(RouteClosing.NotReady);
            }
        }

        await _follower.AskAgainAsync(cancellationToken).ConfigureAwait(false);

        // Who loads wants what is there now: that an older version goes on is no success.
        return Volatile.Read(ref _route).Primary is null ? Reason ?? "no version is ready" : WhyWrong;
    }

    /// <summary>One pass: loads what the offer has and is not loaded, publishes after each, retires what nothing names any more.</summary>
    /// <returns>When to come again; null when nothing is to be tried again.</returns>
    private async ValueTask<TimeSpan?> PassAsync(ModelOffer offer, ModelDemand demand, CancellationToken cancellationToken)
    {
        try
        {
            return await FollowAsync(offer, demand, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_lock)
            {
                // The next pass over this offer says anew whether something is wrong.
                _noted = null;
            }

            throw;
        }
    }

    private async ValueTask<TimeSpan?> FollowAsync(ModelOffer offer, ModelDemand demand, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _route).Closing == RouteClosing.Unloaded)
        {
            return null;
        }

        Note(offer, demand);
        foreach ((string? name, ModelRevision revision) in InOrder(offer, demand))
        {
            RevisionKey key = new(revision);
            if (MustLoad(key, revision))
            {
                if (await BringAsync(key, revision, name, cancellationToken).ConfigureAwait(false) is null)
                {
                    return null;
                }

                Point(offer, demand, isSettled: false);
            }
        }

        Point(offer, demand, isSettled: true);
        await StandInAsync(offer, demand, cancellationToken).ConfigureAwait(false);
        if (Volatile.Read(ref _route).Closing == RouteClosing.Unloaded)
        {
            // The word came while a version was loaded.
            RetireAll();
            return null;
        }

        lock (_lock)
        {
            DateTimeOffset now = _context.Time.GetUtcNow();
            return _failing.Count == 0 ? null : TimeSpan.FromTicks(Math.Max(1, _failing.Values.Min(f => f.Due - now).Ticks));
        }
    }

    /// <summary>Loads one revision and takes note of what came of it.</summary>
    /// <returns>What came of it; null when the host stopped meanwhile.</returns>
    private async ValueTask<LoadOutcome?> BringAsync(RevisionKey key, ModelRevision revision, string? name, CancellationToken cancellationToken)
    {
        long started = _context.Time.GetTimestamp();
        LoadOutcome outcome = await TryLoadAsync(revision, name, cancellationToken).ConfigureAwait(false);
        if (!Admit(key, revision, outcome))
        {
            // The host did not wait for it.
            await _loader.DiscardAsync(outcome.Version!).ConfigureAwait(false);
            return null;
        }

        ServingMeter.Loaded(_context.Time.GetElapsedTime(started), Name, outcome.Word);
        return outcome;
    }

    /// <summary>The versions of the names first, in their order, then the others, newest first; at most as many as a model may have.</summary>
    private List<(string? Name, ModelRevision Revision)> InOrder(ModelOffer offer, ModelDemand demand)
    {
        List<(string?, ModelRevision)> order = [];
        foreach (string name in demand.Names)
        {
            if (offer.Find(name) is { } revision && !order.Exists(o => ReferenceEquals(o.Item2, revision)))
            {
                order.Add((name, revision));
            }
        }

        foreach (ModelRevision revision in offer.Revisions.Reverse())
        {
            if (!order.Exists(o => ReferenceEquals(o.Item2, revision)))
            {
                order.Add((null, revision));
            }
        }

        int most = _context.Options.MaximumVersions;
        if (order.Count > most)
        {
            ServingLog.TooManyVersions(_context.Logger, Name, order.Count, most);
            order.RemoveRange(most, order.Count - most);
        }

        return order;
    }

    private void Note(ModelOffer offer, ModelDemand demand)
    {
        List<string> gone = [];
        lock (_lock)
        {
            // Only a new word of the source says that what was wrong with it is over.
            _sourceProblem = ReferenceEquals(offer, _noted) ? _sourceProblem : null;
            _noted = offer;
            if (offer.Problem is { } problem)
            {
                _sourceProblem = $"source: {Phrase.Of(problem)}";
            }

            // What is not wanted any more is not missed.
            _missing.RemoveWhere(n => !demand.Names.Contains(n));
            foreach (string name in demand.Names)
            {
                if (offer.Find(name) is not null)
                {
                    _missing.Remove(name);
                }
                else if (_missing.Add(name))
                {
                    gone.Add(name);
                }
            }

            // What is offered no more may come back mended.
            HashSet<RevisionKey> offered = [.. offer.Revisions.Select(r => new RevisionKey(r))];
            _misnamed.RemoveWhere(m => !offer.Revisions.Contains(m));
            foreach (RevisionKey key in _failing.Keys.Where(k => !offered.Contains(k) && !_standIns.Contains(k)).ToArray())
            {
                _failing.Remove(key);
            }
        }

        foreach (string name in gone)
        {
            ServingLog.NothingNamed(_context.Logger, Name, name, Phrase.Of(offer.Problem ?? NameIt), Serving());
        }
    }

    private bool MustLoad(RevisionKey key, ModelRevision revision)
    {
        lock (_lock)
        {
            return !_loaded.ContainsKey(key) && !_rejected.Contains(key) && !_misnamed.Contains(revision)
                && !(_failing.TryGetValue(key, out (int, DateTimeOffset Due) failing) && failing.Due > _context.Time.GetUtcNow());
        }
    }

    private async ValueTask<LoadOutcome> TryLoadAsync(ModelRevision revision, string? name, CancellationToken cancellationToken)
    {
        VersionRecord record = Add(revision);
        try
        {
            ServedVersion version = await _loader.LoadAsync(revision, record, Replaced(revision, name), Drained, cancellationToken).ConfigureAwait(false);
            record.Serves(version);
            return new LoadOutcome(version, record, IsFinal: true, null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            record.Set(VersionState.Failed, Stopped);
            throw;
        }
        catch (Exception error) when (error is ModelRejectedException or BlobCorruptedException)
        {
            string reason = Phrase.Of(error is BlobCorruptedException ? $"digest: {error.Message}" : error.Message);
            record.Set(VersionState.Rejected, reason);
            ServingLog.Rejected(_context.Logger, Name, revision.Version, reason, Serving());

            // A damaged blob can be restored from a copy; a rejected model stays what it is.
            return new LoadOutcome(null, record, IsFinal: error is not BlobCorruptedException, reason);
        }
        catch (Exception error)
        {
            string reason = Phrase.Of(error.Message);
            record.Set(VersionState.Failed, $"{error.GetType().Name}: {reason}");
            ServingLog.LoadFailed(_context.Logger, error, Name, revision.Version, reason, Serving());
            return new LoadOutcome(null, record, IsFinal: false, reason);
        }
    }

    /// <summary>Takes note of what came of a load.</summary>
    /// <returns>False when the host stopped meanwhile, so that nobody wants the version.</returns>
    private bool Admit(RevisionKey key, ModelRevision revision, LoadOutcome outcome)
    {
        lock (_lock)
        {
            if (_isStopping && outcome.Version is not null)
            {
                outcome.Record.Set(VersionState.Failed, Stopped);
                return false;
            }

            if (outcome.Version is { } version)
            {
                _failing.Remove(key);
                _living.Add(version, outcome.Record);
                _loaded[key] = version;
            }
            else if (outcome.IsFinal)
            {
                // A wrong digest says nothing about the bytes: when the source offers them anew, for example with another .sha256 beside them, they are looked at again.
                _ = outcome.Reason?.StartsWith("digest:", StringComparison.Ordinal) == true ? _misnamed.Add(revision) : _rejected.Add(key);
            }
            else
            {
                int failures = _failing.GetValueOrDefault(key).Failures;
                _failing[key] = (failures + 1, _context.Time.GetUtcNow() + _context.Options.Backoff(failures, this));
            }
        }

        _context.Audit?.Tell(outcome.Version is null ? "serving.version.rejected" : "serving.version.published", Name, outcome.Record.Version, outcome.Record.Digest, outcome.Reason);
        return true;
    }

    private VersionRecord Add(ModelRevision revision)
    {
        lock (_lock)
        {
            string? before = null;

            // A new attempt at the same bytes takes the place of the attempt before it.
            int same = _records.FindIndex(r => r.Status() is { State: VersionState.Failed or VersionState.Rejected } last
                && last.Version == revision.Version && last.Digest == revision.Digest);
            if (same >= 0)
            {
                before = _records[same].Status().Reason;
                _records.RemoveAt(same);
            }

            VersionRecord record = new(revision.Version, revision.Digest, _context.Time, before);
            _records.Insert(0, record);
            Trim();
            return record;
        }
    }

    /// <summary>Forgets the oldest versions that are gone. The caller holds the lock.</summary>
    private void Trim()
    {
        for (int i = _records.Count - 1; i >= KeptRecords; i--)
        {
            if (!_living.ContainsValue(_records[i]))
            {
                _records.RemoveAt(i);
            }
        }
    }

    private void SourceFailed(Exception error)
    {
        string reason = Phrase.Of(error.Message);
        lock (_lock)
        {
            _sourceProblem = $"source: {reason}";
        }

        ServingLog.SourceFailed(_context.Logger, error, Name, reason, Serving());
    }

    private string Serving() => Version is { } version ? $"Version {version} goes on answering." : "No version answers.";

    private readonly record struct RevisionKey(string Version, Digest? Digest, object? Make)
    {
        public RevisionKey(ModelRevision revision)
            : this(revision.Version, revision.Digest, revision.Make)
        {
        }
    }
}

/// <summary>What came of a load.</summary>
/// <param name="Version">The version; null when there is none.</param>
/// <param name="Record">What is known of it.</param>
/// <param name="IsFinal">Whether trying the same again is useless.</param>
/// <param name="Reason">Why there is none.</param>
internal sealed record LoadOutcome(ServedVersion? Version, VersionRecord Record, bool IsFinal, string? Reason)
{
    /// <summary>As measurements say it.</summary>
    public string Word => Version is not null ? "published" : Record.Status().State == VersionState.Rejected ? "rejected" : "failed";
}
