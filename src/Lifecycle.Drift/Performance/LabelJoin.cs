using System.Numerics;

namespace Lifecycle.Drift;

/// <summary>
/// Joins predictions with their labels by id: a ring of open predictions, 24 bytes each plus 8 of an index; when it is full the oldest leave. A label
/// that comes before its prediction waits; a second equal label is nothing; a different one corrects, and the last one wins. Predictions and labels
/// of many threads meet in up to 16 parts with a lock each, held for some tens of nanoseconds.
/// </summary>
public sealed class LabelJoin
{
    private const int MostShards = 16;
    private const int LeastOfShard = 4096;
    private const int MostEarly = 131_072;

    private readonly JoinShard[] _shards;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly int _rowsPerWindow;
    private readonly Action<int, int>? _filled;
    private readonly Action? _neared;
    private long _open;
    private long _refused;
    private bool _isShut;
    private int _left = -1;
    private int _nearing = -1;

    internal LabelJoin(int capacity, TimeSpan wait, TimeProvider time, int? rowsPerWindow = null, bool isSaved = false, Action<int, int>? filled = null,
        Action? neared = null)
    {
        (Capacity, Wait, _time, IsSaved, _filled, _neared) = (capacity, wait, time, isSaved, filled, neared);
        _rowsPerWindow = Math.Min(rowsPerWindow ?? int.MaxValue, Math.Max(1, capacity / 2));
        _started = time.GetTimestamp();
        int shards = capacity < MostShards * LeastOfShard ? 1 : Math.Min(MostShards, (int)BitOperations.RoundUpToPowerOf2((uint)(2 * Environment.ProcessorCount)));
        _shards = [.. Enumerable.Range(0, shards).Select(i =>
            new JoinShard(this, capacity / shards + (i < capacity % shards ? 1 : 0), (long)wait.TotalMilliseconds, Math.Max(1, MostEarly / shards)))];
    }

    /// <summary>Most predictions that are open at a time.</summary>
    public int Capacity { get; }

    /// <summary>How long a label waits for its prediction.</summary>
    public TimeSpan Wait { get; }

    /// <summary>What came of predictions and labels.</summary>
    public LabelCounts Counts
    {
        get
        {
            LabelCounts counts = new() { Refused = Interlocked.Read(ref _refused) };
            foreach (JoinShard shard in _shards)
            {
                counts = counts.Add(shard.Counts(Now));
            }

            return counts;
        }
    }

    internal bool IsSaved { get; }

    internal bool IsShut => Volatile.Read(ref _isShut);

    /// <summary>The number of the open window and its rows.</summary>
    internal (int Window, int Rows) Open => Split(Volatile.Read(ref _open));

    /// <summary>The newest window of which a prediction left; -1 when none did.</summary>
    internal int LeftWindow => Volatile.Read(ref _left);

    /// <summary>The newest window that comes near the end of the ring; -1 when none does.</summary>
    internal int NearingWindow => Volatile.Read(ref _nearing);

    /// <summary>Called between the look at the open window and its closing: predictions may come there.</summary>
    internal Action? Closing { get; set; }

    internal long Now => (long)_time.GetElapsedTime(_started).TotalMilliseconds;

    /// <summary>One line for a person.</summary>
    public override string ToString() => Counts.ToString();

    internal void Predict(PredictionId id, double score, bool predicted)
    {
        if (score is >= 0 and <= 1)
        {
            ShardOf(id.Key).Predict(id.Key, score + 0.0, predicted, Now);
        }
        else
        {
            Refuse();
        }
    }

    internal void Label(PredictionId id, bool actual) => Label(id.Key, actual);

    internal void Label(ulong key, bool actual) => ShardOf(key).Label(key, actual, Now);

    internal bool IsOpen(PredictionId id) => ShardOf(id.Key).IsOpen(id.Key);

    /// <summary>Takes nothing from here on: when this returns, no thread is about to.</summary>
    internal void Shut()
    {
        Volatile.Write(ref _isShut, true);
        Array.ForEach(_shards, s => s.Shut(true));
    }

