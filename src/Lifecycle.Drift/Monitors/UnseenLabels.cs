using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Lifecycle.Drift;

/// <summary>Labels that the reference does not have, by hash, with their counts: the first 64. A label that is there costs no allocation.</summary>
internal sealed class UnseenLabels
{
    private readonly ConcurrentDictionary<ulong, (string Name, StrongBox<long> Count)> _labels = new();
    private int _room = CategoryTally.MostUnseen;

    public IEnumerable<(string Name, long Count)> Counts => _labels.Values.Select(l => (l.Name, Interlocked.Read(ref l.Count.Value)));

    public void Count(CategoryColumn column, ReadOnlySpan<char> label)
    {
        ulong hash = LabelText.Hash(label);
        if (_labels.TryGetValue(hash, out (string Name, StrongBox<long> Count) known))
        {
            Interlocked.Increment(ref known.Count.Value);
        }
        else if (Volatile.Read(ref _room) > 0)
        {
            Add(hash, column.NameOfUnseen(label.ToString()), 1);
        }
    }

    /// <summary>Takes a label that another process had counted; its name is what is known of it.</summary>
    public void Add(string name, long count) => Add(LabelText.Hash(name), name, count);

    private void Add(ulong hash, string name, long count)
    {
        StrongBox<long> mine = new(0);
        (string _, StrongBox<long> there) = _labels.GetOrAdd(hash, (name, mine));
        if (ReferenceEquals(there, mine))
        {
            Interlocked.Decrement(ref _room);
        }

        Interlocked.Add(ref there.Value, count);
    }
}
