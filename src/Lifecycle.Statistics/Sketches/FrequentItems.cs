using System.Text;

namespace Lifecycle.Statistics;

/// <summary>
/// The most frequent items of a stream in constant memory: SpaceSaving (Metwally, Agrawal and El Abbadi 2005) with K counters. No count is
/// too small, none is too large by more than n/K, and no item with more than n/K occurrences is missed; both hold after merges too (Cafaro,
/// Pulimeno and Tempesta 2016). Every item knows its own error: 0 for one that was never out. Not thread-safe.
/// </summary>
public sealed partial class FrequentItems
{
    /// <summary>Counters where nothing else is said.</summary>
    public const int DefaultCapacity = 512;

    /// <summary>Most counters.</summary>
    public const int MostCapacity = 1 << 20;

    /// <summary>Bytes of UTF-8 that are kept of a text; it is cut between characters.</summary>
    public const int MostTextBytes = 256;

    private readonly Dictionary<ulong, int> _places = [];
    private readonly List<FrequentItem> _heap = [];

    // What an item without a counter may have had in a smaller summary that was merged into this one.
    private long _floor;

    /// <summary>Starts without items.</summary>
    /// <param name="capacity">Counters, in [1, 1,048,576].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is out of range.</exception>
    public FrequentItems(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MostCapacity);
        Capacity = capacity;
    }

    /// <summary>A summary of items that were counted elsewhere.</summary>
    /// <param name="items">Different items, each with its count and error; the most frequent ones are kept.</param>
    /// <param name="count">Occurrences of all items, also of those that are not among <paramref name="items"/>.</param>
    /// <param name="missed">Most occurrences of an item that is not among <paramref name="items"/>.</param>
    /// <param name="capacity">Counters, in [1, 1,048,576].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or the capacity is out of range.</exception>
    /// <exception cref="ArgumentException">An item stands twice.</exception>
    public static FrequentItems FromCounts(IEnumerable<FrequentItem> items, long count, long missed = 0, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(missed);
        FrequentItems summary = new(capacity) { Count = count, _floor = missed };
        summary.Restore(items.OrderByDescending(i => i.Count).ThenBy(i => i.Hash).Take(capacity));
        return summary._places.Count == summary._heap.Count ? summary : throw new ArgumentException("An item stands twice.", nameof(items));
    }

    /// <summary>Number of counters, K.</summary>
    public int Capacity { get; }

    /// <summary>Occurrences of all items.</summary>
    public long Count { get; private set; }

    /// <summary>Counters in use.</summary>
    public int ItemCount => _heap.Count;

    /// <summary>Most occurrences that an item can have which has no counter: the least count when all counters are in use, else 0; at most n/K for the smallest K that was merged.</summary>
    public long MostMissed => _heap.Count < Capacity ? _floor : _heap[0].Count;

    /// <summary>Adds occurrences of a text.</summary>
    /// <param name="text">Any text; unpaired surrogates count as U+FFFD.</param>
    /// <param name="count">Occurrences, at least 1.</param>
    public void Add(ReadOnlySpan<char> text, long count = 1)
    {
        ulong hash = SketchHash.Of(text);
        Add(hash, _places.ContainsKey(hash) ? null : Cut(text), count);
    }

    /// <summary>Adds occurrences of a number.</summary>
    /// <param name="value">Any number; -0 counts as 0, all NaN as one.</param>
    /// <param name="count">Occurrences, at least 1.</param>
    public void Add(double value, long count = 1)
    {
        ulong hash = SketchHash.Of(value);
        Add(hash, _places.ContainsKey(hash) ? null : value.ToString("R", System.Globalization.CultureInfo.InvariantCulture), count);
    }

    /// <summary>Adds occurrences of an item by its hash.</summary>
    /// <param name="hash">A hash of <see cref="SketchHash"/>.</param>
    /// <param name="text">What the item is called, kept as it is when the item gets a counter; may be null.</param>
    /// <param name="count">Occurrences, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public void Add(ulong hash, string? text, long count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = checked(Count + count);
        if (_places.TryGetValue(hash, out int place))
        {
            _heap[place] = _heap[place] with { Count = _heap[place].Count + count };
            Sink(place);
        }
        else if (_heap.Count < Capacity)
        {
            Append(new FrequentItem(hash, text, count + _floor, _floor));
        }
        else
        {
            // The rarest item gives its counter up; its count becomes the error of the new one.
            FrequentItem rarest = _heap[0];
            _places.Remove(rarest.Hash);
            _heap[0] = new FrequentItem(hash, text, rarest.Count + count, rarest.Count);
            _places[hash] = 0;
            Sink(0);
        }
    }

    /// <summary>The items, most frequent first; equal counts in the order of their hashes.</summary>
    /// <returns>At most <see cref="Capacity"/> items.</returns>
    public FrequentItem[] Items() => [.. _heap.OrderByDescending(i => i.Count).ThenBy(i => i.Hash)];

    /// <summary>The counter of an item.</summary>
    /// <param name="hash">Its hash.</param>
    /// <returns>The item, or null when it has no counter: then it occurred at most <see cref="MostMissed"/> times.</returns>
    public FrequentItem? Find(ulong hash) => _places.TryGetValue(hash, out int place) ? _heap[place] : null;

    /// <summary>Takes over what another summary has seen; commutative to the bit for equal capacities.</summary>
    /// <param name="other">The other summary, left as it is.</param>
    public void Merge(FrequentItems other)
    {
        ArgumentNullException.ThrowIfNull(other);
        long mine = MostMissed, theirs = other.MostMissed;
        Dictionary<ulong, FrequentItem> all = [];
        foreach (FrequentItem item in _heap)
        {
            // What the other one has no counter for may still have occurred there.
            FrequentItem there = other.Find(item.Hash) ?? new FrequentItem(item.Hash, null, theirs, theirs);
            all[item.Hash] = new FrequentItem(item.Hash, Least(item.Text, there.Text), item.Count + there.Count, item.Error + there.Error);
        }

        foreach (FrequentItem item in other._heap)
        {
            if (!all.ContainsKey(item.Hash))
            {
                all[item.Hash] = item with { Count = item.Count + mine, Error = item.Error + mine };
            }
        }

        Count = checked(Count + other.Count);
        _floor = mine + theirs;
        Restore(all.Values.OrderByDescending(i => i.Count).ThenBy(i => i.Hash).Take(Capacity));
    }

    /// <summary>A text as it is kept: cut at 256 bytes of UTF-8 between characters, what is not UTF-16 replaced.</summary>
    internal static string Cut(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[MostTextBytes];
        Encoding.UTF8.GetEncoder().Convert(text, bytes, flush: text.Length <= MostTextBytes, out _, out int written, out _);
        return Encoding.UTF8.GetString(bytes[..written]);
    }

    private static string? Least(string? left, string? right) =>
        left is null || right is null ? left ?? right : string.CompareOrdinal(left, right) <= 0 ? left : right;

    private static bool IsRarer(in FrequentItem left, in FrequentItem right) =>
        left.Count != right.Count ? left.Count < right.Count : left.Hash < right.Hash;

    private void Restore(IEnumerable<FrequentItem> items)
    {
        FrequentItem[] kept = [.. items];
        _heap.Clear();
        _places.Clear();
        foreach (FrequentItem item in kept)
        {
            Append(item);
        }
    }

    private void Append(in FrequentItem item)
    {
        _heap.Add(item);
        int place = _heap.Count - 1;
        for (int parent = (place - 1) / 2; place > 0 && IsRarer(item, _heap[parent]); place = parent, parent = (place - 1) / 2)
        {
            Put(place, _heap[parent]);
        }

        Put(place, item);
    }

    private void Sink(int place)
    {
        FrequentItem item = _heap[place];
        for (int child = 2 * place + 1; child < _heap.Count; child = 2 * place + 1)
        {
            child += child + 1 < _heap.Count && IsRarer(_heap[child + 1], _heap[child]) ? 1 : 0;
            if (!IsRarer(_heap[child], item))
            {
                break;
            }

            Put(place, _heap[child]);
            place = child;
        }

        Put(place, item);
    }

    private void Put(int place, in FrequentItem item)
    {
        _heap[place] = item;
        _places[item.Hash] = place;
    }
}
