using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Drift;

/// <summary>A monitor that reads records through the getters of its reference profile.</summary>
/// <typeparam name="T">The record.</typeparam>
[SuppressMessage("Design", "CA1031", Justification = "Recording never throws: what a getter of the caller throws is counted and logged.")]
public sealed class DriftMonitor<T> : DriftMonitor
{
    private const int MostOnStack = 256;

    private readonly Reader[] _readers;
    private readonly int _counters;
    private readonly int[] _failed;
    private readonly ILogger? _failures;

    /// <summary>Opens a monitor.</summary>
    /// <param name="reference">What to compare with; it knows how to read a <typeparamref name="T"/>.</param>
    /// <param name="options">Windows and alerts; null means the defaults.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="logger">Where failures are written; null means nowhere.</param>
    /// <exception cref="InvalidOperationException">The profile does not know how to read a <typeparamref name="T"/>: see <see cref="ReferenceProfile.ReadingWith"/>.</exception>
    public DriftMonitor(ReferenceProfile reference, MonitorOptions? options = null, TimeProvider? time = null, ILogger? logger = null)
        : this(reference, options ?? new MonitorOptions(), time ?? TimeProvider.System, logger, null)
    {
    }

    internal DriftMonitor(ReferenceProfile reference, MonitorOptions options, TimeProvider time, ILogger? logger, MonitorLedger? ledger)
        : this(GettersOf(reference), reference, options, time, logger, ledger)
    {
    }

    private DriftMonitor(
        IReadOnlyList<RowGetter<T>> getters, ReferenceProfile reference, MonitorOptions options, TimeProvider time, ILogger? logger, MonitorLedger? ledger)
        : base(reference, options, time, logger, ledger)
    {
        Dictionary<string, RowGetter<T>> byName = getters.DistinctBy(g => g.Layout.Name).ToDictionary(g => g.Layout.Name, StringComparer.Ordinal);
        _readers = [.. Recorders.Select(r => Reader.Of(r, byName.GetValueOrDefault(r.Name)))];
        _counters = _readers.Length + _readers.Count(r => r.Numbers is { HasDeclaredRange: true });
        _failed = new int[_readers.Length];
        _failures = logger;
    }

    private protected override bool CountsWholeRows => true;

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

    /// <summary>Looks the counters of all columns up first, then raises them together.</summary>
    [SkipLocalsInit]
    private void Count(T row)
    {
        if (_counters > MostOnStack)
        {
            int[] rented = System.Buffers.ArrayPool<int>.Shared.Rent(_counters);
            Count(row, rented);
            System.Buffers.ArrayPool<int>.Shared.Return(rented);
            return;
        }

        Span<int> counters = stackalloc int[MostOnStack];
        Count(row, counters);
    }

    private void Count(T row, Span<int> counters)
    {
        int column = 0, filled = 0;
        while (column < _readers.Length)
        {
            try
            {
                Read(row, counters, ref column, ref filled);
            }
            catch (Exception error)
            {
                counters[filled++] = _readers[column].Recorder.UnreadableCounter;
                Note(column++, error);
            }
        }

        Counters.Increment(counters[..filled]);
    }

    private void Read(T row, Span<int> counters, ref int column, ref int filled)
    {
        Reader[] readers = _readers;
        for (int i = column, to = filled; i < readers.Length; column = ++i, filled = to)
        {
            ref readonly Reader reader = ref readers[i];
            if (reader.Number is { } number)
            {
                double value = number(row);
                if (reader.Numbers is not { } numbers)
                {
                    counters[to++] = reader.Recorder.CounterOf(value);
                    continue;
                }

                counters[to++] = numbers.CounterOf(value);
                if (numbers.HasDeclaredRange && numbers.IsOutside(value))
                {
                    counters[to++] = numbers.OutsideCounter;
                }
            }
            else
            {
                counters[to++] = reader.Label is { } label ? reader.Recorder.CounterOf(label(row)) : reader.Recorder.MissingCounter;
            }
        }
    }

    private void Note(int column, Exception error)
    {
        if (_failures is not null && Interlocked.Exchange(ref _failed[column], 1) == 0)
        {
            Log.GetterFailed(_failures, Name, _readers[column].Recorder.Name, error);
        }
    }

    /// <summary>How a column is read and where it is counted.</summary>
    private readonly record struct Reader(ColumnRecorder Recorder, NumericRecorder? Numbers, Func<T, double>? Number, Func<T, string?>? Label)
    {
        public static Reader Of(ColumnRecorder recorder, RowGetter<T>? getter) => new(recorder, recorder as NumericRecorder, getter?.Number, getter?.Label);
    }
}
