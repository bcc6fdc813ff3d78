using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Statistics;

/// <summary>
/// Counts values among many edges: slots of a block by vector arithmetic, then one lookup, three compares and one increment a value, into
/// four private tables so that equal neighbours do not wait for each other. No branch depends on the data; integers only, the same
/// counts for every vector width.
/// </summary>
internal static class SlotCountKernel
{
    /// <summary>Values a block.</summary>
    public const int Block = 2048;

    private const int Tables = 4;

    /// <summary>Adds the counts of finite values; returns how many were not finite.</summary>
    public static long Count<T>(ReadOnlySpan<T> values, SlotTable<T> table, Span<long> counts)
        where T : unmanaged, IFloatingPointIeee754<T> => Vector512.IsHardwareAccelerated ? Count(values, table, counts, 512)
            : Vector256.IsHardwareAccelerated ? Count(values, table, counts, 256)
            : Count(values, table, counts, Vector128.IsHardwareAccelerated ? 128 : 0);

    /// <summary>The same with vectors of so many bits; 0 for none.</summary>
    internal static long Count<T>(ReadOnlySpan<T> values, SlotTable<T> table, Span<long> counts, int bits)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int stride = counts.Length + 1;
        int[] tables = ArrayPool<int>.Shared.Rent(Tables * stride);
        tables.AsSpan(0, Tables * stride).Clear();
        Span<T> places = stackalloc T[Block];
        for (ReadOnlySpan<T> rest = values; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, Block)..])
        {
            ReadOnlySpan<T> block = rest[..Math.Min(rest.Length, Block)];
            int done = bits switch
            {
                512 => Place512(block, table, places),
                256 => Place256(block, table, places),
                128 => Place128(block, table, places),
                _ => 0,
            };
            for (; done < block.Length; done++)
            {
                places[done] = table.Place(block[done]);
            }

            Add(block, places, table, tables, stride);
        }

        for (int b = 0; b < counts.Length; b++)
        {
            counts[b] += (long)tables[b] + tables[stride + b] + tables[2 * stride + b] + tables[3 * stride + b];
        }

        int last = counts.Length;
        long other = (long)tables[last] + tables[stride + last] + tables[2 * stride + last] + tables[3 * stride + last];
        ArrayPool<int>.Shared.Return(tables);
        return other;
    }

    /// <summary>Adds the counts of finite values by the tree; returns how many were not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Count<T>(ReadOnlySpan<T> values, EdgeTree<T> tree, Span<long> counts)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int stride = counts.Length + 1;
        int[] tables = ArrayPool<int>.Shared.Rent(Tables * stride);
        tables.AsSpan(0, Tables * stride).Clear();
        for (int i = 0; i < values.Length; i++)
        {
            int bin = tree.BinOf(values[i]);
            tables[(i & (Tables - 1)) * stride + (T.IsFinite(values[i]) ? bin : counts.Length)]++;
        }

        long other = values.Length;
        for (int b = 0; b < counts.Length; b++)
        {
            long count = (long)tables[b] + tables[stride + b] + tables[2 * stride + b] + tables[3 * stride + b];
            counts[b] += count;
            other -= count;
        }

        ArrayPool<int>.Shared.Return(tables);
        return other;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<T>(ReadOnlySpan<T> block, ReadOnlySpan<T> places, SlotTable<T> table, int[] tables, int stride)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T value = ref MemoryMarshal.GetReference(block), place = ref MemoryMarshal.GetReference(places);
        ref T entries = ref MemoryMarshal.GetArrayDataReference(table.Entries);
        ref int first = ref MemoryMarshal.GetArrayDataReference(tables);
        ref int second = ref Unsafe.Add(ref first, stride), third = ref Unsafe.Add(ref second, stride), fourth = ref Unsafe.Add(ref third, stride);
        int mask = 2 * table.Slots - 1, i = 0;
        for (; i <= block.Length - Tables; i += Tables)
        {
            Unsafe.Add(ref first, Bin(ref value, ref place, ref entries, i, mask, table))++;
            Unsafe.Add(ref second, Bin(ref value, ref place, ref entries, i + 1, mask, table))++;
            Unsafe.Add(ref third, Bin(ref value, ref place, ref entries, i + 2, mask, table))++;
            Unsafe.Add(ref fourth, Bin(ref value, ref place, ref entries, i + 3, mask, table))++;
        }

        for (; i < block.Length; i++)
        {
            Unsafe.Add(ref first, Bin(ref value, ref place, ref entries, i, mask, table))++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Bin<T>(ref T values, ref T places, ref T entries, int i, int mask, SlotTable<T> table)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T value = Unsafe.Add(ref values, i);
        ref T entry = ref Unsafe.Add(ref entries, (SlotTable<T>.ToInt(Unsafe.Add(ref places, i)) & mask) * SlotTable<T>.Places);
        int start = SlotTable<T>.ToInt(Unsafe.Add(ref entry, 3));
        if (start < 0)
        {
            return table.Search(value, ~start);
        }

        if (typeof(T) == typeof(float) && Vector128.IsHardwareAccelerated)
        {
            uint below = Vector128.LessThanOrEqual(Vector128.LoadUnsafe(ref entry), Vector128.Create(value)).ExtractMostSignificantBits();
            return start + BitOperations.PopCount(below & 7);
        }

        if (typeof(T) == typeof(double) && Vector256.IsHardwareAccelerated)
        {
            uint below = Vector256.LessThanOrEqual(Vector256.LoadUnsafe(ref entry), Vector256.Create(value)).ExtractMostSignificantBits();
            return start + BitOperations.PopCount(below & 7);
        }

        return start + (entry <= value ? 1 : 0) + (Unsafe.Add(ref entry, 1) <= value ? 1 : 0) + (Unsafe.Add(ref entry, 2) <= value ? 1 : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Place512<T>(ReadOnlySpan<T> block, SlotTable<T> table, Span<T> places)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T from = ref MemoryMarshal.GetReference(block), to = ref MemoryMarshal.GetReference(places);
        Vector512<T> first = Vector512.Create(table.First), scale = Vector512.Create(table.Scale), last = Vector512.Create(table.Last);
        Vector512<T> magic = Vector512.Create(table.Magic), behind = Vector512.Create(table.Magic + T.CreateTruncating(table.Slots));
        Vector512<T> infinity = Vector512.Create(T.PositiveInfinity);
        int i = 0;
        for (; i <= block.Length - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            Vector512<T> x = Vector512.LoadUnsafe(ref from, (nuint)i), place = (x - first) * scale;
            place = Vector512.MinNative(Vector512.MaxNative(place, Vector512<T>.Zero), last) + magic;
            Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(x), infinity), place, behind).StoreUnsafe(ref to, (nuint)i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Place256<T>(ReadOnlySpan<T> block, SlotTable<T> table, Span<T> places)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T from = ref MemoryMarshal.GetReference(block), to = ref MemoryMarshal.GetReference(places);
        Vector256<T> first = Vector256.Create(table.First), scale = Vector256.Create(table.Scale), last = Vector256.Create(table.Last);
        Vector256<T> magic = Vector256.Create(table.Magic), behind = Vector256.Create(table.Magic + T.CreateTruncating(table.Slots));
        Vector256<T> infinity = Vector256.Create(T.PositiveInfinity);
        int i = 0;
        for (; i <= block.Length - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> x = Vector256.LoadUnsafe(ref from, (nuint)i), place = (x - first) * scale;
            place = Vector256.MinNative(Vector256.MaxNative(place, Vector256<T>.Zero), last) + magic;
            Vector256.ConditionalSelect(Vector256.LessThan(Vector256.Abs(x), infinity), place, behind).StoreUnsafe(ref to, (nuint)i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Place128<T>(ReadOnlySpan<T> block, SlotTable<T> table, Span<T> places)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T from = ref MemoryMarshal.GetReference(block), to = ref MemoryMarshal.GetReference(places);
        Vector128<T> first = Vector128.Create(table.First), scale = Vector128.Create(table.Scale), last = Vector128.Create(table.Last);
        Vector128<T> magic = Vector128.Create(table.Magic), behind = Vector128.Create(table.Magic + T.CreateTruncating(table.Slots));
        Vector128<T> infinity = Vector128.Create(T.PositiveInfinity);
        int i = 0;
        for (; i <= block.Length - Vector128<T>.Count; i += Vector128<T>.Count)
        {
            Vector128<T> x = Vector128.LoadUnsafe(ref from, (nuint)i), place = (x - first) * scale;
            place = Vector128.MinNative(Vector128.MaxNative(place, Vector128<T>.Zero), last) + magic;
            Vector128.ConditionalSelect(Vector128.LessThan(Vector128.Abs(x), infinity), place, behind).StoreUnsafe(ref to, (nuint)i);
        }

        return i;
    }
}
