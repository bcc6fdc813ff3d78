using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>One revision that never changes.</summary>
internal sealed class FixedSource(ModelRevision revision) : IModelSource
{
    public async IAsyncEnumerable<ModelRevision?> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        yield return revision;
        await Task.CompletedTask.ConfigureAwait(false);
    }
}
