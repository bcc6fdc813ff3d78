namespace Lifecycle.Drift;

/// <summary>
/// A part of the join with a lock of its own: a ring of open predictions in the order in which they came, so that the predictions of a window lie
/// side by side; it grows up to its capacity, then the oldest leave.
/// </summary>
internal sealed partial class JoinShard
{
    private const int FirstLength = 256;

    private readonly Lock _gate = new();
    private readonly LabelJoin _join;
    private readonly EarlyLabels _early;
    private readonly int _capacity;
    private OpenPrediction[] _ring;
    private JoinIndex _index;
    private long _first, _next;
    private long _predictions, _repeatedPredictions, _labelled, _repeatedLabels, _corrected, _unlabelled;
    private long _refused, _refusedLabels;
    private bool _isShut;
    private int _touchedFrom = int.MaxValue, _touchedTo = -1;

    public JoinShard(LabelJoin join, int capacity, long wait, int mostEarly)
    {
        (_join, _capacity) = (join, capacity);
        _early = new EarlyLabels(wait, mostEarly);
        _ring = new OpenPrediction[Math.Min(FirstLength, capacity)];
        _index = new JoinIndex(_ring.Length);
    }

    /// <summary>Takes a prediction into the open window.</summary>
    public void Predict(ulong key, double score, bool predicted, long now)
    {
        lock (_gate)
        {
            if (_isShut)
            {
                _refused++;
                return;
            }

            _early.Expire(now);
            if (_index.Find(_ring, key) >= 0)
            {
                _repeatedPredictions++;
                return;
            }

            int window = _join.TakeRow();
            OpenPrediction prediction = new(key, score, predicted, window, now);
            _predictions++;
            if (_early.Take(key, out bool actual))
            {
                prediction.Label(actual, now);
                Touch(window);
                _labelled++;
            }

            Append(prediction);
        }
    }

    /// <summary>Takes a label.</summary>
    public void Label(ulong key, bool actual, long now)
    {
        lock (_gate)
        {
            if (_isShut)
            {
                _refusedLabels++;
                return;
            }

            _early.Expire(now);
            int slot = _index.Find(_ring, key);
            if (slot < 0)
            {
                bool? same = _early.Add(key, actual, now);
                _repeatedLabels += same == true ? 1 : 0;
                _corrected += same == false ? 1 : 0;
                return;
            }

            ref OpenPrediction prediction = ref _ring[slot];
            if (prediction.IsLabelled && prediction.Actual == actual)
            {
                _repeatedLabels++;
                return;
            }

            if (prediction.IsLabelled)
            {
                prediction.Correct(actual);
                _corrected++;
            }
            else
            {
                prediction.Label(actual, now);
                _labelled++;
            }

            Touch(prediction.Window(_join.Open.Window));
            Changed(ref prediction);
        }
    }

    public void Shut(bool isShut)
    {
        lock (_gate)
        {
            _isShut = isShut;
        }
    }

    /// <summary>Adds the labels that wait for their predictions to a list.</summary>
    public void ReadWaiting(long now, List<(ulong Key, bool Actual)> into)
    {
        lock (_gate)
        {
            _early.Expire(now);
            _early.Read(into);
        }
    }

    public bool IsOpen(ulong key)
    {
        lock (_gate)
        {
            return _index.Find(_ring, key) >= 0;
        }
    }

    /// <summary>Adds the predictions of a window to a list.</summary>
    public void Read(int window, List<OpenPrediction> into)
    {
        lock (_gate)
        {
            long from = Before(window), to = Before(window + 1);
            into.EnsureCapacity(into.Count + (int)(to - from));
            for (long i = from; i < to; i++)
            {
                into.Add(At(i));
            }
        }
    }

    /// <summary>The range of windows that got labels since the last call; (int.MaxValue, -1) when none did.</summary>
    public (int From, int To) TakeTouched()
    {
        lock (_gate)
        {
            (int from, int to) = (_touchedFrom, _touchedTo);
            (_touchedFrom, _touchedTo) = (int.MaxValue, -1);
            return (from, to);
        }
    }

    public LabelCounts Counts(long now)
    {
        lock (_gate)
        {
            _early.Expire(now);
            return new LabelCounts
            {
                Predictions = _predictions,
                Refused = _refused,
                RefusedLabels = _refusedLabels,
                RepeatedPredictions = _repeatedPredictions,
                Open = _next - _first,
                Labelled = _labelled,
                RepeatedLabels = _repeatedLabels,
                Corrected = _corrected,
                Waiting = _early.Count,
                Orphans = _early.Orphans,
                Unlabelled = _unlabelled,
                Left = _first,
            };
        }
    }

    /// <summary>Puts back what was saved; the newest last.</summary>
    public void Restore(in OpenPrediction prediction)
    {
        lock (_gate)
        {
            if (_index.Find(_ring, prediction.Key) < 0)
            {
                Append(prediction);
                _saved = _next;
            }
        }
    }

    private ref OpenPrediction At(long place) => ref _ring[place % _ring.Length];

    private void Append(in OpenPrediction prediction)
    {
        if (_next - _first == _ring.Length)
        {
            if (_ring.Length < _capacity)
            {
                Grow();
            }
            else
            {
                Leave();
            }
        }

        At(_next) = prediction;
        _index.Add(prediction.Key, (int)(_next % _ring.Length));
        _next++;

        // The last eighth before the end is the time to judge a window for good.
        long ahead = _next - _first - (_capacity - Math.Max(1, _capacity / 8));
        if (ahead > 0)
        {
            _join.Nearing(At(_first + ahead - 1).Window(_join.Open.Window));
        }
    }

    private void Leave()
    {
        ref OpenPrediction oldest = ref At(_first);
        _index.Remove(_ring, oldest.Key);
        _unlabelled += oldest.IsLabelled ? 0 : 1;
        _join.Left(oldest.Window(_join.Open.Window));
        _first++;
    }

    private void Grow()
    {
        OpenPrediction[] ring = new OpenPrediction[Math.Min(_capacity, 2 * _ring.Length)];
        JoinIndex index = new(ring.Length);
        for (long i = _first; i < _next; i++)
        {
            ring[i % ring.Length] = At(i);
            index.Add(At(i).Key, (int)(i % ring.Length));
        }

        (_ring, _index) = (ring, index);
    }

    /// <summary>The first place whose window is not before the given one.</summary>
    private long Before(int window)
    {
        long low = _first, high = _next;
        int open = _join.Open.Window;
        while (low < high)
        {
            long middle = (low + high) >> 1;
            (low, high) = At(middle).Window(open) < window ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Touch(int window)
    {
        _touchedFrom = Math.Min(_touchedFrom, window);
        _touchedTo = Math.Max(_touchedTo, window);
    }
}
