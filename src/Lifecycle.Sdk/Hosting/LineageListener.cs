using Lifecycle.Data;
using Microsoft.Extensions.Hosting;

namespace Lifecycle;

/// <summary>Lineage listens from the start, so that edges of runs and versions arrive also when nobody asks for a dataset.</summary>
internal sealed class LineageListener(DatasetCatalog datasets) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => datasets.Lineage.StartAsync(cancellationToken).AsTask();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
