namespace Lifecycle.Serving;

/// <summary>What is known of one version while it comes, serves and goes.</summary>
internal sealed class VersionRecord(string version, Digest? digest, TimeProvider time)
{
    private readonly Lock _lock = new();
    private VersionState _state = VersionState.Found;
    private string? _reason;
    private DateTimeOffset _since = time.GetUtcNow();
    private ServedVersion? _served;
    private (long Predictions, long Failures) _final;

    public string Version => version;

    public void Set(VersionState state, string? reason = null)
    {
        lock (_lock)
        {
            _state = state;
            _reason = reason;
            _since = time.GetUtcNow();
            if (state == VersionState.Retired && _served is { } served)
            {
                _final = (served.Predictions, served.Failures);
                _served = null;
            }
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
            return new VersionStatus(
                version, _state, _reason, _since, _served?.Predictions ?? _final.Predictions, _served?.Failures ?? _final.Failures)
            {
                Digest = digest,
            };
        }
    }
}
