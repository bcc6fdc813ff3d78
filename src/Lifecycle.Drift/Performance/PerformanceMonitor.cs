using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Drift;

/// <summary>
/// Watches how well a classifier of two classes predicts, inside the process that predicts: estimated at once from the scores, measured as labels
/// come, window by window. Recording never throws and never blocks for long, and allocates nothing once memory is warm; after disposal it does nothing.
/// </summary>
public sealed partial class PerformanceMonitor : IAsyncDisposable
{
    private readonly PerformanceOptions _options;
    private readonly LabelJoin _join;
    private readonly WindowJudge _judge;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PerformanceStore? _store;
    private readonly Channel<MonitorRequest?> _requests = Channel.CreateUnbounded<MonitorRequest?>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ITimer? _closing, _saving, _living;
    private readonly HandlerCalls _handlers;
    private readonly Task _loop;
    private int _disposed, _periodDue, _saveDue, _liveDue, _workDue;

    internal PerformanceMonitor(
        PerformanceEstimator estimator, TimeProvider? time, ILogger? logger, string? model = null, string? version = null, PerformanceStore? store = null,
        PerformanceMemory? memory = null)
    {
        (Estimator, _options, _time, _logger) = (estimator, estimator.Options, time ?? TimeProvider.System, logger ?? NullLogger.Instance);
        (Model, Version, _store) = (model, version, store);
        _judge = new WindowJudge(estimator);
        _handlers = new HandlerCalls(error => Log.HandlerFailed(_logger, Name, error));
        _started = _time.GetUtcNow();
        _join = new LabelJoin(_options.OpenPredictions, _options.LabelWait, _time, _options.RowsPerWindow, store is not null, Filled, () => Signal(ref _workDue));
        Remember(memory);
        _loop = Task.Run(RunAsync);
        _closing = _options.Period is { } period ? _time.CreateTimer(_ => Signal(ref _periodDue), null, period, period) : null;
        _saving = store is null ? null : _time.CreateTimer(_ => Signal(ref _saveDue), null, _options.SavePeriod, _options.SavePeriod);
        _living = store is null ? null : _time.CreateTimer(_ => Signal(ref _liveDue), null, LivePeriod, LivePeriod);
    }

    /// <summary>A window was closed and judged. Called on the background task; what a handler throws is logged.</summary>
    public event Action<PerformancePoint>? Closed;

    /// <summary>A metric of a closed window fell below its limit, by the estimate or by labels. Called on the background task.</summary>
    public event Action<PerformanceFall>? Fell;

    /// <summary>
    /// The monitor holds its name no more: another process took it over while nothing was heard of this one, or it was opened again in this process.
    /// It records and writes no more; the log says what was not written. Called once, on the background task; a handler that comes later is called at once.
    /// </summary>
    public event Action<MonitorHeldException>? Lost
    {
        add
        {
            lock (_gate)
            {
                if (!_isLostTold)
                {
                    _whenLost += value;
                    return;
                }
            }

            _ = Task.Run(() => new HandlerCalls(error => Log.HandlerFailed(_logger, Name, error)).Tell(value, _lost!));
        }

        remove
        {
            lock (_gate)
            {
                _whenLost -= value;
            }
        }
    }

    /// <summary>Whether a handler of this monitor makes this call.</summary>
    internal bool IsTelling => _handlers.IsHere;

    /// <summary>What estimates.</summary>
    public PerformanceEstimator Estimator { get; }

    /// <summary>Name of the monitor.</summary>
    public string Name => _options.Name;

    /// <summary>The model that is watched; null when it is no registered one.</summary>
    public string? Model { get; }

    /// <summary>Label of the model's version.</summary>
    public string? Version { get; }

    /// <summary>Whether predictions and labels are taken: not after disposal, not when another one has the name, nor while it is handed over.</summary>
    public bool IsRecording => !_join.IsShut;

    /// <summary>Predictions and labels, counted.</summary>
    public LabelJoin Labels => _join;

    /// <summary>
    /// Opens a monitor over a reference: scores of rows that the model was not trained on, with their labels. Dispose it. Nothing is kept beyond the
    /// process; <c>DriftMonitors.OpenPerformanceAsync</c> keeps it.
    /// </summary>
    /// <param name="referenceScores">Probabilities of the positive class, each in [0, 1].</param>
    /// <param name="referenceLabels">True for positive rows.</param>
    /// <param name="configure">Metrics, calibration, windows; null means the defaults.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="logger">Where failures of handlers and of saving are written; null means nowhere.</param>
    /// <exception cref="ArgumentException">Lengths differ, there is no row, or a score lies outside [0, 1]; the message names the row.</exception>
    public static PerformanceMonitor Cbpe(
        ReadOnlySpan<double> referenceScores, ReadOnlySpan<bool> referenceLabels, Action<PerformanceOptions>? configure = null, TimeProvider? time = null,
        ILogger? logger = null) => new(PerformanceEstimator.Fit(referenceScores, referenceLabels, configure), time, logger);

    /// <summary>Opens a monitor over an estimator; windows and names are those the estimator was configured with.</summary>
    /// <param name="estimator">What estimates.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="logger">Where failures of handlers and of saving are written; null means nowhere.</param>
    public static PerformanceMonitor Over(PerformanceEstimator estimator, TimeProvider? time = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        return new PerformanceMonitor(estimator, time, logger);
    }

