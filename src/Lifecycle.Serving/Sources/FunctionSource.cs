using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>Functions of the application under their versions; the last one is also called <see cref="ModelOffer.Latest"/>. It never changes.</summary>
internal sealed class FunctionSource(IReadOnlyList<ModelRevision> functions) : IModelSource
{
    public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        yield return new ModelOffer(functions, new Dictionary<string, string> { [ModelOffer.Latest] = functions[^1].Version });
        await Task.CompletedTask.ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<string>> ListVersionsAsync(CancellationToken cancellationToken = default) => new([.. functions.Select(f => f.Version)]);
}
