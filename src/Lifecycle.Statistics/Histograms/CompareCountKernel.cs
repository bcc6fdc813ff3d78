using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Statistics;

/// <summary>
/// Counts for each of a few edges the values at or above it, five edges at a time over a block that stays in the first-level
/// cache: no scatter, no conflict, integers only, the same counts for every vector width. NaN is at least no edge and +inf is at least
/// every edge; who counts bins takes both off. The loops are compiled with full optimization at once: one call may be all there is.
/// </summary>
internal static class CompareCountKernel
{
    /// <summary>Values a block; small enough for the first-level cache.</summary>
    public const int Block = 8192;

    /// <summary>Edges that are ever compared.</summary>
    public const int MostEdges = 32;

    /// <summary>Edges up to which comparing beats looking up.</summary>
    public static int WorthwhileEdges => Vector256.IsHardwareAccelerated ? MostEdges : Vector128.IsHardwareAccelerated ? 12 : 0;

    /// <summary>Edges compared together.</summary>
    public const int Group = 5;

    /// <summary>Adds to atLeast[k] the number of values ≥ edges[k]; both are padded to a multiple of five, edges by NaN.</summary>
    public static void Count<T>(ReadOnlySpan<T> block, ReadOnlySpan<T> edges, Span<long> atLeast)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Count512(block, edges, atLeast);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Count256(block, edges, atLeast);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Count128(block, edges, atLeast);
        }
        else
        {
            CountScalar(block, edges, atLeast);
        }
    }

    /// <summary>Whether all values are finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AllFinite<T>(ReadOnlySpan<T> block)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // x - x is 0 for finite x only; NaN survives addition.
        ref T start = ref MemoryMarshal.GetReference(block);
        Vector<T> even = Vector<T>.Zero, odd = Vector<T>.Zero;
        int i = 0, width = Vector<T>.Count;
        for (; i <= block.Length - 2 * width; i += 2 * width)
        {
            Vector<T> x = Vector.LoadUnsafe(ref start, (nuint)i), y = Vector.LoadUnsafe(ref start, (nuint)(i + width));
            even += x - x;
            odd += y - y;
        }

        T rest = Vector.Sum(even + odd);
        for (; i < block.Length; i++)
        {
            rest += block[i] - block[i];
        }

        return rest == T.Zero;
    }

    /// <summary>How many values are NaN, +inf and -inf.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (long Missing, long Up, long Down) NotFinite<T>(ReadOnlySpan<T> block)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T start = ref MemoryMarshal.GetReference(block);
        Vector128<T> highest = Vector128.Create(T.PositiveInfinity), lowest = Vector128.Create(T.NegativeInfinity);
        long missing = CountMissing(block), up = 0, down = 0;
        int i = 0;
        for (; i <= block.Length - Vector128<T>.Count; i += Vector128<T>.Count)
        {
            Vector128<T> x = Vector128.LoadUnsafe(ref start, (nuint)i);
            up += BitOperations.PopCount(Vector128.Equals(x, highest).ExtractMostSignificantBits());
            down += BitOperations.PopCount(Vector128.Equals(x, lowest).ExtractMostSignificantBits());
        }

        for (; i < block.Length; i++)
        {
            up += T.IsPositiveInfinity(block[i]) ? 1 : 0;
            down += T.IsNegativeInfinity(block[i]) ? 1 : 0;
        }

        return (missing, up, down);
    }

    /// <summary>How many values are NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long CountMissing<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T start = ref MemoryMarshal.GetReference(values);
        long missing = 0;
        int i = 0;
        for (; i <= values.Length - Vector128<T>.Count; i += Vector128<T>.Count)
        {
            Vector128<T> x = Vector128.LoadUnsafe(ref start, (nuint)i);
            missing += Vector128<T>.Count - BitOperations.PopCount(Vector128.Equals(x, x).ExtractMostSignificantBits());
        }

        for (; i < values.Length; i++)
        {
            missing += T.IsNaN(values[i]) ? 1 : 0;
        }

        return missing;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Count512<T>(ReadOnlySpan<T> block, ReadOnlySpan<T> edges, Span<long> atLeast)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T start = ref MemoryMarshal.GetReference(block);
        int whole = block.Length - block.Length % Vector512<T>.Count;
        for (int k = 0; k < edges.Length; k += Group)
        {
            Vector512<T> e0 = Vector512.Create(edges[k]), e1 = Vector512.Create(edges[k + 1]);
            Vector512<T> e2 = Vector512.Create(edges[k + 2]), e3 = Vector512.Create(edges[k + 3]), e4 = Vector512.Create(edges[k + 4]);
            long c0 = 0, c1 = 0, c2 = 0, c3 = 0, c4 = 0;
            for (int i = 0; i < whole; i += Vector512<T>.Count)
            {
                Vector512<T> x = Vector512.LoadUnsafe(ref start, (nuint)i);
                c0 += BitOperations.PopCount(Vector512.GreaterThanOrEqual(x, e0).ExtractMostSignificantBits());
                c1 += BitOperations.PopCount(Vector512.GreaterThanOrEqual(x, e1).ExtractMostSignificantBits());
                c2 += BitOperations.PopCount(Vector512.GreaterThanOrEqual(x, e2).ExtractMostSignificantBits());
                c3 += BitOperations.PopCount(Vector512.GreaterThanOrEqual(x, e3).ExtractMostSignificantBits());
                c4 += BitOperations.PopCount(Vector512.GreaterThanOrEqual(x, e4).ExtractMostSignificantBits());
            }

            Add(atLeast[k..], c0, c1, c2, c3, c4);
        }

        CountScalar(block[whole..], edges, atLeast);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Count256<T>(ReadOnlySpan<T> block, ReadOnlySpan<T> edges, Span<long> atLeast)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T start = ref MemoryMarshal.GetReference(block);
        int whole = block.Length - block.Length % Vector256<T>.Count;
        for (int k = 0; k < edges.Length; k += Group)
        {
            Vector256<T> e0 = Vector256.Create(edges[k]), e1 = Vector256.Create(edges[k + 1]);
            Vector256<T> e2 = Vector256.Create(edges[k + 2]), e3 = Vector256.Create(edges[k + 3]), e4 = Vector256.Create(edges[k + 4]);
            long c0 = 0, c1 = 0, c2 = 0, c3 = 0, c4 = 0;
            for (int i = 0; i < whole; i += Vector256<T>.Count)
            {
                Vector256<T> x = Vector256.LoadUnsafe(ref start, (nuint)i);
                c0 += BitOperations.PopCount(Vector256.GreaterThanOrEqual(x, e0).ExtractMostSignificantBits());
                c1 += BitOperations.PopCount(Vector256.GreaterThanOrEqual(x, e1).ExtractMostSignificantBits());
                c2 += BitOperations.PopCount(Vector256.GreaterThanOrEqual(x, e2).ExtractMostSignificantBits());
                c3 += BitOperations.PopCount(Vector256.GreaterThanOrEqual(x, e3).ExtractMostSignificantBits());
                c4 += BitOperations.PopCount(Vector256.GreaterThanOrEqual(x, e4).ExtractMostSignificantBits());
            }

            Add(atLeast[k..], c0, c1, c2, c3, c4);
        }

        CountScalar(block[whole..], edges, atLeast);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Count128<T>(ReadOnlySpan<T> block, ReadOnlySpan<T> edges, Span<long> atLeast)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T start = ref MemoryMarshal.GetReference(block);
        int whole = block.Length - block.Length % Vector128<T>.Count;
        for (int k = 0; k < edges.Length; k++)
        {
            Vector128<T> edge = Vector128.Create(edges[k]);
            long count = 0;
            for (int i = 0; i < whole; i += Vector128<T>.Count)
            {
                Vector128<T> x = Vector128.LoadUnsafe(ref start, (nuint)i);
                count += BitOperations.PopCount(Vector128.GreaterThanOrEqual(x, edge).ExtractMostSignificantBits());
            }

            atLeast[k] += count;
        }

        CountScalar(block[whole..], edges, atLeast);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CountScalar<T>(ReadOnlySpan<T> block, ReadOnlySpan<T> edges, Span<long> atLeast)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int k = 0; k < edges.Length; k++)
        {
            long count = 0;
            foreach (T value in block)
            {
                count += value >= edges[k] ? 1 : 0;
            }

            atLeast[k] += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Span<long> counts, long c0, long c1, long c2, long c3, long c4)
    {
        counts[0] += c0;
        counts[1] += c1;
        counts[2] += c2;
        counts[3] += c3;
        counts[4] += c4;
    }
}
