using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lifecycle.Statistics;

namespace Lifecycle.Data;

/// <summary>
/// Counts values by their hashes: exactly up to 3,072 different ones, then the frequent ones (Misra and Gries 1982): when all places are taken,
/// every count is lowered so far that at least half of them fall out. No count is too low by more than <see cref="Lowered"/>, at most n/1,536.
/// </summary>
/// <typeparam name="T">What is kept of the first occurrence, to tell the value later.</typeparam>
internal sealed class ValueCounter<T>
{
    private const int FirstSlots = 64;
    private const int MostSlots = 4096;
    private const int SmallCounts = 64;

    private Slot[] _slots = new Slot[FirstSlots];
    private int _used;

    private struct Slot
    {
        public ulong Hash;
        public long Count;
        public T First;
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
        for (int at = (int)(hash & (ulong)(slots.Length - 1)); ; at = (at + 1) & (slots.Length - 1))
        {
            ref Slot slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(slots), at);
            if (slot.Hash == hash && slot.Count > 0)
            {
                slot.Count += count;
                return;
            }

            if (slot.Count == 0)
            {
                slot = new Slot { Hash = hash, Count = count, First = first };
                if (++_used > slots.Length / 4 * 3)
                {
                    MakeRoom();
                }

                return;
            }
        }
    }

    /// <summary>All hashes, when no more than so many different values were added; else null.</summary>
    public HashSet<ulong>? Distinct(int most) => Lowered == 0 && _used <= most ? [.. _slots.Where(s => s.Count > 0).Select(s => s.Hash)] : null;

    /// <summary>The most frequent values. Where more are known than can be kept, all that are as rare as the first that is left out go too.</summary>
    /// <param name="capacity">How many at most.</param>
    /// <param name="text">Tells a value by its first occurrence.</param>
    public FrequentItems ToItems(int capacity, Func<T, string> text)
    {
        Slot[] used = [.. _slots.Where(s => s.Count > 0).OrderByDescending(s => s.Count)];
        long least = used.Length > capacity ? used[capacity].Count : 0;
        return FrequentItems.FromCounts(
            used.TakeWhile(s => s.Count > least).Select(s => new FrequentItem(s.Hash, text(s.First), s.Count + Lowered, Lowered)),
            Total,
            Lowered + least,
            capacity);
    }

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

        Slot[] before = _slots;
        _slots = new Slot[size];
        _used = 0;
        foreach (Slot slot in before)
        {
            if (slot.Count > lower)
            {
                int at = (int)(slot.Hash & (ulong)(size - 1));
                while (_slots[at].Count > 0)
                {
                    at = (at + 1) & (size - 1);
                }

                _slots[at] = slot with { Count = slot.Count - lower };
                _used++;
            }
        }
    }

    // A count that at least half of the values do not exceed, and at least half reach.
    private long Median()
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
