using Lifecycle.Data;
using Microsoft.Extensions.Hosting;

namespace Lifecycle;

/// <summary>
/// What must be there from the start: the object store knows every feature that holds references, so that a verification asks all of them, and lineage listens,
/// so that edges of runs and versions arrive also when nobody asks for a dataset.
/// </summary>
internal sealed class FeatureStart(DatasetCatalog datasets, BlobUpkeep objects, IEnumerable<IBlobReferenceSource> sources) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (IBlobReferenceSource source in sources)
        {
            await objects.RegisterAsync(source, cancellationToken).ConfigureAwait(false);
        }

        await datasets.Lineage.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
