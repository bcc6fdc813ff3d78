namespace Lifecycle.Drift;

/// <summary>Counts the values of one column as they come. Safe for any number of threads; never throws, never blocks, never allocates for numbers.</summary>
public abstract class ColumnRecorder
{
    private protected const int Missing = 0, Unreadable = 1, FirstOwn = 2;

    private readonly DriftMonitor _monitor;
    private long _ticks;

    private protected ColumnRecorder(DriftMonitor monitor, int counters)
    {
        _monitor = monitor;
        Counters = new StripedCounters(FirstOwn + counters);
    }

    /// <summary>Name of the column.</summary>
    public abstract string Name { get; }

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
            Count(label);
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

    /// <summary>Counts many labels at once.</summary>
    public void RecordRange(ReadOnlySpan<string?> labels)
    {
        if (_monitor.IsRecording(labels.Length))
        {
            foreach (string? label in labels)
            {
                Count(label);
            }

            Tick(labels.Length);
        }
    }

    internal abstract void Count(double value);

    internal abstract void Count(string? label);

    internal abstract void Count(ReadOnlySpan<double> values);

    internal void CountMissing(int count) => Counters.Add(Missing, (uint)count);

    internal void CountUnreadable(int count) => Counters.Add(Unreadable, (uint)count);

    internal uint[] Read() => Counters.Read();

    /// <summary>Adds what was counted between two readings to a report; returns how many values that were.</summary>
    internal abstract long Report(uint[] before, uint[] after, bool closes, ReportAssembly? report);

    private void Tick(int rows) => _monitor.Tick(ref _ticks, rows);
}
