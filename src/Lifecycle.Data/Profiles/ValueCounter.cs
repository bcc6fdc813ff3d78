using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lifecycle.Statistics;

namespace Lifecycle.Data;

/// <summary>
/// Counts values by their hashes: exactly up to 1,536 different ones, then the frequent ones (Misra and Gries 1982): when all places are taken,
/// every count is lowered so far that at least half of them fall out. No count is too low by more than <see cref="Lowered"/>, at most n/768.
/// </summary>
/// <param name="keep">What is kept of a value that is new; null keeps it as it is.</param>
/// <typeparam name="T">What is kept of the first occurrence, to tell the value later.</typeparam>
internal sealed class ValueCounter<T>(Func<T, T>? keep = null)
{
    private const int FirstSlots = 64;
    private const int MostSlots = 4096;
    private const int SmallCounts = 64;

    private Slot[] _slots = new Slot[FirstSlots];
    private T[] _first = new T[FirstSlots];
    private Slot[] _spareSlots = [];
    private T[] _spareFirst = [];
    private int _used;

    // A place without a count is empty.
    private struct Slot
    {
        public ulong Hash;
        public long Count;
    }

    /// <summary>Most that a count may be too low; 0 while all values are counted.</summary>
    public long Lowered { get; private set; }

    /// <summary>Values that were added.</summary>
    public long Total { get; private set; }

    public void Add(ReadOnlySpan<ulong> hashes, ReadOnlySpan<T> first)
    {
        for (int i = 0; i < hashes.Length; i++)
        {
            Add(hashes[i], first[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong hash, T first, long count = 1)
    {
        Total += count;
        Slot[] slots = _slots;
        int at = (int)hash & (slots.Length - 1);
        while (true)
        {
            ref Slot slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(slots), at);
            if (slot.Hash == hash && slot.Count > 0)
            {
                slot.Count += count;
                return;
            }

            if (slot.Count == 0)
            {
                slot.Hash = hash;
                slot.Count = count;
                _first[at] = keep is null ? first : keep(first);
                if (++_used > slots.Length / 8 * 3)
                {
                    MakeRoom();
                }

                return;
            }

            at = (at + 1) & (slots.Length - 1);
        }
    }

    /// <summary>All hashes, when no more than so many different values were added; else null.</summary>
    public HashSet<ulong>? Distinct(int most) => Lowered == 0 && _used <= most ? [.. _slots.Where(s => s.Count > 0).Select(s => s.Hash)] : null;

    /// <summary>The most frequent values. Where more are known than can be kept, all that are as rare as the first that is left out go too.</summary>
    /// <param name="capacity">How many at most.</param>
    /// <param name="text">Tells a value by its first occurrence.</param>
    public FrequentItems ToItems(int capacity, Func<T, string> text)
    {
        long least = 0;
        if (_used > capacity)
        {
            long[] counts = new long[_used];
            int next = 0;
            foreach (Slot slot in _slots)
            {
                if (slot.Count > 0)
                {
                    counts[next++] = slot.Count;
                }
            }

            Array.Sort(counts);
            least = counts[_used - 1 - capacity];
        }

        List<FrequentItem> items = [];
        for (int at = 0; at < _slots.Length; at++)
        {
            if (_slots[at].Count > least)
            {
                items.Add(new FrequentItem(_slots[at].Hash, text(_first[at]), _slots[at].Count + Lowered, Lowered));
            }
        }

        return FrequentItems.FromCounts(items, Total, Lowered + least, capacity);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom()
    {
        int size = _slots.Length;
        long lower = 0;
        if (size < MostSlots)
        {
            size *= 4;
        }
        else
        {
            lower = Median();
            Lowered += lower;
        }

        (Slot[] slots, T[] first) = (_slots, _first);
        if (_spareSlots.Length == size)
        {
            (_slots, _first) = (_spareSlots, _spareFirst);
            Array.Clear(_slots);
        }
        else
        {
            (_slots, _first) = (new Slot[size], new T[size]);
        }

        (_spareSlots, _spareFirst) = size == MostSlots ? (slots, first) : ([], []);
        _used = 0;
        for (int from = 0; from < slots.Length; from++)
        {
            Slot slot = slots[from];
            if (slot.Count > lower)
            {
                int at = (int)slot.Hash & (size - 1);
                while (_slots[at].Count > 0)
                {
                    at = (at + 1) & (size - 1);
                }

                _slots[at] = new Slot { Hash = slot.Hash, Count = slot.Count - lower };
                _first[at] = first[from];
                _used++;
            }
        }
    }

    // A count that at least half of the values do not exceed, and at least half reach.
    private long Median()
    {
        // mostly each value was seen once; a sum waits for nothing, counts of counts would
        int ones = 0;
        foreach (ref readonly Slot slot in _slots.AsSpan())
        {
            ones += slot.Count == 1 ? 1 : 0;
        }

        return 2 * ones >= _used ? 1 : MedianAboveOne();
    }

    private long MedianAboveOne()
    {
        Span<int> small = stackalloc int[SmallCounts];
        small.Clear();
        foreach (Slot slot in _slots)
        {
            if (slot.Count is > 0 and < SmallCounts)
            {
                small[(int)slot.Count]++;
            }
        }

        int below = 0;
        for (int count = 1; count < SmallCounts; count++)
        {
            below += small[count];
            if (2 * below >= _used)
            {
                return count;
            }
        }

        long[] counts = [.. _slots.Where(s => s.Count > 0).Select(s => s.Count).Order()];
        return counts[(counts.Length - 1) / 2];
    }
}
