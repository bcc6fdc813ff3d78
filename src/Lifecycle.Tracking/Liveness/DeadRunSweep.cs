using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Tracking;

/// <summary>In a host: looks every 15 seconds for runs whose process died and ends them.</summary>
internal sealed class DeadRunSweep(ExperimentCatalog experiments, TimeProvider time, ILogger<DeadRunSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Every, time);
        try
        {
            do
            {
                try
                {
                    await experiments.RecoverAsync(stoppingToken).ConfigureAwait(false);
                }
                catch (Exception e) when (e is LifecycleStorageException or DbException or IOException)
                {
                    TrackingLog.SweepFailed(logger, e);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the host stops
        }
    }
}
