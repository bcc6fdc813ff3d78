namespace Lifecycle.Serving;

/// <summary>A source that has older versions than those that it offers: they stand in when none of those can be loaded and nothing answers yet.</summary>
internal interface IOlderVersions
{
    /// <summary>The versions that are older than this one and may be served, newest first; found as they are asked for.</summary>
    IAsyncEnumerable<ModelRevision> OlderAsync(string version, CancellationToken cancellationToken);
}
