namespace Lifecycle.AspNetCore;

/// <summary>
/// How close the MLflow routes stay to the answers of MLflow's own server where the two differ; every switch is off by default. Set it with
/// <c>services.Configure&lt;MlflowCompatibility&gt;(m =&gt; m.ClampInfinity = true)</c>.
/// </summary>
public sealed class MlflowCompatibility
{
    /// <summary>What <c>GET /version</c> says: clients choose what they may ask for by it. <c>3.6.0</c>.</summary>
    public string ReportedVersion { get; set; } = "3.6.0";

    /// <summary>Stores infinities as the greatest finite numbers, as MLflow does. Off: they come back as infinities.</summary>
    public bool ClampInfinity { get; set; }

    /// <summary>Cuts params at 6,000 and tags at 8,000 characters without a word, as MLflow does. Off: they are kept whole, up to 65,536 characters.</summary>
    public bool TruncateLongValues { get; set; }

    /// <summary>Refuses OR, NOT, brackets and everything else in filters that MLflow does not know. Off: they are accepted.</summary>
    public bool StrictFilters { get; set; }

    /// <summary>Lets the restoration of an experiment bring back runs that had been deleted one by one, as MLflow does.</summary>
    public bool RestoreAllRuns { get; set; }

    /// <summary>Most bytes of one uploaded artifact. 5 GiB.</summary>
    public long MaxArtifactBytes { get; set; } = 5L << 30;

    /// <summary>
    /// Names under which the server may be asked besides loopback and private addresses, for example <c>mlflow.example.org</c> or <c>*.example.org</c>.
    /// The application's own <c>AllowedHosts</c> count too.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];
}
