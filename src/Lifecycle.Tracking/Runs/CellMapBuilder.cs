using System.Runtime.InteropServices;

namespace Lifecycle.Tracking;

/// <summary>Takes the cells of runs, run after run, and makes a map of each.</summary>
internal sealed class CellMapBuilder<T>
{
    private readonly CellMap<T>[] _maps;
    private readonly Func<long, string> _text;
    private readonly Dictionary<long, int> _places;
    private readonly List<long> _ids = [];
    private readonly List<T> _values = [];
    private CellKeys _keys = new([], []);
    private long _run = -1;

    /// <summary>Begins without a cell.</summary>
    /// <param name="places">The place of each run.</param>
    /// <param name="text">The text of a key.</param>
    public CellMapBuilder(Dictionary<long, int> places, Func<long, string> text)
    {
        _maps = new CellMap<T>[places.Count];
        Array.Fill(_maps, CellMap<T>.Empty);
        (_places, _text) = (places, text);
    }

    /// <summary>Goes on to the next cell and gives the text of its key; most often the run before had the same one there.</summary>
    public string Next(long run, long key)
    {
        if (run != _run)
        {
            Close();
            _run = run;
        }

        int place = _ids.Count;
        _ids.Add(key);
        return place < _keys.Ids.Length && _keys.Ids[place] == key ? _keys.Text(place) : _text(key);
    }

    public void Add(T value) => _values.Add(value);

    public CellMap<T>[] Maps()
    {
        Close();
        return _maps;
    }

    private void Close()
    {
        if (_ids.Count == 0)
        {
            return;
        }

        if (!_keys.Ids.SequenceEqual(CollectionsMarshal.AsSpan(_ids)))
        {
            _keys = new CellKeys([.. _ids], [.. _ids.Select(_text)]);
        }

        _maps[_places[_run]] = new CellMap<T>(_keys, [.. _values]);
        _ids.Clear();
        _values.Clear();
    }
}
