using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Statistics;

/// <summary>
/// A search tree whose nodes are whole vectors: one compare and a population count choose the child, so the time does not depend on how
/// the edges lie. For grids whose edges are too uneven for a <see cref="SlotTable{T}"/>.
/// </summary>
internal sealed class EdgeTree<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _keys;
    private readonly int[] _levels;

    public EdgeTree(ReadOnlySpan<T> edges)
    {
        int width = Vector512<T>.Count, height = 1, leaves = width + 1;
        for (; leaves <= edges.Length; leaves *= width + 1)
        {
            height++;
        }

        // The perfect tree of that height, filled in order; what is missing at the end is NaN, which no value reaches.
        _levels = new int[height];
        int nodes = 1, total = 0;
        for (int level = 0; level < height; level++, nodes *= width + 1)
        {
            _levels[level] = total;
            total += nodes * width;
        }

        _keys = new T[total];
        int below = leaves, count = 1;
        for (int level = 0; level < height; level++, count *= width + 1)
        {
            below /= width + 1;
            for (int key = 0; key < count * width; key++)
            {
                int rank = (key / width * (width + 1) + key % width + 1) * below - 1;
                _keys[_levels[level] + key] = rank < edges.Length ? edges[rank] : T.NaN;
            }
        }
    }

    /// <summary>The number of edges at or below a value that is not NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BinOf(T value)
    {
        Vector512<T> x = Vector512.Create(value);
        ref T keys = ref MemoryMarshal.GetArrayDataReference(_keys);
        int node = 0, width = Vector512<T>.Count;
        foreach (int level in _levels)
        {
            Vector512<T> own = Vector512.LoadUnsafe(ref keys, (nuint)(level + node * width));
            node = node * (width + 1) + BitOperations.PopCount(Vector512.LessThanOrEqual(own, x).ExtractMostSignificantBits());
        }

        return node;
    }
}
