namespace Lifecycle.Serving;

/// <content>Which older version answers when the newest cannot be loaded and none answers yet.</content>
public sealed partial class ServedModel
{
    private readonly HashSet<RevisionKey> _standIns = [];

    // What it answers binds nobody: a newest one that only failed a moment must not be measured by it.
    private ServedVersion? _standIn;

    /// <summary>
    /// Loads older versions than those that are offered, newest first, until one can answer for <see cref="ModelOffer.Latest"/>. So a host that starts beside a broken
    /// newest version answers as one that loaded the older version before it came: until a newest one can be loaded.
    /// </summary>
    private async ValueTask StandInAsync(ModelOffer offer, ModelDemand demand, CancellationToken cancellationToken)
    {
        HashSet<RevisionKey> tried = [];
        try
        {
            if (Source is IOlderVersions source && demand.Names.Contains(ModelOffer.Latest) && offer.Find(ModelOffer.Latest) is { } latest && IsWanting())
            {
                await foreach (ModelRevision older in source.OlderAsync(latest.Version, cancellationToken).ConfigureAwait(false))
                {
                    if (offer.Find(older.Version) is null && !await GoesOnAsync(older).ConfigureAwait(false))
                    {
                        return;
                    }
                }
            }
        }
        finally
        {
            Forget(offer, tried);
        }

        async ValueTask<bool> GoesOnAsync(ModelRevision older)
        {
            RevisionKey key = new(older);
            if (tried.Count == _context.Options.MaximumVersions)
            {
                return false;
            }

            tried.Add(key);
            lock (_lock)
            {
                _standIns.Add(key);
            }

            if (!MustLoad(key, older))
            {
                return true;
            }

            LoadOutcome? outcome = await BringAsync(key, older, ModelOffer.Latest, cancellationToken).ConfigureAwait(false);
            if (outcome?.Version is not { } version)
            {
                return outcome is not null;
            }

            lock (_lock)
            {
                if (IsClosed())
                {
                    // The word came while it was loaded: it goes with all others.
                    return false;
                }

                _current[ModelOffer.Latest] = _standIn = version;
            }

            Point(offer, demand, isSettled: true);
            return false;
        }
    }

    /// <summary>Whether no version answers for the newest one.</summary>
    private bool IsWanting()
    {
        lock (_lock)
        {
            return !IsClosed() && !_current.ContainsKey(ModelOffer.Latest);
        }
    }

    /// <summary>Stand-ins that were not tried in this pass are gone or not wanted: nobody comes again for them.</summary>
    private void Forget(ModelOffer offer, HashSet<RevisionKey> tried)
    {
        lock (_lock)
        {
            _standIns.ExceptWith(tried);
            _standIns.ExceptWith(offer.Revisions.Select(r => new RevisionKey(r)));
            foreach (RevisionKey key in _standIns)
            {
                _failing.Remove(key);
            }

            _standIns.Clear();
            _standIns.UnionWith(tried);
        }
    }

    private bool IsClosed() => _isStopping || _route.Closing is RouteClosing.Disposed or RouteClosing.Unloaded;
}
