using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Drift;

/// <summary>
/// Watches values as they come, inside the process that predicts: counts them without a lock, closes windows by time or rows, checks them on a
/// background task and raises alerts. Recording never throws and never blocks; after disposal it does nothing.
/// </summary>
public partial class DriftMonitor : IAsyncDisposable
{
    private readonly ColumnRecorder[] _recorders;
    private readonly Dictionary<string, ColumnRecorder> _byName;
    private readonly MonitorOptions _options;
    private readonly WindowClock _clock;
    private readonly ILogger _logger;
    private readonly AlertMachine _machine;
    private readonly MonitorLedger? _ledger;
    private readonly HandlerCalls _handlers;
    private readonly Channel<CheckRequest?> _requests = Channel.CreateUnbounded<CheckRequest?>();
    private readonly ITimer? _windowTimer;
    private readonly ITimer? _saveTimer;
    private readonly Task _loop;
    private readonly int _rowsPerWindow;
    private int _disposed;
    private int _windowDue;
    private int _rowsDue;
    private int _saveDue;
    private long _dropped;
    private long _ticks;

    /// <summary>Opens a monitor.</summary>
    /// <param name="reference">What to compare with.</param>
    /// <param name="options">Windows and alerts; null means the defaults.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="logger">Where failures of checks and of handlers are written; null means nowhere.</param>
    /// <exception cref="UnknownColumnException">The policy names a column that the reference does not have.</exception>
    /// <exception cref="ArgumentException">The policy is a preset that needs values of a column for which a monitor has only counts in bins.</exception>
    public DriftMonitor(ReferenceProfile reference, MonitorOptions? options = null, TimeProvider? time = null, ILogger? logger = null)
        : this(reference, options ?? new MonitorOptions(), time ?? TimeProvider.System, logger, null)
    {
    }

