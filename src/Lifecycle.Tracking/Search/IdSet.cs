using System.Numerics;

namespace Lifecycle.Tracking;

/// <summary>A set of rows of runs, one bit a row.</summary>
internal sealed class IdSet
{
    private ulong[] _bits;

    private IdSet(ulong[] bits) => _bits = bits;

    public IdSet()
        : this([])
    {
    }

    public int Count => _bits.Sum(BitOperations.PopCount);

    public bool Contains(long id) => (id >> 6) < _bits.Length && (_bits[id >> 6] & (1UL << (int)(id & 63))) != 0;

    public void Add(long id)
    {
        int word = checked((int)(id >> 6));
        if (word >= _bits.Length)
        {
            Array.Resize(ref _bits, Math.Max(word + 1, 2 * _bits.Length));
        }

        _bits[word] |= 1UL << (int)(id & 63);
    }

    /// <summary>Reads <c>1,2,3</c>, as SQLite joins numbers: one text is much cheaper than a row a number.</summary>
    public void AddJoined(ReadOnlySpan<char> text)
    {
        long id = 0;
        foreach (char c in text)
        {
            if (c == ',')
            {
                Add(id);
                id = 0;
            }
            else
            {
                id = (id * 10) + (c - '0');
            }
        }

        if (!text.IsEmpty)
        {
            Add(id);
        }
    }

    public IdSet And(IdSet other)
    {
        ulong[] bits = new ulong[Math.Min(_bits.Length, other._bits.Length)];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = _bits[i] & other._bits[i];
        }

        return new IdSet(bits);
    }

    public IdSet Or(IdSet other)
    {
        ulong[] bits = new ulong[Math.Max(_bits.Length, other._bits.Length)];
        _bits.CopyTo(bits, 0);
        for (int i = 0; i < other._bits.Length; i++)
        {
            bits[i] |= other._bits[i];
        }

        return new IdSet(bits);
    }

    public IdSet Without(IdSet other)
    {
        ulong[] bits = [.. _bits];
        for (int i = 0; i < Math.Min(bits.Length, other._bits.Length); i++)
        {
            bits[i] &= ~other._bits[i];
        }

        return new IdSet(bits);
    }

    public IEnumerable<long> Ids()
    {
        for (int i = 0; i < _bits.Length; i++)
        {
            for (ulong left = _bits[i]; left != 0; left &= left - 1)
            {
                yield return ((long)i << 6) + BitOperations.TrailingZeroCount(left);
            }
        }
    }
}
