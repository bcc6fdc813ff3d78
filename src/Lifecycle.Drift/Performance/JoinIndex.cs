using System.Numerics;
using System.Security.Cryptography;

namespace Lifecycle.Drift;

/// <summary>Where the predictions of a ring are: a table of slots with linear probing, at most half full, that deletes by shifting back.</summary>
internal sealed class JoinIndex
{
    private static readonly ulong Seed = RandomSeed(), Factor = RandomSeed() | 1;

    private readonly int[] _slots;
    private readonly int _shift;

    public JoinIndex(int capacity)
    {
        uint size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, 2 * capacity));
        _slots = new int[size];
        _shift = 64 - BitOperations.Log2(size);
    }

    private int Mask => _slots.Length - 1;

    /// <summary>The slot of a key; -1 when it is not there.</summary>
    public int Find(OpenPrediction[] ring, ulong key)
    {
        for (int at = Home(key); ; at = (at + 1) & Mask)
        {
            int slot = _slots[at] - 1;
            if (slot < 0 || ring[slot].Key == key)
            {
                return slot;
            }
        }
    }

    /// <summary>Adds a key that is not there.</summary>
    public void Add(ulong key, int slot)
    {
        int at = Home(key);
        while (_slots[at] != 0)
        {
            at = (at + 1) & Mask;
        }

        _slots[at] = slot + 1;
    }

    /// <summary>Removes a key that is there.</summary>
    public void Remove(OpenPrediction[] ring, ulong key)
    {
        int hole = Home(key);
        while (ring[_slots[hole] - 1].Key != key)
        {
            hole = (hole + 1) & Mask;
        }

        for (int next = (hole + 1) & Mask; _slots[next] != 0; next = (next + 1) & Mask)
        {
            // What stands behind the hole moves into it unless its home lies between the two.
            int home = Home(ring[_slots[next] - 1].Key);
            if (((next - home) & Mask) >= ((next - hole) & Mask))
            {
                _slots[hole] = _slots[next];
                hole = next;
            }
        }

        _slots[hole] = 0;
    }

    /// <summary>Where the search for a key begins. Ids are chosen by callers, so it follows from a seed of the process that they do not know.</summary>
    internal int Home(ulong key) => (int)(Mix(key, Seed, Factor) >> _shift);

    /// <summary>Spreads a key over 64 bits. One product alone leaves keys that differ in few bits side by side for one factor in thirty.</summary>
    internal static ulong Mix(ulong key, ulong seed, ulong factor)
    {
        ulong high = Math.BigMul(key ^ seed, factor, out ulong low);
        return unchecked((high ^ low) * factor);
    }

    private static ulong RandomSeed()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes);
    }
}
