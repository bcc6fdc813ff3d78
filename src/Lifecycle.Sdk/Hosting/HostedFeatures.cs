using Microsoft.Extensions.Hosting;

namespace Lifecycle;

/// <summary>Starts and stops hosted services in the order in which an application's host would.</summary>
internal sealed class HostedFeatures(IEnumerable<IHostedService> services)
{
    private readonly IHostedService[] _services = [.. services];
    private int _started;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (IHostedLifecycleService service in _services.OfType<IHostedLifecycleService>())
        {
            await service.StartingAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (IHostedService service in _services)
        {
            await service.StartAsync(cancellationToken).ConfigureAwait(false);
            _started++;
        }

        foreach (IHostedLifecycleService service in _services.OfType<IHostedLifecycleService>())
        {
            await service.StartedAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task StopAsync()
    {
        IHostedService[] started = [.. _services.Take(_started).Reverse()];
        _started = 0;
        foreach (IHostedLifecycleService service in started.OfType<IHostedLifecycleService>())
        {
            await service.StoppingAsync(CancellationToken.None).ConfigureAwait(false);
        }

        foreach (IHostedService service in started)
        {
            await service.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }

        foreach (IHostedLifecycleService service in started.OfType<IHostedLifecycleService>())
        {
            await service.StoppedAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
