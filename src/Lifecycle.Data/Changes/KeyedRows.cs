using System.IO.Hashing;

namespace Lifecycle.Data;

/// <summary>
/// Rows by their keys. A row is found by a hash with a seed nobody can guess, and then by its values, so hashes never decide.
/// </summary>
internal sealed class KeyedRows(ColumnPair[] pairs, int[] key, long seed)
{
    private readonly List<NumberedRows> _batches = [];
    private int[] _slots = NewSlots(1 << 10);
    private UInt128[] _hashes = new UInt128[1 << 9];
    private (int Batch, int Row)[] _places = new (int, int)[1 << 9];
    private long[] _matches = new long[1 << 9];
    private int[] _next = new int[1 << 9];
    private int[] _last = new int[1 << 9];
    private RowBytes _bytes = new();

    public int Count { get; private set; }

    public (NumberedRows Batch, int Row) this[int index] => (_batches[_places[index].Batch], _places[index].Row);

    /// <summary>Number of the row of the other side that a row was matched with; -1 when there is none.</summary>
    public long MatchOf(int index) => _matches[index];

    /// <summary>Matches a row, and in a multiset the first of its twins that has no match.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryMatch(int index, long with)
    {
        // the last twin that was matched is remembered where the first one stands
        int twin = _matches[index] < 0 ? index : _next[_last[index]];
        if (twin < 0)
        {
            return false;
        }

        _matches[twin] = with;
        _last[index] = twin;
        return true;
    }

    /// <summary>Hash of the key of a row.</summary>
    public UInt128 HashOf(NumberedRows rows, int row)
    {
        _bytes.Clear();
        foreach (int column in key)
        {
            pairs[column].Append(rows.Columns[column], row, ref _bytes);
        }

        return XxHash128.HashToUInt128(_bytes.Written, seed);
    }

    /// <summary>Keeps a batch, whose rows may then be added.</summary>
    public void Keep(NumberedRows batch) => _batches.Add(batch);

    /// <summary>Adds a row of the batch that was kept last.</summary>
    public void Add(UInt128 hash, int row)
    {
        Put(hash, row);
        Insert(Count++);
    }

    /// <summary>Adds a row of the batch that was kept last beside its twins.</summary>
    public void AddTwin(UInt128 hash, int row)
    {
        int first = Find(hash, _batches[^1], row);
        if (first < 0)
        {
            Add(hash, row);
            return;
        }

        Put(hash, row);
        _next[_last[first]] = Count;
        _last[first] = Count++;
    }

    /// <summary>No more rows are added; matching begins.</summary>
    public void Close()
    {
        for (int i = 0; i < Count; i++)
        {
            _last[i] = i;
        }
    }

    /// <summary>The first row with the same key; -1 when there is none.</summary>
    /// <param name="hash">Hash of the key.</param>
    /// <param name="batch">Where the row is.</param>
    /// <param name="row">Its position there.</param>
    public int Find(UInt128 hash, NumberedRows batch, int row)
    {
        int mask = _slots.Length - 1;
        for (int at = (int)(ulong)hash & mask; _slots[at] >= 0; at = (at + 1) & mask)
        {
            int index = _slots[at];
            if (_hashes[index] == hash && HasKeyOf(index, batch, row))
            {
                return index;
            }
        }

        return -1;
    }

    private void Put(UInt128 hash, int row)
    {
        if (Count == _hashes.Length)
        {
            Grow();
        }

        _hashes[Count] = hash;
        _places[Count] = (_batches.Count - 1, row);
        _matches[Count] = -1;
        _next[Count] = -1;
        _last[Count] = Count;
    }

    private bool HasKeyOf(int index, NumberedRows batch, int row)
    {
        (NumberedRows own, int at) = this[index];
        foreach (int column in key)
        {
            if (!pairs[column].Equal(own.Columns[column], at, batch.Columns[column], row))
            {
                return false;
            }
        }

        return true;
    }

    private void Grow()
    {
        Array.Resize(ref _hashes, Count * 2);
        Array.Resize(ref _places, Count * 2);
        Array.Resize(ref _matches, Count * 2);
        Array.Resize(ref _next, Count * 2);
        Array.Resize(ref _last, Count * 2);
        int[] before = _slots;
        _slots = NewSlots(Count * 4);
        foreach (int index in before)
        {
            if (index >= 0)
            {
                Insert(index);
            }
        }
    }

    private void Insert(int index)
    {
        int mask = _slots.Length - 1;
        int at = (int)(ulong)_hashes[index] & mask;
        while (_slots[at] >= 0)
        {
            at = (at + 1) & mask;
        }

        _slots[at] = index;
    }

    private static int[] NewSlots(int count)
    {
        int[] slots = new int[count];
        slots.AsSpan().Fill(-1);
        return slots;
    }
}
