namespace Lifecycle.Drift;

internal sealed partial class JoinShard
{
    private readonly List<ulong> _changed = [];
    private long _saved;

    /// <summary>
    /// What came since the last call: new predictions, and labels of predictions that were written before. Take it as written; when the writing fails,
    /// <see cref="Unsaved"/> puts it back.
    /// </summary>
    public void TakeUnsaved(List<OpenPrediction> into)
    {
        lock (_gate)
        {
            for (long i = Math.Max(_saved, _first); i < _next; i++)
            {
                At(i).IsChanged = false;
                into.Add(At(i));
            }

            _saved = _next;
            foreach (ulong key in _changed)
            {
                int slot = _index.Find(_ring, key);
                if (slot >= 0 && _ring[slot].IsChanged)
                {
                    _ring[slot].IsChanged = false;
                    into.Add(_ring[slot]);
                }
            }

            _changed.Clear();
        }
    }

    /// <summary>Notes that a prediction was not written after all.</summary>
    public void Unsaved(ulong key)
    {
        lock (_gate)
        {
            int slot = _index.Find(_ring, key);
            if (slot >= 0 && !_ring[slot].IsChanged)
            {
                _ring[slot].IsChanged = true;
                _changed.Add(key);
            }
        }
    }

    private void Changed(ref OpenPrediction prediction)
    {
        if (_join.IsSaved && !prediction.IsChanged)
        {
            prediction.IsChanged = true;
            _changed.Add(prediction.Key);
        }
    }
}
