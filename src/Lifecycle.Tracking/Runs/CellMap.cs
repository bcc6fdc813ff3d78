using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Tracking;

/// <summary>The cells of one run by key, in the order they were read. Runs with the same keys share them, so a cell costs a place in an array.</summary>
internal sealed class CellMap<T>(CellKeys keys, T[] values) : IReadOnlyDictionary<string, T>
{
    public static readonly CellMap<T> Empty = new(new CellKeys([], []), []);

    public int Count => values.Length;

    public IEnumerable<string> Keys => keys.Texts;

    public IEnumerable<T> Values => values;

    public T this[string key] => TryGetValue(key, out T? value) ? value : throw new KeyNotFoundException($"The given key '{key}' was not present in the dictionary.");

    public bool ContainsKey(string key) => keys.Place(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
    {
        int place = keys.Place(key);
        value = place < 0 ? default : values[place];
        return place >= 0;
    }

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator()
    {
        for (int i = 0; i < values.Length; i++)
        {
            yield return new KeyValuePair<string, T>(keys.Text(i), values[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Keys that runs have in common: numbers of interned texts and the texts.</summary>
internal sealed class CellKeys(long[] ids, string[] texts)
{
    private const int Few = 4;

    private Dictionary<string, int>? _places;

    public ReadOnlySpan<long> Ids => ids;

    public IReadOnlyList<string> Texts => texts;

    public string Text(int place) => texts[place];

    /// <summary>Where a key stands; -1 when it is not there.</summary>
    public int Place(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (texts.Length <= Few)
        {
            return Array.IndexOf(texts, key);
        }

        return (_places ??= Placed()).TryGetValue(key, out int place) ? place : -1;
    }

    private Dictionary<string, int> Placed()
    {
        Dictionary<string, int> places = new(texts.Length, StringComparer.Ordinal);
        for (int i = 0; i < texts.Length; i++)
        {
            places.Add(texts[i], i);
        }

        return places;
    }
}
