using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>
/// Serves models inside this process: each under its name, thread-safe, replaced without a failed call when its source names another version.
/// </summary>
public sealed class ModelHost : IAsyncDisposable, IDisposable
{
    private readonly Dictionary<string, ServedModel> _models = new(StringComparer.Ordinal);
    private readonly HostContext _context;
    private readonly Lock _lock = new();
    private Task? _start;
    private bool _disposed;

    internal ModelHost(IEnumerable<ServedModelPlan> plans, HostContext context)
    {
        context.Options.Validate();
        _context = context;
        List<ServedModel> models = [];
        foreach (ServedModelPlan plan in plans)
        {
            if (_models.ContainsKey(plan.Name))
            {
                throw new LifecycleException($"The model '{plan.Name}' is served twice; give each Serve(...) a name of its own.");
            }

            ServedModel model = new(plan, context);
            _models.Add(plan.Name, model);
            models.Add(model);
        }

        Models = models;
    }

    /// <summary>The served models in the order of their <c>Serve(...)</c>.</summary>
    public IReadOnlyList<ServedModel> Models { get; }

    /// <summary>Whether every model that is not optional answers and the host is not disposed.</summary>
    public bool IsReady => !_disposed && Models.All(m => m.IsReady || m.IsOptional);

    /// <summary>Makes a host without a container and loads its models.</summary>
    /// <param name="configure">Says which models and runtimes.</param>
    /// <param name="cancellationToken">Stops the start; nothing is left behind.</param>
    /// <exception cref="LifecycleException">A setting is wrong, or a model is not ready and <see cref="ServingOptions.FailStartup"/> is on.</exception>
    public static async Task<ModelHost> StartAsync(Action<ModelHostBuilder> configure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ModelHostBuilder builder = new();
        configure(builder);
        ModelHost host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Loads the models; returns when each was tried once or <see cref="ServingOptions.StartupTimeout"/> is over. Starting twice is starting once.</summary>
    /// <exception cref="LifecycleException">A model is not ready and <see cref="ServingOptions.FailStartup"/> is on.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _start ??= Models.Count == 0 ? Task.CompletedTask : StartModelsAsync();
            return _start.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The model of this name.</summary>
    /// <exception cref="UnknownModelException">There is none.</exception>
    public ServedModel Model(string name) => name is not null && _models.TryGetValue(name, out ServedModel? model)
        ? model
        : throw new UnknownModelException(name, _models.Keys);

    /// <summary>The model of this name, if it is served.</summary>
    public bool TryGetModel(string name, [NotNullWhen(true)] out ServedModel? model) => _models.TryGetValue(name, out model);

    /// <summary>The typed way into a model. Keep it: it is the same object every time.</summary>
    /// <exception cref="UnknownModelException">There is no such model.</exception>
    /// <exception cref="InvalidOperationException">It is served under other types, or without types.</exception>
    public Predictor<TIn, TOut> Predictor<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(string name)
    {
        ServedModel model = Model(name);
        return model.Predictor as Predictor<TIn, TOut> ?? throw new InvalidOperationException(
            $"The model '{name}' is served {(model.InputType is { } input ? $"as {input.Name} -> {model.OutputType!.Name}" : "without types")}, "
            + $"not as {typeof(TIn).Name} -> {typeof(TOut).Name}; change its Serve<TIn, TOut>(...).");
    }

    /// <summary>Pins the version of a model that answers now.</summary>
    /// <exception cref="UnknownModelException">There is no such model.</exception>
    /// <exception cref="PredictionRejectedException">No version is ready.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed.</exception>
    public ModelLease Lease(string name)
    {
        ServedModel model = Model(name);
        return new ModelLease(model, model.Acquire());
    }

    /// <summary>Stops: new calls get an <see cref="ObjectDisposedException"/>, running ones end, versions are disposed when their last lease is back.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        await Task.WhenAll(Models.Select(m => m.StopAsync(_context.Options.DrainTimeout).AsTask())).ConfigureAwait(false);
    }

    /// <summary>Stops and waits for it; prefer <see cref="DisposeAsync"/>.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task StartModelsAsync()
    {
        foreach (ServedModel model in Models)
        {
            model.Start();
        }

        using CancellationTokenSource over = new();
        await Task.WhenAny(
            Task.WhenAll(Models.Select(m => m.FirstAttempt)),
            Task.Delay(_context.Options.StartupTimeout, _context.Time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        if (_context.Options.FailStartup && !IsReady)
        {
            throw new LifecycleException("Not every model is ready: "
                + string.Join("; ", Models.Where(m => !m.IsReady && !m.IsOptional).Select(m => $"'{m.Name}' {m.State}: {m.Reason ?? "still on its way"}"))
                + ". Mend it, or set ServingOptions.FailStartup = false to start without.");
        }
    }
}
