using System.Runtime.InteropServices;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// A column of labels that is read once in constant memory: exact counts of up to 640 labels, of the labels that are named beforehand, or of the
/// most frequent ones with their errors.
/// </summary>
internal sealed class LabelStream(ColumnLayout layout, IEnumerable<ulong>? named)
{
    /// <summary>Counters while reading and counters that are kept: more of them while reading make the kept ones more exact.</summary>
    private const int Counters = 4096, KeptCounters = FrequentItems.DefaultCapacity;

    private readonly Dictionary<ulong, int>? _named = named?.Select((hash, i) => (hash, i)).ToDictionary(p => p.hash, p => p.i);
    private readonly CardinalitySketch _sketch = new();
    private readonly SingletonSample _singles = new();
    private readonly Dictionary<ulong, CategoryLabel> _labels = [];
    private FrequentItems? _items;
    private long _missing, _count;

    public void Add(ReadOnlySpan<string?> values)
    {
        foreach (string? value in values)
        {
            Interruption.LookAt(_count + _missing);
            if (value is null)
            {
                _missing++;
                continue;
            }

            _count++;
            ulong hash = LabelText.Hash(value);
            _sketch.AddHash(hash);
            _singles.Add(hash);
            if (_items is not null)
            {
                _items.Add(hash, _items.Find(hash) is null ? Text(value) : null);
            }
            else if (_named is null || _named.ContainsKey(hash))
            {
                ref CategoryLabel label = ref CollectionsMarshal.GetValueRefOrAddDefault(_labels, hash, out bool isKnown);
                label = isKnown ? label with { Count = label.Count + 1 } : new CategoryLabel(hash, Text(value), 1);
                Overflow();
            }
        }
    }

    /// <summary>The labels to be counted in a second reading; null when all are counted already.</summary>
    public IReadOnlyList<ulong>? ToBeNamed() => _items is null ? null : [.. Kept(_items).Items().Select(i => i.Hash)];

    public CategoryColumn Build()
    {
        CategoryLabel[] labels = _items is null
            ? [.. _labels.Values]
            : [.. Kept(_items).Items().Select(i => new CategoryLabel(i.Hash, i.Text, i.Count) { Error = i.Error })];
        long other = _count - labels.Sum(l => l.Count);
        long otherLabels = other == 0 ? 0 : Math.Max(1, (long)Math.Round(_sketch.Estimate()) - labels.Length);
        long singles = other == 0 ? 0 : Math.Clamp(_singles.Estimate() - labels.Count(l => l.Count == 1), 0, Math.Min(other, otherLabels));
        return CategoryColumn.Make(layout.Name, layout.Role, labels, other, otherLabels, singles, _named, _missing, _sketch);
    }

    private static FrequentItems Kept(FrequentItems items)
    {
        FrequentItems kept = new(KeptCounters);
        kept.Merge(items);
        return kept;
    }

    private string? Text(string label) => layout.KeepLabels ? LabelText.Cut(label) : null;

    private void Overflow()
    {
        if (_named is null && _labels.Count > CategoryColumn.MostLabels)
        {
            _items = new FrequentItems(Counters);
            foreach (CategoryLabel label in _labels.Values)
            {
                _items.Add(label.Hash, label.Text, label.Count);
            }

            _labels.Clear();
        }
    }
}
