namespace Lifecycle.Serving;

/// <content>Which older version answers when the newest cannot be loaded and none answers yet.</content>
public sealed partial class ServedModel
{
    private readonly HashSet<RevisionKey> _standIns = [];

    /// <summary>
    /// Loads older versions than those that are offered, newest first, until one can answer for <see cref="ModelOffer.Latest"/>. So a host that starts beside a broken
    /// newest version answers as one that loaded the older version before it came: until a newest one can be loaded.
    /// </summary>
    private async ValueTask StandInAsync(ModelOffer offer, ModelDemand demand, CancellationToken cancellationToken)
    {
        if (Source is not IOlderVersions source || !demand.Names.Contains(ModelOffer.Latest) || offer.Find(ModelOffer.Latest) is not { } latest || !IsWanting())
        {
            return;
        }

        int left = _context.Options.MaximumVersions;
        await foreach (ModelRevision older in source.OlderAsync(latest.Version, cancellationToken).ConfigureAwait(false))
        {
            if (offer.Find(older.Version) is not null)
            {
                // It was tried.
                continue;
            }

            if (left-- == 0)
            {
                return;
            }

            RevisionKey key = new(older);
            lock (_lock)
            {
                _standIns.Add(key);
            }

            if (!MustLoad(key, older))
            {
                continue;
            }

            LoadOutcome? outcome = await BringAsync(key, older, ModelOffer.Latest, cancellationToken).ConfigureAwait(false);
            if (outcome is null)
            {
                return;
            }

            if (outcome.Version is { } version)
            {
                lock (_lock)
                {
                    _current[ModelOffer.Latest] = version;
                }

                Point(offer, demand, isSettled: true);
                return;
            }
        }
    }

    /// <summary>Whether no version answers for the newest one.</summary>
    private bool IsWanting()
    {
        lock (_lock)
        {
            if (_current.ContainsKey(ModelOffer.Latest) || _isStopping || _route.Closing is RouteClosing.Disposed or RouteClosing.Unloaded)
            {
                _standIns.Clear();
                return false;
            }

            return true;
        }
    }
}
