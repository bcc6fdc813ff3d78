namespace Lifecycle.Serving;

/// <summary>Where a model comes from and when it changes. Knows nothing of what a model is.</summary>
public interface IModelSource
{
    /// <summary>
    /// What should be served: first as it is now, then at every change. A source that ends never changes again; one that throws is asked again later,
    /// and what serves goes on serving. The host asks anew when its demand changes.
    /// </summary>
    IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, CancellationToken cancellationToken = default);

    /// <summary>All versions there are, served or not, oldest first; empty when the source does not know more than it offers.</summary>
    ValueTask<IReadOnlyList<string>> ListVersionsAsync(CancellationToken cancellationToken = default) => new([]);
}