    /// <summary>Takes predictions and labels again.</summary>
    internal void Reopen()
    {
        Array.ForEach(_shards, s => s.Shut(false));
        Volatile.Write(ref _isShut, false);
    }

    internal void Refuse() => Interlocked.Increment(ref _refused);

    /// <summary>The labels that wait for their predictions, in no order.</summary>
    internal List<(ulong Key, bool Actual)> ReadWaiting()
    {
        List<(ulong Key, bool Actual)> labels = [];
        foreach (JoinShard shard in _shards)
        {
            shard.ReadWaiting(Now, labels);
        }

        return labels;
    }

    /// <summary>The predictions of a window, in no order.</summary>
    internal List<OpenPrediction> Read(int window)
    {
        List<OpenPrediction> rows = [];
        foreach (JoinShard shard in _shards)
        {
            shard.Read(window, rows);
        }

        return rows;
    }

    /// <summary>Closes the open window when it has so many rows; which one was closed and its rows, or null.</summary>
    internal (int Window, int Rows)? Close(int leastRows)
    {
        while (true)
        {
            long open = Volatile.Read(ref _open);
            (int window, int rows) = Split(open);
            if (rows < Math.Max(1, leastRows))
            {
                return null;
            }

            Closing?.Invoke();
            if (Interlocked.CompareExchange(ref _open, Join(window + 1, 0), open) == open)
            {
                return (window, rows);
            }
        }
    }

    /// <summary>The range of windows that got labels since the last call.</summary>
    internal (int From, int To) TakeTouched()
    {
        (int From, int To) touched = (int.MaxValue, -1);
        foreach (JoinShard shard in _shards)
        {
            (int from, int to) = shard.TakeTouched();
            touched = (Math.Min(touched.From, from), Math.Max(touched.To, to));
        }

        return touched;
    }

    internal List<OpenPrediction> TakeUnsaved()
    {
        List<OpenPrediction> rows = [];
        foreach (JoinShard shard in _shards)
        {
            shard.TakeUnsaved(rows);
        }

        return rows;
    }

    internal void Unsaved(IEnumerable<OpenPrediction> rows)
    {
        foreach (OpenPrediction row in rows)
        {
            ShardOf(row.Key).Unsaved(row.Key);
        }
    }

    /// <summary>Puts back what was saved, oldest first, before anything is recorded.</summary>
    internal void Restore(IEnumerable<OpenPrediction> rows, int openWindow)
    {
        int open = 0;
        Volatile.Write(ref _open, Join(openWindow, 0));
        foreach (OpenPrediction row in rows)
        {
            ShardOf(row.Key).Restore(row);
            open += row.Window(openWindow) == openWindow ? 1 : 0;
        }

        Volatile.Write(ref _open, Join(openWindow, open));
    }

    /// <summary>Counts a row into the open window; called by a shard under its lock, so that the windows of a shard never go back.</summary>
    internal int TakeRow()
    {
        while (true)
        {
            long open = Volatile.Read(ref _open);
            (int window, int rows) = Split(open);
            bool isFull = rows + 1 >= _rowsPerWindow;
            if (Interlocked.CompareExchange(ref _open, isFull ? Join(window + 1, 0) : open + 1, open) == open)
            {
                if (isFull)
                {
                    _filled?.Invoke(window, rows + 1);
                }

                return window;
            }
        }
    }

    internal void Left(int window) => Raise(ref _left, window);

    internal void Nearing(int window)
    {
        if (Raise(ref _nearing, window))
        {
            _neared?.Invoke();
        }
    }

    private static bool Raise(ref int place, int window)
    {
        for (int before = Volatile.Read(ref place); before < window; before = Volatile.Read(ref place))
        {
            if (Interlocked.CompareExchange(ref place, window, before) == before)
            {
                return true;
            }
        }

        return false;
    }

    private static (int Window, int Rows) Split(long open) => ((int)(open >> 32), (int)open);

    private static long Join(int window, int rows) => ((long)window << 32) | (uint)rows;

    private JoinShard ShardOf(ulong key) => _shards[key & (uint)(_shards.Length - 1)];
}
