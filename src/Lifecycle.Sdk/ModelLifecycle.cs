using System.Diagnostics.CodeAnalysis;
using Lifecycle.Data;
using Lifecycle.Drift;
using Lifecycle.Serving;
using Lifecycle.Tracking;
using Lifecycle.Validation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Lifecycle;

/// <summary>
/// The front door for consoles, notebooks and training jobs: everything in one folder, no container to set up.
/// In an application with a host use <c>services.AddModelLifecycle(...)</c>; it is the same behind the door.
/// </summary>
public sealed class ModelLifecycle : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly HostedFeatures _features;

    private ModelLifecycle(ServiceProvider services)
    {
        _services = services;
        _features = new HostedFeatures(services.GetServices<IHostedService>());
    }

    /// <summary>Datasets: commit, list, check out, read.</summary>
    public DatasetCatalog Datasets => Get<DatasetCatalog>();

    /// <summary>Experiments and their runs.</summary>
    public ExperimentCatalog Experiments => Get<ExperimentCatalog>();

    /// <summary>Models, versions, aliases and who moved them.</summary>
    public ModelRegistry Registry => Get<ModelRegistry>();

    /// <summary>References, monitors and the history of drift.</summary>
    public DriftMonitors Drift => Get<DriftMonitors>();

    /// <summary>The served models.</summary>
    public ModelHost Host => Get<ModelHost>();

    /// <summary>The watch over a served model that was configured with <c>MonitorDrift()</c>.</summary>
    /// <param name="model">The name under which it is served.</param>
    /// <exception cref="LifecycleException">The model is not watched.</exception>
    public ModelMonitoring MonitoringOf(string model)
    {
        _ = Host;
        return Get<ModelMonitorings>()[model];
    }

    /// <summary>The watch over how well a served model predicts, configured with <c>MonitorPerformance(...)</c>; it takes the labels.</summary>
    /// <param name="model">The name under which it is served.</param>
    /// <exception cref="LifecycleException">It is not watched.</exception>
    public ModelPerformance PerformanceOf(string model)
    {
        _ = Host;
        return Get<ModelMonitorings>().PerformanceOf(model);
    }

    /// <summary>Trains, gates and promotes.</summary>
    public RetrainingLoop Retraining => Get<RetrainingLoop>();

    /// <summary>Bytes by digest.</summary>
    public IBlobStore Blobs => Get<IBlobStore>();

    /// <summary>The object store's housekeeping.</summary>
    public BlobUpkeep Objects => Get<BlobUpkeep>();

    /// <summary>Every change of durable state, hash-chained.</summary>
    public IAuditLog Audit => Get<IAuditLog>();

    /// <summary>What happened, to be subscribed to.</summary>
    public ILifecycleEvents Events => Get<ILifecycleEvents>();

    /// <summary>Everything that is registered.</summary>
    public IServiceProvider Services => _services;

    /// <summary>Opens a workspace; makes it when the folder is missing or empty.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="configure">Runtimes, served models, options.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="LifecycleStorageException">The folder cannot be written, or was written by a newer version.</exception>
    public static async Task<ModelLifecycle> OpenAsync(
        string root, Action<LifecycleBuilder>? configure = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        cancellationToken.ThrowIfCancellationRequested();
        ServiceCollection services = new();
        services.AddModelLifecycle(lifecycle =>
        {
            lifecycle.UseLocalStorage(root);
            configure?.Invoke(lifecycle);
        });
        ServiceProvider provider = services.BuildServiceProvider();
        try
        {
            provider.GetService<IStartupValidator>()?.Validate();
            ModelLifecycle opened = new(provider);
            await opened._features.StartAsync(cancellationToken).ConfigureAwait(false);
            return opened;
        }
        catch
        {
            await provider.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A gate bound to this workspace: its report is kept with the run that made the model.</summary>
    /// <param name="name">Name of the gate, usually that of the model.</param>
    public LifecycleGateBuilder Gate(string name) => new(name, Get<GateEvaluator>());

    /// <summary>A served model as a method.</summary>
    /// <param name="name">The name under which it is served.</param>
    /// <exception cref="UnknownModelException">No such model is served: say <c>.Serve&lt;TIn, TOut&gt;(name)</c> when opening.</exception>
    public Predictor<TIn, TOut> Predictor<
        [DynamicallyAccessedMembers(TypedModel.Members)] TIn,
        [DynamicallyAccessedMembers(TypedModel.Members)] TOut>(string name) => Host.Predictor<TIn, TOut>(name);

    /// <summary>Closes everything: served models drain, runs and logs are written out.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _features.StopAsync().ConfigureAwait(false);
        }
        finally
        {
            await _services.DisposeAsync().ConfigureAwait(false);
        }
    }

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();
}
