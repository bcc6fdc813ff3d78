using Microsoft.Extensions.Hosting;

namespace Lifecycle.Serving;

/// <summary>Starts the host before the application takes calls and stops it after the last one.</summary>
internal sealed class ServingLifetime(ModelHost host) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => host.StartAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken) => await host.DisposeAsync().ConfigureAwait(false);
}
