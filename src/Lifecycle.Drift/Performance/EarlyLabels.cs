namespace Lifecycle.Drift;

/// <summary>Labels that came before their prediction, each waiting for a while; when there are too many the oldest gives up.</summary>
internal sealed class EarlyLabels(long wait, int most)
{
    private readonly Dictionary<ulong, (bool Actual, long At)> _labels = [];
    private readonly Queue<(ulong Key, long At)> _order = new();

    public int Count => _labels.Count;

    public long Orphans { get; private set; }

    /// <summary>Keeps a label. Null when it is new, else whether it says the same as the one that waited.</summary>
    public bool? Add(ulong key, bool actual, long now)
    {
        if (_labels.TryGetValue(key, out (bool Actual, long At) there))
        {
            _labels[key] = (actual, there.At);
            return there.Actual == actual;
        }

        _labels[key] = (actual, now);
        _order.Enqueue((key, now));
        while (_labels.Count > most)
        {
            GiveUp(_order.Dequeue());
        }

        return null;
    }

    public bool Take(ulong key, out bool actual)
    {
        bool found = _labels.Remove(key, out (bool Actual, long At) label);
        actual = label.Actual;
        return found;
    }

    public void Expire(long now)
    {
        while (_order.TryPeek(out (ulong Key, long At) oldest) && now - oldest.At >= wait)
        {
            GiveUp(_order.Dequeue());
        }
    }

    private void GiveUp((ulong Key, long At) oldest)
    {
        // A label that found its prediction left its mark behind.
        if (_labels.TryGetValue(oldest.Key, out (bool Actual, long At) label) && label.At == oldest.At && _labels.Remove(oldest.Key))
        {
            Orphans++;
        }
    }
}
