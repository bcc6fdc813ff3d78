namespace Lifecycle.Serving;

/// <summary>What is known of one version while it comes, serves and goes.</summary>
/// <param name="version">Its name.</param>
/// <param name="digest">Its bytes.</param>
/// <param name="time">The clock.</param>
/// <param name="before">Why the attempt before failed; kept until this one has an outcome.</param>
internal sealed class VersionRecord(string version, Digest? digest, TimeProvider time, string? before = null)
{
    private readonly Lock _lock = new();
    private VersionState _state = VersionState.Found;
    private string? _reason = before;
    private DateTimeOffset _since = time.GetUtcNow();
    private ServedVersion? _served;
    private ServingStatistics _final = new();

    public string Version => version;

    public Digest? Digest => digest;

    public void Set(VersionState state, string? reason = null)
    {
        lock (_lock)
        {
            _state = state;
            _reason = reason ?? (state < VersionState.Ready ? _reason : null);
            _since = time.GetUtcNow();
            if (state == VersionState.Retired && _served is { } served)
            {
                _final = Statistics(served);
                _served = null;
            }
        }
    }

    /// <summary>Sets the state to ready unless it is.</summary>
    /// <returns>Whether it was not.</returns>
    public bool BecomesReady()
    {
        lock (_lock)
        {
            if (_state == VersionState.Ready)
            {
                return false;
            }

            Set(VersionState.Ready);
            return true;
        }
    }

    public void Serves(ServedVersion served)
    {
        lock (_lock)
        {
            _served = served;
        }
    }

    public VersionStatus Status()
    {
        lock (_lock)
        {
            return new VersionStatus(version, _state, _reason, _since) { Digest = digest, Statistics = _served is { } served ? Statistics(served) : _final };
        }
    }

    private ServingStatistics Statistics(ServedVersion served) => served.Counters.Snapshot(time);
}
