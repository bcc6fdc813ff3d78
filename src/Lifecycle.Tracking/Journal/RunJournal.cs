using System.Diagnostics;

namespace Lifecycle.Tracking;

/// <summary>A metric key in a journal: its number, and the segment in which the number was last explained.</summary>
internal sealed class JournalKey(int number, string name)
{
    public int Number => number;

    public string Name => name;

    public uint ExplainedIn { get; set; }
}

/// <summary>
/// The journal of one run of this process. Appending takes one lock and no memory, never waits for a disk but to make a segment, and never throws:
/// when no segment can be made, records wait in memory.
/// </summary>
internal sealed partial class RunJournal
{
    private const int LargestSegmentFactor = 64;

    // Records in memory die with the process: those who log try to bring them back, for the drain may be waiting for the database.
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly Guid _run;
    private readonly Guid _writer;
    private readonly TimeProvider _time;
    private readonly JournalOptions _options;
    private readonly Action _wake;
    private readonly bool _mapped;
    private readonly Dictionary<string, JournalKey> _keys = new(StringComparer.Ordinal);
    private readonly List<JournalSegment> _undrained = [];
    private JournalSegment _current;
    private JournalSegment? _prepared;
    private Queue<(JournalKey? Key, byte[] Payload)>? _memory;
    private long _triedAt;
    private long _restored;
    private bool _ended;
    private int _made;

    /// <summary>Makes the first segment and writes the start into it.</summary>
    /// <exception cref="IOException">The journal cannot be written.</exception>
    public RunJournal(string folder, Guid run, StartRecord start, OwnerLock owner, TimeProvider time, JournalOptions options, Action wake)
    {
        _folder = folder;
        _run = run;
        _writer = LifecycleId.New(time);
        _time = time;
        _options = options;
        _wake = wake;
        _mapped = JournalDisk.IsMapped(options.Write, folder);
        Owner = owner;
        RunId = run.ToString("N");
        byte[] payload = start.ToPayload();
        _current = CreateFree(1, payload.Length);
        _undrained.Add(_current);
        _current.TryAppend(payload);
        Appended = 1;
        FlushIfAsked();
    }

    public string RunId { get; }

    public OwnerLock Owner { get; }

    /// <summary>Logging calls that were taken, the start included.</summary>
    public long Appended { get; private set; }

    /// <summary>Records lost because disk and memory were full.</summary>
    public long Dropped { get; private set; }

    /// <summary>What went wrong when the last segment could not be made; null while all is well.</summary>
    public string? DegradedBy { get; private set; }

    public JournalKey Key(string name)
    {
        lock (_gate)
        {
            if (!_keys.TryGetValue(name, out JournalKey? key))
            {
                key = new JournalKey(_keys.Count, name);
                _keys.Add(name, key);
            }

            return key;
        }
    }

    /// <summary>Appends a point; false when the run has ended.</summary>
    public bool AppendMetric(JournalKey key, long step, long ms, double value)
    {
        Span<byte> payload = stackalloc byte[JournalRecords.MetricSize];
        JournalRecords.WriteMetric(payload, key.Number, step, ms, value);
        return Append(key, payload, ends: false);
    }

    /// <summary>Appends a point with more behind it; false when the run has ended.</summary>
    public bool AppendMetric(JournalKey key, ReadOnlySpan<byte> payload) => Append(key, payload, ends: false);

    /// <summary>Appends any other record; false when the run has ended.</summary>
    public bool Append(ReadOnlySpan<byte> payload) => Append(null, payload, ends: false);

    /// <summary>Appends the end; false when the run has ended before. Nothing is taken after it.</summary>
    public bool AppendEnd(EndRecord end) => Append(null, end.ToPayload(), ends: true);

    private bool Append(JournalKey? key, ReadOnlySpan<byte> payload, bool ends)
    {
        bool wake;
        lock (_gate)
        {
            if (_ended)
            {
                return false;
            }

            if (_memory is not null && Stopwatch.GetElapsedTime(_triedAt) > TryAgainAfter)
            {
                Restore();
            }

            if (_memory is not null || !TryAppend(key, payload))
            {
                Remember(key, payload);
            }

            Appended++;
            _ended = ends;
            wake = ends || (Appended & (JournalBatch.MaximumRecords - 1)) == 0;
        }

        if (wake)
        {
            _wake();
        }

        return true;
    }

