using System.Diagnostics.CodeAnalysis;
using Lifecycle.Drift;
using Lifecycle.Serving;
using Microsoft.Extensions.Logging;

namespace Lifecycle;

/// <summary>
/// A sink of served predictions that counts every input against the reference of the version that answered. When another version answers, its
/// reference is opened in the background; what comes meanwhile is counted as unwatched. Recording takes no lock and allocates nothing.
/// </summary>
internal sealed partial class PredictionMonitoring<[DynamicallyAccessedMembers(TypedModel.Members)] TIn, TOut> : ModelMonitoring, IInferenceSink<TIn, TOut>, IAsyncDisposable
{
    private readonly DriftMonitors _monitors;
    private readonly Func<string?> _answering;
    private readonly MonitoringSetup<TIn> _setup;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private volatile Watched? _watched;
    private string? _asked;
    private long _unwatched;
    private bool _isDisposed;

    public PredictionMonitoring(string model, DriftMonitors monitors, Func<string?> answering, MonitoringSetup<TIn> setup, ILogger logger)
        : base(model)
    {
        _monitors = monitors;
        _answering = answering;
        _setup = setup;
        _logger = logger;
    }

    public override DriftMonitor? Monitor => _watched is { } watched && watched.Version == _answering() ? watched.Monitor : null;

    public override string? Problem => _watched is { } watched && watched.Version == _answering() ? watched.Problem : "the reference is being looked for";

    public override long Unwatched => Interlocked.Read(ref _unwatched);

    public void Record(in InferenceStamp stamp, TIn input, TOut output)
    {
        Watched? watched = _watched;
        if (watched?.Monitor is { } monitor && watched.Version == stamp.Version)
        {
            monitor.Record(in input);
            return;
        }

        // The version is new, or its reference was not there when it was looked for: look now, and again after 2, 4, 8, ... unwatched predictions.
        long unwatched = Interlocked.Increment(ref _unwatched);
        string version = stamp.Version;
        if (version == _answering() && (Interlocked.Exchange(ref _asked, version) != version || long.IsPow2(unwatched)))
        {
            _ = Task.Run(() => OpenAsync(version, CancellationToken.None));
        }
    }

    public override async Task ReadyAsync(CancellationToken cancellationToken = default)
    {
        string version = _answering() ?? throw new LifecycleException($"No version of '{Model}' answers yet; promote one first.");
        Watched watched = await OpenAsync(version, cancellationToken).ConfigureAwait(false);
        if (watched.Monitor is null)
        {
            throw new LifecycleException($"The predictions of '{Model}' version {version} are not watched: {watched.Problem}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _opening.WaitAsync().ConfigureAwait(false);
        try
        {
            _isDisposed = true;
            if (_watched?.Monitor is { } monitor)
            {
                await monitor.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<Watched> OpenAsync(string version, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_watched is { } there && there.Version == version && there.Monitor is not null)
            {
                return there;
            }

            if (_watched is { } newer && newer.Version != version && _answering() != version)
            {
                return newer;
            }

            if (_isDisposed)
            {
                return new Watched(version, null, "it is closed");
            }

            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            Watched opened = await TryOpenAsync(version, either.Token).ConfigureAwait(false);
            Watched? before = _watched;
            _watched = opened;
            if (before?.Monitor is { } replaced)
            {
                await replaced.DisposeAsync().ConfigureAwait(false);
            }

            return opened;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<Watched> TryOpenAsync(string version, CancellationToken cancellationToken)
    {
        try
        {
            ReferenceProfile reference = await _monitors.GetReferenceAsync(Model, version, cancellationToken).ConfigureAwait(false)
                ?? throw new MissingReferenceException(Model, version);
            reference = reference.ReadingWith<TIn>(_setup.Getters ?? (builder => PropertyColumns.Bind(builder, reference)));
            return new Watched(version, _monitors.Open<TIn>(Model, version, reference, _setup.Windows), null);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            NotWatched(_logger, Model, version, error.Message);
            return new Watched(version, null, error.Message);
        }
    }

    [LoggerMessage(6201, LogLevel.Warning, "The predictions of {Model} version {Version} are not watched: {Reason}")]
    private static partial void NotWatched(ILogger logger, string model, string version, string reason);

    private sealed record Watched(string Version, DriftMonitor<TIn>? Monitor, string? Problem);
}
