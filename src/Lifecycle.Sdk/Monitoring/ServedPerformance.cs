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

    private static readonly TimeSpan RetryPeriod = TimeSpan.FromMinutes(1);

    private readonly DriftMonitors _monitors;
    private readonly Func<string?> _answering;
    private readonly PerformanceSetup<TOut> _setup;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _putting = new();
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentQueue<(Guid Id, bool Actual)> _labels = new();
    private volatile Watched[] _watched = [];
    private string? _asked;
    private long _unwatched;
    private long _unwatchedLabels;
    private long _tried;
    private volatile bool _isDisposed;

    public ServedPerformance(string model, DriftMonitors monitors, Func<string?> answering, PerformanceSetup<TOut> setup, TimeProvider time, ILogger logger)
        : base(model)
    {
        (_monitors, _answering, _setup, _logger, _time) = (monitors, answering, setup, logger, time);
    }

    public override PerformanceMonitor? Monitor => Find(Answering())?.Monitor;

    public override string? Problem => _isDisposed ? "it is closed" : Find(Answering()) is { } watched ? watched.Problem : "the reference is being looked for";

    public override long Unwatched => Interlocked.Read(ref _unwatched);

    public override long UnwatchedLabels => Interlocked.Read(ref _unwatchedLabels);

    public void Record(in InferenceStamp stamp, TIn input, TOut output)
    {
        if (Find(stamp.Version)?.Monitor is { IsRecording: true } monitor)
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

        // The version is new, or its reference was not there: look now, and again after 2, 4, 8, ... unwatched predictions, and every minute.
        long unwatched = Interlocked.Increment(ref _unwatched);
        string version = stamp.Version;
        if (version == Answering() && (Interlocked.Exchange(ref _asked, version) != version || long.IsPow2(unwatched) || IsTimeToTry()))
        {
            TryAgain(version);
        }
    }

    public override void RecordLabel(Guid requestId, bool actual)
    {
        if (TryRecordLabel(requestId, actual))
        {
            // Labels that came while the monitor was being handed over, which failed, are still waiting.
            GiveWaitingLabels(most: 1);
            return;
        }

        if (_labels.Count < MostWaitingLabels)
        {
            _labels.Enqueue((requestId, actual));

            // A version may have opened, and taken the labels that waited, between the first look and now.
            GiveWaitingLabels(most: MostWaitingLabels);
        }
        else
        {
            Interlocked.Increment(ref _unwatchedLabels);
        }

        if (Answering() is { } version && IsTimeToTry())
        {
            TryAgain(version);
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

            // Each gives up a store that does not answer after ten seconds; together they do, too.
            await Task.WhenAll(_watched.Select(w => DisposeAsync(w).AsTask())).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>The version that answers; null when none does, or when the host is no more.</summary>
    private string? Answering()
    {
        try
        {
            return _isDisposed ? null : _answering();
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    private bool IsTimeToTry()
    {
        long tried = Interlocked.Read(ref _tried);
        return _time.GetElapsedTime(tried) >= RetryPeriod && Interlocked.CompareExchange(ref _tried, _time.GetTimestamp(), tried) == tried;
    }

    private void TryAgain(string version) => _ = Task.Run(async () =>
    {
        // One that was opened again in this process waits for the end of the newer monitor; taking it back would begin a game without end.
        if (Find(version) is not { IsElsewhere: true, Failure: MonitorHeldException held } || !_monitors.HoldsPerformance(Model, version, held.Monitor))
        {
            await OpenAsync(version, CancellationToken.None).ConfigureAwait(false);
        }
    });

    private bool TryRecordLabel(Guid requestId, bool actual)
    {
        Watched[] watched = _watched;
        PerformanceMonitor? monitor = watched.FirstOrDefault(w => w.Monitor?.IsOpen(requestId) == true)?.Monitor
            ?? watched.FirstOrDefault(w => w.Monitor is { IsRecording: true })?.Monitor;
        if (monitor is not { IsRecording: true })
        {
            return false;
        }

        monitor.RecordLabel(requestId, actual);
        return true;
    }

    private void GiveWaitingLabels(int most)
    {
        for (int left = Math.Min(most, _labels.Count); left > 0 && _watched.Any(w => w.Monitor is { IsRecording: true })
            && _labels.TryDequeue(out (Guid Id, bool Actual) label); left--)
        {
            if (!TryRecordLabel(label.Id, label.Actual))
            {
                _labels.Enqueue(label);
            }
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
                return new Watched(version, null, new LifecycleException("it is closed"));
            }

            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            Interlocked.Exchange(ref _tried, _time.GetTimestamp());
            Watched opened = await TryOpenAsync(version, Find(version)?.Failure, either.Token).ConfigureAwait(false);

            Watched[] surplus = Put(opened);
            if (opened.Monitor is { } monitor)
            {
                // One that was lost meanwhile tells it at once.
                monitor.Lost += lost => Lose(version, monitor, lost);
            }

            foreach (Watched old in surplus)
            {
                await DisposeAsync(old).ConfigureAwait(false);
            }

            GiveWaitingLabels(most: MostWaitingLabels);
            return opened;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Puts a version first; those that have no place any more are returned.</summary>
    private Watched[] Put(Watched opened)
    {
        lock (_putting)
        {
            // Versions without a monitor have places of their own, so that they push out none that has one.
            Watched[] all = [opened, .. _watched.Where(w => w.Version != opened.Version)];
            ILookup<bool, Watched> byState = all.ToLookup(w => w.Monitor is not null);
            Watched[] surplus = [.. byState[true].Skip(MostVersions), .. byState[false].Skip(MostVersions)];
            _watched = [.. all.Except(surplus)];
            return surplus;
        }
    }

    /// <summary>Another one has the name: predictions are unwatched from here on.</summary>
    private void Lose(string version, PerformanceMonitor monitor, MonitorHeldException lost)
    {
        lock (_putting)
        {
            if (_isDisposed || Find(version)?.Monitor != monitor)
            {
                return;
            }

            _watched = [.. _watched.Select(w => w.Version == version ? new Watched(version, null, lost) : w)];
        }

        Interlocked.Exchange(ref _tried, _time.GetTimestamp());
        NotWatched(_logger, Model, version, lost.Message);
    }

    private async Task<Watched> TryOpenAsync(string version, Exception? before, CancellationToken cancellationToken)
    {
        try
        {
            PerformanceEstimator estimator = await _setup.EstimatorOf!(version, cancellationToken).ConfigureAwait(false);

            // a linked token hears of the closing a little later
            _closing.Token.ThrowIfCancellationRequested();
            return new Watched(version, await _monitors.OpenPerformanceAsync(Model, version, estimator, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // What is tried every minute is told once, until it says something else.
            if (before is null || WordOf(error) != WordOf(before))
            {
                NotWatched(_logger, Model, version, error.Message);
            }

            return new Watched(version, null, error);
        }
    }

    /// <summary>What must change for a failure to be another one: when the holder was heard of last is not it.</summary>
    private static string WordOf(Exception error) => error is MonitorHeldException held ? $"{held.ProcessId} on {held.Machine}" : error.Message;

    [LoggerMessage(6202, LogLevel.Warning, "The performance of {Model} version {Version} is not watched: {Reason}")]
    private static partial void NotWatched(ILogger logger, string model, string version, string reason);

    private sealed record Watched(string Version, PerformanceMonitor? Monitor, Exception? Failure)
    {
        public string? Problem => Failure?.Message;

        public bool IsElsewhere => Failure is MonitorHeldException { IsHere: true };
    }
}