    internal DriftMonitor(ReferenceProfile reference, MonitorOptions options, TimeProvider time, ILogger? logger, MonitorLedger? ledger)
    {
        ArgumentNullException.ThrowIfNull(reference);
        options.Require(reference);
        Reference = reference;
        _options = options;
        _logger = logger ?? NullLogger.Instance;
        _ledger = ledger;
        _handlers = new HandlerCalls(error => Log.HandlerFailed(_logger, Name, error));
        _clock = new WindowClock(time);
        _machine = new AlertMachine(options.Alerts);
        _rowsPerWindow = options.RowsPerWindow ?? 0;
        int[] widths = [.. reference.Columns.Select(c => c is NumericColumn n ? NumericRecorder.WidthOf(n) : CategoryRecorder.WidthOf((CategoryColumn)c))];
        Counters = new StripedCounters(widths.Sum(), widths.DefaultIfEmpty().Max(), Environment.ProcessorCount);
        _recorders = MakeRecorders(widths);
        _byName = _recorders.ToDictionary(r => r.Name, StringComparer.Ordinal);
        _reported = Counters.Read();
        _marks = [_clock.Mark(_reported)];
        _windowTimer = options.Period is { } period ? time.CreateTimer(_ => Signal(ref _windowDue), null, period, period) : null;
        _saveTimer = ledger is null ? null : time.CreateTimer(_ => Signal(ref _saveDue), null, options.SaveEvery, options.SaveEvery);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>A window was checked. Called on the background task; what a handler throws is logged.</summary>
    public event Action<DriftReport>? Checked;

    /// <summary>What the values are compared with.</summary>
    public ReferenceProfile Reference { get; }

    /// <summary>Name of the monitor.</summary>
    public string Name => _options.Name;

    /// <summary>The model whose values are watched; null when it is no registered one.</summary>
    public string? Model => _ledger?.Model;

    /// <summary>Label of the model's version.</summary>
    public string? Version => _ledger?.Version;

    /// <summary>Alerts that are up, and word of those that come and go.</summary>
    public DriftAlerts Alerts { get; } = new();

    /// <summary>The report of the last window that was closed; null before the first.</summary>
    public DriftReport? Latest => Volatile.Read(ref _latest);

    /// <summary>Values and rows that came after disposal and were not counted.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    internal StripedCounters Counters { get; }

    /// <summary>Whether rows are to be counted as they come.</summary>
    internal bool ClosesByRows => _rowsPerWindow > 0;

    private protected IReadOnlyList<ColumnRecorder> Recorders => _recorders;

    /// <summary>The recorder of a column, for values that come one by one.</summary>
    /// <exception cref="UnknownColumnException">The reference has no such column.</exception>
    public ColumnRecorder Column(string name) =>
        _byName.TryGetValue(name, out ColumnRecorder? recorder) ? recorder : throw new UnknownColumnException(name, _byName.Keys);

    /// <summary>Counts the rows of a table. Columns that the reference does not have are passed over; those it misses count as missing values.</summary>
    public void RecordRange(ColumnBatch batch)
    {
        if (batch is null || !IsRecording(batch.RowCount))
        {
            return;
        }

        BatchRows rows = new(batch);
        foreach (ColumnRecorder recorder in _recorders)
        {
            Count(recorder, rows, batch);
        }

        TickRows(batch.RowCount);
    }

    /// <summary>Checks what the open window holds so far; the window stays open. Windows that are due are closed before.</summary>
    /// <exception cref="ObjectDisposedException">The monitor was disposed.</exception>
    /// <exception cref="InvalidOperationException">It was called by a handler of this monitor, for which it would wait without end.</exception>
    public async ValueTask<DriftReport> CheckNowAsync(CancellationToken cancellationToken = default)
    {
        return await AskAsync(closes: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Closes the open window now: it is judged, saved and counted for alerts, and a new one begins. A window below the least rows is reported as too small
    /// and raises no alert.
    /// </summary>
    /// <exception cref="LifecycleStorageException">
    /// The window was closed and judged, see <see cref="Latest"/>, and could not be written; it is kept in memory and written later.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The monitor was disposed.</exception>
    /// <exception cref="InvalidOperationException">It was called by a handler of this monitor, for which it would wait without end.</exception>
    public async ValueTask<DriftReport> CloseWindowAsync(CancellationToken cancellationToken = default) =>
        await AskAsync(closes: true, cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Stops recording, checks the last window when it is large enough, and stops the background task. A smaller window of a monitor that is saved
    /// is kept for the process that opens the monitor next. A store that does not answer is given up after ten seconds, and the log says what was not
    /// saved. Called by a handler it does not wait for the end.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        bool isInHandler = _handlers.IsHere;
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            foreach (ITimer? timer in (ITimer?[])[_windowTimer, _saveTimer])
            {
                if (timer is not null)
                {
                    await timer.DisposeAsync().ConfigureAwait(false);
                }
            }

            _ledger?.Patience.Close();
            _requests.Writer.TryComplete();
        }

        if (!isInHandler)
        {
            await _loop.ConfigureAwait(false);
        }

        GC.SuppressFinalize(this);
    }

    internal bool IsRecording(int rows)
    {
        if (Volatile.Read(ref _disposed) == 0)
        {
            return true;
        }

        Interlocked.Add(ref _dropped, rows);
        return false;
    }

    /// <summary>Counts towards a window that closes by rows; windows by time cost nothing here.</summary>
    internal void Tick(ref long ticks, int rows)
    {
        long now = Interlocked.Add(ref ticks, rows);
        if (now / _rowsPerWindow != (now - rows) / _rowsPerWindow)
        {
            Signal(ref _rowsDue);
        }
    }

    private protected void TickRows(int rows)
    {
        if (ClosesByRows)
        {
            Tick(ref _ticks, rows);
        }
    }

    private static void Count(ColumnRecorder recorder, BatchRows rows, ColumnBatch batch)
    {
        if (!rows.Has(recorder.Name))
        {
            recorder.CountMissing(batch.RowCount);
        }
        else if (recorder is CategoryRecorder)
        {
            if (rows.Labels(recorder.Name) is { } labels)
            {
                recorder.Count(labels);
            }
            else
            {
                recorder.CountUnreadable(batch.RowCount);
            }
        }
        else if (batch[recorder.Name] is BatchColumn<float> { Valid.IsEmpty: true } singles)
        {
            recorder.Count(singles.Values.Span);
        }
        else if (batch[recorder.Name] is BatchColumn<double> { Valid.IsEmpty: true } doubles)
        {
            recorder.Count(doubles.Values.Span);
        }
        else if (rows.Numbers(recorder.Name) is { } numbers)
        {
            recorder.Count(numbers);
        }
        else
        {
            recorder.CountUnreadable(batch.RowCount);
        }
    }

    private ColumnRecorder[] MakeRecorders(int[] widths)
    {
        ColumnRecorder[] recorders = new ColumnRecorder[widths.Length];
        for (int i = 0, first = 0; i < recorders.Length; first += widths[i++])
        {
            recorders[i] = Reference.Columns[i] is NumericColumn numbers
                ? new NumericRecorder(this, numbers, first)
                : new CategoryRecorder(this, (CategoryColumn)Reference.Columns[i], first);
        }

        return recorders;
    }

    private async ValueTask<DriftReport> AskAsync(bool closes, CancellationToken cancellationToken)
    {
        _handlers.RequireOutside(Name);
        CheckRequest request = new(closes, new TaskCompletionSource<DriftReport>(TaskCreationOptions.RunContinuationsAsynchronously));
        ObjectDisposedException.ThrowIf(!_requests.Writer.TryWrite(request), this);
        return await request.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Signal(ref int due)
    {
        if (Interlocked.Exchange(ref due, 1) == 0)
        {
            _requests.Writer.TryWrite(null);
        }
    }

    /// <summary>Somebody asks for a check.</summary>
    private sealed record CheckRequest(bool Closes, TaskCompletionSource<DriftReport> Answer);
}
