namespace Lifecycle.Serving;

/// <content>Which loaded version a name means.</content>
public sealed partial class ServedModel
{
    private readonly Dictionary<string, string> _held = new(StringComparer.Ordinal);

    /// <summary>Lets names point at what is loaded of the offer, publishes, and retires what nothing points at.</summary>
    /// <param name="offer">Of the source.</param>
    /// <param name="demand">To which the offer is the answer.</param>
    /// <param name="isSettled">Whether all that is offered was tried.</param>
    private void Point(ModelOffer offer, ModelDemand demand, bool isSettled)
    {
        List<ServedVersion> retired = [];
        List<(string Name, ServedVersion Version, string Why)> held = [];
        bool follows;
        lock (_lock)
        {
            if (IsClosed())
            {
                return;
            }

            foreach (string name in demand.Names)
            {
                if (Meant(offer, name, isSettled) is { } version)
                {
                    Move(name, version, held);
                }
                else
                {
                    _held.Remove(name);
                }
            }

            foreach (string name in _current.Keys.Concat(_held.Keys).Where(n => !demand.Names.Contains(n)).ToArray())
            {
                _current.Remove(name);
                _held.Remove(name);
            }

            // A version answers as long as a name points at it, or the source offers it.
            HashSet<ServedVersion> kept = [.. _current.Values, .. offer.Revisions.SelectMany(Answering)];
            foreach ((RevisionKey key, ServedVersion version) in _loaded.Where(l => !kept.Contains(l.Value)).ToArray())
            {
                _loaded.Remove(key);
                retired.Add(version);
            }

            follows = Publish(isSettled && _deployment.Names.All(demand.Names.Contains));
        }

        foreach ((string name, ServedVersion version, string why) in held)
        {
            ServingLog.Held(_context.Logger, Name, name, version.Version, why, Serving());
        }

        foreach (ServedVersion version in retired)
        {
            Retire(version);
        }

        if (follows)
        {
            WantNow();
        }
    }

    /// <summary>The loaded version that a name means; null when the name stays where it is.</summary>
    private ServedVersion? Meant(ModelOffer offer, string name, bool isSettled)
    {
        ServedVersion? current = _current.GetValueOrDefault(name);
        if (offer.Find(name) is { } revision && _loaded.TryGetValue(new RevisionKey(revision), out ServedVersion? version))
        {
            // Bytes that were spoiled under the version that answers do not hand its calls to an older one.
            bool isOlder = name == ModelOffer.Latest && current is not null && offer.Refused.Contains(current.Version)
                && VersionOrder.Ascending.Compare(version.Version, current.Version) < 0;
            return isOlder ? null : version;
        }

        // A newest version that cannot be loaded does not keep an older one from answering that is newer than what answers; all were tried before.
        if (name != ModelOffer.Latest || (current is not null && !isSettled))
        {
            return null;
        }

        foreach (ModelRevision older in offer.Revisions.Reverse())
        {
            if (_loaded.TryGetValue(new RevisionKey(older), out ServedVersion? loaded))
            {
                return loaded;
            }

            if (older.Version == current?.Version)
            {
                // Its bytes were changed and cannot be loaded: it goes on as it is.
                return null;
            }
        }

        return null;
    }

    /// <summary>Moves a name to a version unless callers by that name would notice: what is loaded was compared under another name, or under none.</summary>
    private void Move(string name, ServedVersion version, List<(string Name, ServedVersion Version, string Why)> held)
    {
        if (_current.GetValueOrDefault(name) != version && _loader.WhyNotInPlaceOf(SignatureOf(name), version.Model) is { } why)
        {
            if (_held.GetValueOrDefault(name) != (_held[name] = $"signature: '{name}' means version {version.Version} now: {why}"))
            {
                held.Add((name, version, why));
            }

            return;
        }

        _held.Remove(name);
        _current[name] = version;
        if (_standIn == version)
        {
            // The source offers it now.
            _standIn = null;
        }
    }

    /// <summary>
    /// What answers for an offered revision: itself, and until it is loaded, other bytes of the same version. So a version whose file was spoiled goes on answering.
    /// </summary>
    private IEnumerable<ServedVersion> Answering(ModelRevision revision) =>
        _loaded.TryGetValue(new RevisionKey(revision), out ServedVersion? version) ? [version] : _loaded.Values.Where(v => v.Version == revision.Version);

    /// <summary>The signature that a revision must keep: that of what it replaces under its name, or as the version that callers ask for.</summary>
    private TensorSignature? Replaced(ModelRevision revision, string? name)
    {
        lock (_lock)
        {
            return name is null ? _loaded.Values.FirstOrDefault(v => v.Version == revision.Version)?.Model.Signature : SignatureOf(name);
        }
    }

    /// <summary>The signature that callers by a name know: that of the version it means, else that of the first arm; null when that only stands in.</summary>
    private TensorSignature? SignatureOf(string name) =>
        (_current.GetValueOrDefault(name) ?? _route.Primary?.Version) is { } known && known != _standIn ? known.Model.Signature : null;
}
