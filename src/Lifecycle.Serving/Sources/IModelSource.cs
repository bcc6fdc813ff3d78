namespace Lifecycle.Serving;

/// <summary>Where a model comes from and when it changes. Knows nothing of what a model is.</summary>
public interface IModelSource
{
    /// <summary>
    /// What should be served: first as it is now, then at every change. A source that ends never changes again; one that throws is asked again later,
    /// and what serves goes on serving. Null means that there is nothing to serve: what serves goes on serving.
    /// </summary>
    IAsyncEnumerable<ModelRevision?> WatchAsync(CancellationToken cancellationToken = default);
}
