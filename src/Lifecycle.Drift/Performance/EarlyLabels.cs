namespace Lifecycle.Drift;

/// <summary>Labels that came before their prediction, each waiting for a while; when there are too many the oldest gives up.</summary>
internal sealed class EarlyLabels(long wait, int most)
{
    private readonly Dictionary<ulong, (bool Actual, long Number)> _labels = [];
    private readonly Queue<(ulong Key, long At, long Number)> _order = new();
    private long _number;

    public int Count => _labels.Count;

    /// <summary>Places in the order in which labels came, those that found their prediction meanwhile included; at most twice the most labels.</summary>
    public int Places => _order.Count;

    public long Orphans { get; private set; }

    /// <summary>Keeps a label. Null when it is new, else whether it says the same as the one that waited.</summary>
    public bool? Add(ulong key, bool actual, long now)
    {
        if (_labels.TryGetValue(key, out (bool Actual, long Number) there))
        {
            _labels[key] = (actual, there.Number);
            return there.Actual == actual;
        }

        _labels[key] = (actual, ++_number);
        _order.Enqueue((key, now, _number));
        while (_labels.Count > most)
        {
            GiveUp(_order.Dequeue());
        }

        Tidy();
        return null;
    }

    /// <summary>Adds the labels that wait to a list.</summary>
    public void Read(List<(ulong Key, bool Actual)> into) => into.AddRange(_labels.Select(l => (l.Key, l.Value.Actual)));

    public bool Take(ulong key, out bool actual)
    {
        bool found = _labels.Remove(key, out (bool Actual, long Number) label);
        actual = label.Actual;
        return found;
    }

    public void Expire(long now)
    {
        while (_order.TryPeek(out (ulong Key, long At, long Number) oldest) && now - oldest.At >= wait)
        {
            GiveUp(_order.Dequeue());
        }
    }

    private void GiveUp((ulong Key, long At, long Number) oldest)
    {
        // A label that found its prediction left its place behind.
        if (IsWaiting(oldest) && _labels.Remove(oldest.Key))
        {
            Orphans++;
        }
    }

    /// <summary>Drops places left behind: those before the oldest label at once, those behind it when they are half of all.</summary>
    private void Tidy()
    {
        while (_order.TryPeek(out (ulong Key, long At, long Number) oldest) && !IsWaiting(oldest))
        {
            _order.Dequeue();
        }

        for (int places = _order.Count > 2 * most ? _order.Count : 0; places > 0; places--)
        {
            (ulong Key, long At, long Number) place = _order.Dequeue();
            if (IsWaiting(place))
            {
                _order.Enqueue(place);
            }
        }
    }

    private bool IsWaiting((ulong Key, long At, long Number) place) => _labels.TryGetValue(place.Key, out (bool Actual, long Number) label) && label.Number == place.Number;
}