    /// <summary>Takes a prediction into the open window. One whose score is no number in [0, 1], or whose id is open already, is counted and left out.</summary>
    /// <param name="id">What its label will name: a Guid, a number or a short text.</param>
    /// <param name="score">Probability of the positive class.</param>
    /// <param name="predicted">Whether the positive class was predicted.</param>
    public void RecordPrediction(PredictionId id, double score, bool predicted) => _join.Predict(id, score, predicted);

    /// <summary>Takes a prediction that follows from the threshold.</summary>
    /// <param name="id">What its label will name: a Guid, a number or a short text.</param>
    /// <param name="score">Probability of the positive class.</param>
    public void RecordPrediction(PredictionId id, double score) => RecordPrediction(id, score, score >= _options.PositiveFrom);

    /// <summary>
    /// Takes a label: it counts for the window of its prediction, late as it may come. A second equal one is nothing, a different one corrects; one
    /// that comes before its prediction waits.
    /// </summary>
    /// <param name="id">The id of the prediction.</param>
    /// <param name="actual">Whether it really was positive.</param>
    public void RecordLabel(PredictionId id, bool actual) => _join.Label(id, actual);

    /// <summary>Whether a prediction is in memory under this id, labelled or not.</summary>
    public bool IsOpen(PredictionId id) => _join.IsOpen(id);

    /// <summary>Closes the open window now, whatever its size, judges and saves it; an empty one stays open.</summary>
    /// <returns>The window that was closed; the newest closed one when the open one was empty; null when there is none.</returns>
    /// <exception cref="ObjectDisposedException">The monitor was disposed.</exception>
    /// <exception cref="MonitorHeldException">The monitor was taken over, see <see cref="Lost"/>.</exception>
    /// <exception cref="LifecycleStorageException">The window was closed and judged, and could not be written; it is kept in memory and written later.</exception>
    /// <exception cref="InvalidOperationException">It was called by a handler of this monitor, for which it would wait without end.</exception>
    public ValueTask<PerformancePoint?> CloseWindowAsync(CancellationToken cancellationToken = default) => AskAsync(closes: true, cancellationToken);

    /// <summary>Judges again what got labels, and writes what was not written yet; the open window stays open.</summary>
    /// <returns>The newest closed window; null when there is none.</returns>
    /// <exception cref="ObjectDisposedException">The monitor was disposed.</exception>
    /// <exception cref="MonitorHeldException">The monitor was taken over, see <see cref="Lost"/>.</exception>
    /// <exception cref="LifecycleStorageException">Something could not be written; it is kept in memory and written later.</exception>
    /// <exception cref="InvalidOperationException">It was called by a handler of this monitor, for which it would wait without end.</exception>
    public ValueTask<PerformancePoint?> FlushAsync(CancellationToken cancellationToken = default) => AskAsync(closes: false, cancellationToken);

    /// <summary>
    /// Stops recording and the background task. What is persisted is written, and its open window goes on when the monitor is opened again. A store
    /// that does not answer is given up after ten seconds, and the log says what was not written. Called by a handler it does not wait for the end.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        bool isInHandler = _handlers.IsHere;
        await StopRecordingAsync().ConfigureAwait(false);
        if (!isInHandler)
        {
            await _loop.ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The monitor is opened again in this process: what this one has is written, the newer one becomes the holder, and this one records no more. When
    /// that cannot be written, or is cancelled before, this one goes on.
    /// </summary>
    /// <param name="owner">The mark of the newer one.</param>
    /// <param name="isInHandler">Whether a handler of this monitor asks for it, maybe from another thread by now.</param>
    /// <param name="cancellationToken">Cancels it as long as the newer one is not being made the holder.</param>
    /// <returns>Labels that wait here for their predictions.</returns>
    /// <exception cref="LifecycleStorageException">The store failed.</exception>
    internal async Task<IReadOnlyList<(ulong Key, bool Actual)>> HandOverAsync(string owner, bool isInHandler, CancellationToken cancellationToken)
    {
        _handlers.RequireOutside(Name, isInHandler);
        HandOverRequest request = new(owner);
        if (!_requests.Writer.TryWrite(request))
        {
            await _loop.WaitAsync(cancellationToken).ConfigureAwait(false);
            return [];
        }

        using CancellationTokenRegistration cancelled = cancellationToken.Register(() => request.Cancel(cancellationToken));
        try
        {
            await request.Answer.Task.ConfigureAwait(false);
        }
        catch (MonitorHeldException)
        {
            // It was handed over, or taken over, meanwhile: whoever asks sees by whom.
        }

        return request.Waiting;
    }

    private async ValueTask StopRecordingAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _join.Shut();
        _store?.Patience.Close();
        _requests.Writer.TryComplete();
        foreach (ITimer? timer in (ITimer?[])[_closing, _saving, _living])
        {
            if (timer is not null)
            {
                await timer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<PerformancePoint?> AskAsync(bool closes, CancellationToken cancellationToken)
    {
        _handlers.RequireOutside(Name);
        MonitorRequest request = new(closes);
        if (!_requests.Writer.TryWrite(request))
        {
            throw Volatile.Read(ref _lost) as Exception ?? new ObjectDisposedException(GetType().FullName);
        }

        return await request.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Signal(ref int due)
    {
        if (Interlocked.Exchange(ref due, 1) == 0)
        {
            _requests.Writer.TryWrite(null);
        }
    }
}
