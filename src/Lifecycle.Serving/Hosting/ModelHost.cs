using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Serving;

/// <summary>
/// Serves models inside this process: each under its name, thread-safe, replaced without a failed call when its source names another version.
/// </summary>
public sealed class ModelHost : IAsyncDisposable, IDisposable
{
    private const int SharesOfLog = 5;

    private static readonly TimeSpan LastMoment = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, ServedModel> _models = new(StringComparer.Ordinal);
    private readonly HostContext _context;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly InferenceLog? _log;
    private Task? _stopped;
    private long _drainBegan;
    private Task? _start;
    private Task _watch = Task.CompletedTask;
    private volatile bool _draining;
    private bool _unread;
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
        _log = models.Exists(m => m.Log is not null) || HasStorage(context.Services)
            ? InferenceLog.Of(context.Services, context.Time, context.Services.GetService(typeof(ILogger<InferenceLog>)) as ILogger<InferenceLog>)
            : null;
        if (_log is not null)
        {
            _log.Sinks = (model, id, outcome) => (TryGetModel(model, out ServedModel? served) ? served : null)?.FeedbackStored(id, outcome);
            _log.IsUnwatched = model => TryGetModel(model, out ServedModel? served) && served is { Log: null, HasSinks: false };
            _log.Replaying = (model, version, _) => new(Model(model).Replay(version));
        }

        Deployments = new Deployments(this, context, StoreOf(context), context.Services.GetService(typeof(IActorAccessor)) as IActorAccessor);
    }

    /// <summary>The served models in the order of their <c>Serve(...)</c>.</summary>
    public IReadOnlyList<ServedModel> Models { get; }

    /// <summary>Which versions answer whom, and how to change it.</summary>
    public Deployments Deployments { get; }

    /// <summary>What models were asked and answered, and what became of it. Models are logged by <c>LogInferences</c>; outcomes can be told of those, and of models whose sinks want them.</summary>
    /// <exception cref="LifecycleException">The host has no workspace.</exception>
    public InferenceLog InferenceLog => _log ?? throw new LifecycleException(
        "This host has no workspace, so it has no inference log. Build it with AddModelLifecycle and UseLocalStorage(...), or say UseServices(...) on a host without container.");

    /// <summary>Whether the stop of the host was asked for; calls are still answered.</summary>
    public bool IsDraining => _draining;

    /// <summary>Whether every model that is not optional has a version that is loaded, or is stopped and has a fallback that answers, and the host does not stop.</summary>
    public bool IsReady => !_disposed && !_draining && Models.All(m => m.IsReadyOrFallback || m.IsOptional);

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

    /// <summary>
    /// Stops within <see cref="ServingOptions.DrainTimeout"/>: what waits is answered, then new calls get an <see cref="ObjectDisposedException"/>, the inference log
    /// is sealed, and versions are disposed when their last lease is back. Stopping twice is stopping once.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _disposed = true;
            return new ValueTask(_stopped ??= Task.Run(StopAsync));
        }
    }

    /// <summary>Says by readiness that the host stops; calls are still answered.</summary>
    internal void BeginDrain()
    {
        Interlocked.CompareExchange(ref _drainBegan, _context.Time.GetTimestamp(), 0);
        _draining = true;
    }

    /// <summary>Waits until those who ask for readiness have heard.</summary>
    internal Task GraceAsync(CancellationToken cancellationToken) =>
        _context.Options.ReadinessGrace > TimeSpan.Zero ? Task.Delay(_context.Options.ReadinessGrace, _context.Time, cancellationToken) : Task.CompletedTask;

    /// <summary>Stops and waits for it; prefer <see cref="DisposeAsync"/>.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task StopAsync()
    {
        BeginDrain();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watch.WaitAsync(TimeLeft() / SharesOfLog, _context.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(Models.Select(m => m.StopAsync(TimeLeft()).AsTask())).ConfigureAwait(false);

        // Calls on their own threads end now, mostly; then their records are sealed too. A lease that is stuck must not cost the log its time.
        await FreedAsync(TimeLeft() / SharesOfLog).ConfigureAwait(false);
        if (_log is not null)
        {
            await _log.StopAsync(TimeLeft()).ConfigureAwait(false);
        }

        await FreedAsync(TimeLeft()).ConfigureAwait(false);
        if (_context.Audit is { } audit)
        {
            await audit.DisposeAsync().AsTask().WaitAsync(TimeLeft(), _context.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stop.Dispose();
    }

    private Task FreedAsync(TimeSpan limit) => Task.WhenAll(Models.Select(m => m.FreedAsync(limit)));

    /// <summary>What is left of the time for the stop, which began when readiness turned; a little always is.</summary>
    private TimeSpan TimeLeft()
    {
        TimeSpan left = _context.Options.DrainTimeout - _context.Time.GetElapsedTime(_drainBegan);
        return left > LastMoment ? left : LastMoment;
    }

    private async Task StartModelsAsync()
    {
        await ReadDeploymentsAsync(_stop.Token).ConfigureAwait(false);
        foreach (ServedModel model in Models)
        {
            model.Start(model.Log is { } log
                ? await _log!.OpenAsync(model.Name, log.Sample, log.Options, _stop.Token).ConfigureAwait(false)
                : null);
        }

        if (Deployments.AreDurable)
        {
            _watch = WatchDeploymentsAsync(_stop.Token);
        }

        using CancellationTokenSource over = new();
        await Task.WhenAny(
            Task.WhenAll(Models.Select(m => m.FirstAttempt)),
            Task.Delay(_context.Options.StartupTimeout, _context.Time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);

        if (_context.Options.FailStartup && !IsReady)
        {
            throw new LifecycleException("Not every model is ready: "
                + string.Join("; ", Models.Where(m => !m.IsReadyOrFallback && !m.IsOptional).Select(m => $"'{m.Name}' {m.State}: {m.Reason ?? "still on its way"}"))
                + ". Mend it, or set ServingOptions.FailStartup = false to start without.");
        }
    }

    private static bool HasStorage(IServiceProvider services) => services.GetService(typeof(LifecycleDatabase)) is not null
        && services.GetService(typeof(IBlobStore)) is not null && services.GetService(typeof(BlobUpkeep)) is not null && services.GetService(typeof(JournalFolder)) is not null;

    private static DeploymentStore StoreOf(HostContext context) =>
        context.Services.GetService(typeof(LifecycleDatabase)) is LifecycleDatabase database && context.Services.GetService(typeof(IAuditLog)) is IAuditLog audit
            ? new StoredDeployments(database, context.Services.GetService(typeof(BlobUpkeep)) as BlobUpkeep, audit, context.Time)
            : new DeploymentStore(context.Time);

    private async Task WatchDeploymentsAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(_context.Options.DeploymentInterval, _context.Time, cancellationToken).ConfigureAwait(false);
            await ReadDeploymentsAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReadDeploymentsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Deployments.RefreshAsync(cancellationToken).ConfigureAwait(false);
            _unread = false;
        }
        catch (Exception error) when (!(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            if (!_unread)
            {
                _unread = true;
                ServingLog.DeploymentsUnread(_context.Logger, error, Phrase.Of(error.Message));
            }
        }
    }
}
