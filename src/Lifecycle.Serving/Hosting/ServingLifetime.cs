using Microsoft.Extensions.Hosting;

namespace Lifecycle.Serving;

/// <summary>
/// Starts the host before the application takes calls and stops it after the last one: readiness says no at the first word of the stop, then the grace passes,
/// then the web server closes, then queues and versions.
/// </summary>
internal sealed class ServingLifetime : IHostedLifecycleService, IDisposable
{
    private readonly ModelHost _host;
    private readonly CancellationTokenRegistration _stopping;

    public ServingLifetime(ModelHost host, IServiceProvider services)
    {
        _host = host;
        _stopping = services.GetService(typeof(IHostApplicationLifetime)) is IHostApplicationLifetime application
            ? application.ApplicationStopping.Register(static state => ((ModelHost)state!).BeginDrain(), host)
            : default;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => _host.StartAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _host.BeginDrain();
        await _host.GraceAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken) => await _host.DisposeAsync().ConfigureAwait(false);

    public void Dispose() => _stopping.Dispose();
}