    // Under the lock. False: no segment has room and none can be made.
    private bool TryAppend(JournalKey? key, ReadOnlySpan<byte> payload)
    {
        try
        {
            return TryStore(key, payload);
        }
        catch (IOException e)
        {
            DegradedBy = e.Message;
            return false;
        }
    }

    private bool TryStore(JournalKey? key, ReadOnlySpan<byte> payload)
    {
        if (key is not null && key.ExplainedIn != _current.Header.Segment)
        {
            byte[] explanation = JournalRecords.Key(key.Number, key.Name);
            if (!_current.TryAppend(explanation) && !(TryNext(explanation.Length) && _current.TryAppend(explanation)))
            {
                return false;
            }

            key.ExplainedIn = _current.Header.Segment;
        }

        if (!_current.TryAppend(payload))
        {
            return TryNext(payload.Length) && TryStore(key, payload);
        }

        FlushIfAsked();
        return true;
    }

    private bool TryNext(int payload)
    {
        uint number = _current.Header.Segment + 1;
        if (_prepared is { } prepared && prepared.Capacity >= JournalFormat.HeaderSize + JournalFormat.RecordSize(payload))
        {
            _prepared = null;
            _current = prepared;
        }
        else
        {
            try
            {
                DropPrepared();
                _current = CreateFree(number, payload);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                DegradedBy = e.Message;
                return false;
            }
        }

        _undrained.Add(_current);
        return true;
    }

    private void Remember(JournalKey? key, ReadOnlySpan<byte> payload)
    {
        if (_memory is null)
        {
            _memory = new Queue<(JournalKey?, byte[])>();
            _triedAt = Stopwatch.GetTimestamp();
            TrackingTelemetry.Degraded(true);
            _wake();
        }

        if (_memory.Count < _options.MemoryRecords)
        {
            _memory.Enqueue((key, payload.ToArray()));
        }
        else
        {
            Dropped++;
            TrackingTelemetry.Dropped(1);
        }
    }

    // Under the lock: brings records back from memory, as far as segments have room or can be made.
    private void Restore()
    {
        while (_memory is not null && TryRestoreOne())
        {
            _restored++;
        }

        _triedAt = Stopwatch.GetTimestamp();
    }

    private bool TryRestoreOne()
    {
        if (_memory!.TryPeek(out (JournalKey? Key, byte[] Payload) record))
        {
            if (!TryAppend(record.Key, record.Payload))
            {
                return false;
            }

            _memory.Dequeue();
        }

        if (_memory.Count == 0)
        {
            _memory = null;
            DegradedBy = null;
            _saidDegraded = false;
            TrackingTelemetry.Degraded(false);
        }

        return true;
    }

    // The drain makes a segment ahead of need at the same time, and another process may log to the same run: the number may be taken.
    private JournalSegment CreateFree(uint number, int payload)
    {
        while (true)
        {
            try
            {
                return Create(number, payload);
            }
            catch (SegmentTakenException)
            {
                number++;
            }
        }
    }

    private JournalSegment Create(uint number, int payload)
    {
        long capacity = (long)_options.FirstSegmentBytes * (_made == 0 ? 1 : _made == 1 ? LargestSegmentFactor / 4 : LargestSegmentFactor);
        long needed = JournalFormat.HeaderSize + JournalFormat.RecordSize(payload);
        capacity = Math.Max(Math.Min(capacity, 256L * 1024 * LargestSegmentFactor), (needed + 4095) & ~4095L);
        JournalSegment made = JournalSegment.Create(
            Path.Combine(_folder, JournalFiles.Segment(RunId, number)),
            new JournalHeader(_run, _writer, _time.GetUtcNow().ToUnixTimeMilliseconds(), (uint)Environment.ProcessId, number), capacity, _mapped);
        _made++;
        return made;
    }

    private void FlushIfAsked()
    {
        if (_options.FlushInterval == TimeSpan.Zero)
        {
            Flush(_current);
        }
    }

    private void DropPrepared()
    {
        if (_prepared is { } prepared)
        {
            _prepared = null;
            prepared.Dispose();
            File.Delete(prepared.File);
        }
    }
}
