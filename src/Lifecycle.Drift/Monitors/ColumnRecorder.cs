namespace Lifecycle.Drift;

/// <summary>Counts the values of one column as they come. Safe for any number of threads; never throws, never blocks, never allocates for numbers.</summary>
public abstract class ColumnRecorder
{
    private protected const int MissingAt = 0, UnreadableAt = 1, FirstOwn = 2;

    private readonly DriftMonitor _monitor;
    private readonly bool _ticks;
    private long _rows;

    /// <param name="monitor">The monitor.</param>
    /// <param name="first">The column's first counter among those of the monitor.</param>
    /// <param name="width">How many counters the column has.</param>
    private protected ColumnRecorder(DriftMonitor monitor, int first, int width)
    {
        (_monitor, First, Width) = (monitor, first, width);
        (_ticks, Counters) = (monitor.ClosesByRows, monitor.Counters);
    }

    /// <summary>Name of the column.</summary>
    public abstract string Name { get; }

    internal int First { get; }

    internal int Width { get; }

    internal int MissingCounter => First + MissingAt;

    internal int UnreadableCounter => First + UnreadableAt;

    private protected StripedCounters Counters { get; }

    /// <summary>Counts a number; NaN is missing. In a column of labels it counts as unreadable.</summary>
    public void Record(double value)
    {
        if (_monitor.IsRecording(1))
        {
            Count(value);
            Tick(1);
        }
    }

    /// <summary>Counts a label; null is missing. In a column of numbers it counts as unreadable.</summary>
    public void Record(string? label)
    {
        if (_monitor.IsRecording(1))
        {
            Counters.Increment(CounterOf(label));
            Tick(1);
        }
    }

    /// <summary>Counts a label that is a part of a larger text; no string is made of it. In a column of numbers it counts as unreadable.</summary>
    public void Record(ReadOnlySpan<char> label)
    {
        if (_monitor.IsRecording(1))
        {
            Counters.Increment(CounterOf(label));
            Tick(1);
        }
    }

    /// <summary>Counts many numbers at once.</summary>
    public void RecordRange(ReadOnlySpan<double> values)
    {
        if (_monitor.IsRecording(values.Length))
        {
            Count(values);
            Tick(values.Length);
        }
    }

    /// <summary>Counts many numbers at once.</summary>
    public void RecordRange(ReadOnlySpan<float> values)
    {
        if (_monitor.IsRecording(values.Length))
        {
            Count(values);
            Tick(values.Length);
        }
    }

    /// <summary>Counts many labels at once.</summary>
    public void RecordRange(ReadOnlySpan<string?> labels)
    {
        if (_monitor.IsRecording(labels.Length))
        {
            Count(labels);
            Tick(labels.Length);
        }
    }

    /// <summary>The counter of a number.</summary>
    internal abstract int CounterOf(double value);

    /// <summary>The counter of a label; remembers a label that the reference does not have.</summary>
    internal abstract int CounterOf(ReadOnlySpan<char> label);

    internal int CounterOf(string? label) => label is null ? MissingCounter : CounterOf(label.AsSpan());

    internal virtual void Count(double value) => Counters.Increment(CounterOf(value));

    internal abstract void Count(ReadOnlySpan<double> values);

    internal abstract void Count(ReadOnlySpan<float> values);

    internal void Count(ReadOnlySpan<string?> labels)
    {
        foreach (string? label in labels)
        {
            Counters.Increment(CounterOf(label));
        }
    }

    internal void CountMissing(int count) => Counters.Add(MissingCounter, (uint)count);

    internal void CountUnreadable(int count) => Counters.Add(UnreadableCounter, (uint)count);

    /// <summary>Values that were counted between two readings.</summary>
    internal abstract long Values(uint[] before, uint[] after);

    /// <summary>Values whose label the reference does not have, between two readings.</summary>
    internal virtual long Unseen(uint[] before, uint[] after) => 0;

    /// <summary>Adds what was counted between two readings to a report.</summary>
    /// <param name="before">The older reading.</param>
    /// <param name="after">The newer reading.</param>
    /// <param name="unseen">Labels that the reference does not have, by sub-window.</param>
    /// <param name="report">The report.</param>
    internal abstract void Report(uint[] before, uint[] after, IEnumerable<UnseenLabels> unseen, ReportAssembly report);

    private protected long Between(uint[] before, uint[] after, int counter) => unchecked(after[First + counter] - before[First + counter]);

    private void Tick(int rows)
    {
        if (_ticks)
        {
            _monitor.Tick(ref _rows, rows);
        }
    }
}
