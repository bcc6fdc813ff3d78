using System.Collections.Concurrent;

namespace Lifecycle.Tracking;

/// <summary>The side of a journal that the drain sees. Only the drain calls it, one call at a time.</summary>
internal sealed partial class RunJournal
{
    private readonly Dictionary<int, string> _explained = [];
    private readonly ConcurrentQueue<RunProblem> _problems = new();
    private bool _saidDegraded;
    private long _offset = JournalFormat.HeaderSize;

    /// <summary>Whether everything, the end included, is in the database and no file is left.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Whether records wait in memory because no segment can be made.</summary>
    public bool IsDegraded
    {
        get
        {
            lock (_gate)
            {
                return _memory is not null;
            }
        }
    }

    /// <summary>True once for every time the journal cannot grow.</summary>
    public bool MustSayDegraded() => !Interlocked.Exchange(ref _saidDegraded, true);

    /// <summary>Called when something was written below the run after somebody had deleted it; once.</summary>
    public Action? Deleted { get; set; }

    /// <summary>Misuse, to be written beside the records.</summary>
    public void Add(RunProblem problem) => _problems.Enqueue(problem);

    /// <summary>The next records, at most one transaction's worth.</summary>
    public JournalBatch Read()
    {
        JournalSegment segment;
        bool isSealed;
        lock (_gate)
        {
            segment = _undrained[0];
            isSealed = _undrained.Count > 1 || (_ended && _memory is null);
        }

        JournalBatch batch = new(RunId, _writer, segment.Header.Segment, _offset, _explained);
        ReadOnlySpan<byte> bytes = segment.Read(_offset, out long from);
        batch.Take(bytes, from: from);
        batch.Problems.AddRange(_problems);
        batch.FinishesSegment = (isSealed && batch.Offset >= segment.Position) || batch.Stop == JournalStop.Torn;
        if (batch.End is not null && Dropped > 0)
        {
            batch.Tags["lifecycle.dropped"] = Dropped.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return batch;
    }

    /// <summary>Moves on behind a batch that was committed; a finished segment goes, a torn one is set aside.</summary>
    /// <returns>The file that was torn, if one was.</returns>
    public string? Committed(JournalBatch batch)
    {
        _offset = batch.Offset;
        if (batch.RunIsDeleted)
        {
            Deleted?.Invoke();
            Deleted = null;
        }

        for (int i = 0; i < batch.Problems.Count; i++)
        {
            _problems.TryDequeue(out _);
        }

        if (!batch.FinishesSegment)
        {
            return null;
        }

        JournalSegment done;
        lock (_gate)
        {
            done = _undrained[0];
            if (done == _current && !_ended && !TryNext(0))
            {
                return null;
            }

            _undrained.RemoveAt(0);
            IsFinished = _undrained.Count == 0;
            if (IsFinished)
            {
                DropPrepared();
            }
        }

        done.Dispose();
        _offset = JournalFormat.HeaderSize;
        _explained.Clear();
        if (batch.Stop == JournalStop.Torn)
        {
            return JournalRecovery.SetAside(done.File);
        }

        File.Delete(done.File);
        return null;
    }

    /// <summary>Brings records back from memory when the disk can take them again, makes the next segment ahead of need, flushes.</summary>
    /// <returns>Records that came back from memory.</returns>
    public long Maintain(bool flush)
    {
        long restored;
        JournalSegment? half = null;
        JournalSegment[] segments;
        lock (_gate)
        {
            Restore();
            (restored, _restored) = (_restored, 0);
            if (!_ended && _prepared is null && _memory is null && _current.Position > _current.Capacity / 2)
            {
                half = _current;
            }

            segments = flush ? [.. _undrained] : [];
        }

        if (half is not null)
        {
            Prepare(half);
        }

        foreach (JournalSegment segment in segments)
        {
            Flush(segment);
        }

        return restored;
    }

    /// <summary>Leaves the files for whoever opens the store next.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            Restore();
            _ended = true;
            DropPrepared();
            foreach (JournalSegment segment in _undrained)
            {
                segment.Dispose();
            }
        }

        Owner.Dispose();
    }

    private void Prepare(JournalSegment half)
    {
        JournalSegment made;
        try
        {
            made = CreateFree(half.Header.Segment + 1, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The writer tries again when it needs the segment, and says so when that fails too.
            return;
        }

        lock (_gate)
        {
            if (_current == half && !_ended)
            {
                _prepared = made;
                return;
            }
        }

        made.Dispose();
        File.Delete(made.File);
    }

    // A record that cannot be flushed still survives the death of the process.
    private void Flush(JournalSegment segment)
    {
        try
        {
            segment.Flush();
        }
        catch (IOException e)
        {
            DegradedBy = e.Message;
        }
    }
}
