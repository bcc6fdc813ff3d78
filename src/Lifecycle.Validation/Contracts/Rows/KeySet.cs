using System.Numerics;

namespace Lifecycle.Validation;

/// <summary>
/// Hashes that were seen. 8 bytes a slot, at most 3/4 full; two different keys of two million hash alike with a probability below 2e-7.
/// With a second number a key, it remembers that too.
/// </summary>
internal sealed class KeySet(KeyBudget budget, bool withValues = false)
{
    public const ulong OfMissing = 0x9E3779B97F4A7C15;

    private const int Least = 256;
    private ulong[] _slots = new ulong[Least];
    private ulong[]? _values = withValues ? new ulong[Least] : null;
    private int _count;

    /// <summary>Whether the limit was reached; then nothing is remembered any more.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Adds a key; false when it was there before. When it was, <paramref name="value"/> becomes what it was first added with.</summary>
    public bool Add(ulong key, ref ulong value)
    {
        key = key == 0 ? OfMissing : key;
        int at = Find(key);
        if (_slots[at] == key)
        {
            value = _values is null ? value : _values[at];
            return false;
        }

        if (!budget.TryTake(_values is null ? 1 : 2))
        {
            IsFull = true;
            _slots = [];
            _values = null;
            return true;
        }

        _slots[at] = key;
        if (_values is not null)
        {
            _values[at] = value;
        }

        if (++_count > _slots.Length / 4 * 3)
        {
            Grow();
        }

        return true;
    }

    private int Find(ulong key)
    {
        int mask = _slots.Length - 1, at = (int)(BitOperations.RotateLeft(key, 32) & (ulong)mask);
        while (_slots[at] != 0 && _slots[at] != key)
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    private void Grow()
    {
        (ulong[] slots, ulong[]? values) = (_slots, _values);
        _slots = new ulong[2 * slots.Length];
        _values = values is null ? null : new ulong[_slots.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i] != 0)
            {
                int at = Find(slots[i]);
                _slots[at] = slots[i];
                if (_values is not null)
                {
                    _values[at] = values![i];
                }
            }
        }
    }
}

/// <summary>How many keys all rules of a run may still remember together.</summary>
internal sealed class KeyBudget(long keys)
{
    private long _left = keys;

    public bool TryTake(int keys)
    {
        if (_left < keys)
        {
            return false;
        }

        _left -= keys;
        return true;
    }
}
