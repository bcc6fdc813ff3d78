using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Drift;

/// <summary>A monitor that reads records through the getters of its reference profile.</summary>
/// <typeparam name="T">The record.</typeparam>
[SuppressMessage("Design", "CA1031", Justification = "Recording never throws: what a getter of the caller throws is counted and logged.")]
public sealed class DriftMonitor<T> : DriftMonitor
{
    private readonly Func<T, double>?[] _numbers;
    private readonly Func<T, string?>?[] _labels;
    private readonly int[] _failed;
    private readonly ILogger? _failures;

    /// <summary>Opens a monitor.</summary>
    /// <param name="reference">What to compare with; it knows how to read a <typeparamref name="T"/>.</param>
    /// <param name="options">Windows and alerts; null means the defaults.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="logger">Where failures are written; null means nowhere.</param>
    /// <exception cref="InvalidOperationException">The profile does not know how to read a <typeparamref name="T"/>: see <see cref="ReferenceProfile.ReadingWith"/>.</exception>
    public DriftMonitor(ReferenceProfile reference, MonitorOptions? options = null, TimeProvider? time = null, ILogger? logger = null)
        : this(reference, options ?? new MonitorOptions(), time ?? TimeProvider.System, logger, null, null, null)
    {
    }

    internal DriftMonitor(
        ReferenceProfile reference, MonitorOptions options, TimeProvider time, ILogger? logger, string? model, string? version, WindowSink? sink)
        : this(GettersOf(reference), reference, options, time, logger, model, version, sink)
    {
    }

    private DriftMonitor(
        IReadOnlyList<RowGetter<T>> getters, ReferenceProfile reference, MonitorOptions options, TimeProvider time, ILogger? logger, string? model,
        string? version, WindowSink? sink)
        : base(reference, options, time, logger, model, version, sink)
    {
        RowGetter<T>?[] ordered = [.. reference.Columns.Select(c => getters.FirstOrDefault(g => g.Layout.Name == c.Name))];
        _numbers = [.. ordered.Select(g => g?.Number)];
        _labels = [.. ordered.Select(g => g?.Label)];
        _failed = new int[ordered.Length];
        _failures = logger;
    }

    /// <summary>Counts a row. Never throws, never blocks; allocates nothing but what the getters of the caller allocate.</summary>
    public void Record(in T row)
    {
        if (IsRecording(1))
        {
            Count(row);
            TickRows(1);
        }
    }

    /// <summary>Counts many rows.</summary>
    public void RecordRange(ReadOnlySpan<T> rows)
    {
        if (!IsRecording(rows.Length))
        {
            return;
        }

        foreach (T row in rows)
        {
            Count(row);
        }

        TickRows(rows.Length);
    }

    private static IReadOnlyList<RowGetter<T>> GettersOf(ReferenceProfile reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return reference.GettersOf<T>();
    }

    private void Count(T row)
    {
        IReadOnlyList<ColumnRecorder> recorders = Recorders;
        for (int i = 0; i < _numbers.Length; i++)
        {
            ColumnRecorder recorder = recorders[i];
            try
            {
                if (_numbers[i] is { } number)
                {
                    recorder.Count(number(row));
                }
                else if (_labels[i] is { } label)
                {
                    recorder.Count(label(row));
                }
                else
                {
                    recorder.CountMissing(1);
                }
            }
            catch (Exception error)
            {
                recorder.CountUnreadable(1);
                if (_failures is not null && Interlocked.Exchange(ref _failed[i], 1) == 0)
                {
                    Log.GetterFailed(_failures, Name, recorder.Name, error);
                }
            }
        }
    }
}
