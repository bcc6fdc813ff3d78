using System.Collections.Concurrent;
using Lifecycle.Drift;
using Lifecycle.Serving;
using Microsoft.Extensions.Logging;

namespace Lifecycle;

/// <summary>
/// A sink of served predictions that gives score and answer of each to the performance monitor of the version that answered. Former versions stay open
/// for the labels that are still to come.
/// </summary>
internal sealed partial class ServedPerformance<TIn, TOut> : ModelPerformance, IInferenceSink<TIn, TOut>, IAsyncDisposable
{
    private const int MostVersions = 4;
    private const int MostWaitingLabels = 100_000;

    private readonly DriftMonitors _monitors;
    private readonly Func<string?> _answering;
    private readonly PerformanceSetup<TOut> _setup;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentQueue<(Guid Id, bool Actual)> _labels = new();
    private volatile Watched[] _watched = [];
    private string? _asked;
    private long _unwatched;
    private bool _isDisposed;

    public ServedPerformance(string model, DriftMonitors monitors, Func<string?> answering, PerformanceSetup<TOut> setup, ILogger logger)
        : base(model)
    {
        (_monitors, _answering, _setup, _logger) = (monitors, answering, setup, logger);
    }

    public override PerformanceMonitor? Monitor => Find(_answering())?.Monitor;

    public override string? Problem => Find(_answering()) is { } watched ? watched.Problem : "the reference is being looked for";

    public override long Unwatched => Interlocked.Read(ref _unwatched);

    public void Record(in InferenceStamp stamp, TIn input, TOut output)
    {
        if (Find(stamp.Version)?.Monitor is { } monitor)
        {
            double score = _setup.ScoreOf!(output);
            if (_setup.PredictedOf is { } predicted)
            {
                monitor.RecordPrediction(stamp.RequestId, score, predicted(output));
            }
            else
            {
                monitor.RecordPrediction(stamp.RequestId, score);
            }

            return;
        }

        // The version is new, or its reference was not there: look now, and again after 2, 4, 8, ... unwatched predictions.
        long unwatched = Interlocked.Increment(ref _unwatched);
        string version = stamp.Version;
        if (version == _answering() && (Interlocked.Exchange(ref _asked, version) != version || long.IsPow2(unwatched)))
        {
            _ = Task.Run(() => OpenAsync(version, CancellationToken.None));
        }
    }

    public override void RecordLabel(Guid requestId, bool actual)
    {
        if (!TryRecordLabel(requestId, actual) && _labels.Count < MostWaitingLabels)
        {
            _labels.Enqueue((requestId, actual));

            // A version may have opened, and taken the labels that waited, between the first look and now.
            GiveWaitingLabels();
        }
    }

    public override async Task ReadyAsync(CancellationToken cancellationToken = default)
    {
        string version = _answering() ?? throw new LifecycleException($"No version of '{Model}' answers yet; promote one first.");
        Watched watched = await OpenAsync(version, cancellationToken).ConfigureAwait(false);
        if (watched.Monitor is null)
        {
            throw new LifecycleException($"The performance of '{Model}' version {version} is not watched: {watched.Problem}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _opening.WaitAsync().ConfigureAwait(false);
        try
        {
            _isDisposed = true;
            foreach (Watched watched in _watched)
            {
                await DisposeAsync(watched).ConfigureAwait(false);
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    private bool TryRecordLabel(Guid requestId, bool actual)
    {
        Watched[] watched = _watched;
        PerformanceMonitor? monitor = watched.FirstOrDefault(w => w.Monitor?.IsOpen(requestId) == true)?.Monitor
            ?? watched.FirstOrDefault(w => w.Monitor is not null)?.Monitor;
        monitor?.RecordLabel(requestId, actual);
        return monitor is not null;
    }

    private void GiveWaitingLabels()
    {
        while (_watched.Any(w => w.Monitor is not null) && _labels.TryDequeue(out (Guid Id, bool Actual) label))
        {
            RecordLabel(label.Id, label.Actual);
        }
    }

    private static ValueTask DisposeAsync(Watched watched) => watched.Monitor?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Watched? Find(string? version)
    {
        foreach (Watched watched in _watched)
        {
            if (watched.Version == version)
            {
                return watched;
            }
        }

        return null;
    }

    private async Task<Watched> OpenAsync(string version, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Find(version) is { Monitor: not null } there)
            {
                return there;
            }

            if (_isDisposed)
            {
                return new Watched(version, null, "it is closed");
            }

            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            Watched opened = await TryOpenAsync(version, either.Token).ConfigureAwait(false);

            // Versions without a monitor have places of their own, so that they push out none that has one.
            Watched[] all = [opened, .. _watched.Where(w => w.Version != version)];
            ILookup<bool, Watched> byState = all.ToLookup(w => w.Monitor is not null);
            Watched[] surplus = [.. byState[true].Skip(MostVersions), .. byState[false].Skip(MostVersions)];
            _watched = [.. all.Except(surplus)];
            foreach (Watched old in surplus)
            {
                await DisposeAsync(old).ConfigureAwait(false);
            }

            GiveWaitingLabels();
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
            PerformanceEstimator estimator = await _setup.EstimatorOf!(version, cancellationToken).ConfigureAwait(false);
            return new Watched(version, await _monitors.OpenPerformanceAsync(Model, version, estimator, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            NotWatched(_logger, Model, version, error.Message);
            return new Watched(version, null, error.Message);
        }
    }

    [LoggerMessage(6202, LogLevel.Warning, "The performance of {Model} version {Version} is not watched: {Reason}")]
    private static partial void NotWatched(ILogger logger, string model, string version, string reason);

    private sealed record Watched(string Version, PerformanceMonitor? Monitor, string? Problem);
}
