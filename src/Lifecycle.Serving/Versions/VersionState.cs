namespace Lifecycle.Serving;

/// <summary>How far a version is on its way from found to disposed.</summary>
public enum VersionState
{
    /// <summary>The source named it.</summary>
    Found,

    /// <summary>Its bytes are read, checked against their digest and inspected.</summary>
    Verifying,

    /// <summary>The runtime loads it.</summary>
    Loading,

    /// <summary>It is bound, warmed up and compared with the version it is to replace.</summary>
    Warming,

    /// <summary>It answers.</summary>
    Ready,

    /// <summary>Another version answers; calls that began on this one still run.</summary>
    Draining,

    /// <summary>It was disposed.</summary>
    Retired,

    /// <summary>It must never answer; the reason says why. Final for these bytes.</summary>
    Rejected,

    /// <summary>It could not be loaded this time; the reason says why. It is tried again.</summary>
    Failed,
}

/// <summary>One version of a served model, as it is now.</summary>
/// <param name="Version">The version.</param>
/// <param name="State">How far it is.</param>
/// <param name="Reason">Why it was rejected or failed, while it is tried again, too; otherwise null.</param>
/// <param name="Since">Since when it is in this state.</param>
public sealed record VersionStatus(string Version, VersionState State, string? Reason, DateTimeOffset Since)
{
    /// <summary>Digest of the model; null for a function.</summary>
    public Digest? Digest { get; init; }

    /// <summary>What it did since it was loaded.</summary>
    public ServingStatistics Statistics { get; init; } = new();

    /// <summary>Rows it answered.</summary>
    public long Predictions => Statistics.Rows;

    /// <summary>Calls in which it threw.</summary>
    public long Failures => Statistics.Failures;
}
