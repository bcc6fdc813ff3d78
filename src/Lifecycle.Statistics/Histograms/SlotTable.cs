using System.Numerics;
using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

/// <summary>
/// The edges of a grid laid out for counting many values: a linear map of [first edge, last edge] to slots, each with the number of edges
/// before it and its own edges, at most three. Values and edges pass through the same arithmetic, so rounding cannot misplace a value.
/// </summary>
internal sealed class SlotTable<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Edges that a slot holds, and the count of those before in the fourth place.</summary>
    public const int Places = 4;

    private const int FewEdges = 512;

    private readonly T[] _edges;

    public SlotTable(ReadOnlySpan<T> edges)
    {
        _edges = edges.ToArray();
        Slots = (int)BitOperations.RoundUpToPowerOf2((uint)(edges.Length <= FewEdges ? 4 * edges.Length : edges.Length));
        (First, Last) = (edges[0], T.CreateChecked(Slots - 1));
        Scale = T.CreateChecked(Slots) / (edges[^1] - First);

        // Adding a power of two this large leaves the slot, rounded, in the lowest bits.
        Magic = typeof(T) == typeof(float) ? T.CreateChecked(1 << 23) : T.CreateChecked(1L << 52);
        if (!T.IsFinite(Scale) || Scale == T.Zero)
        {
            IsCrowded = true;
            return;
        }

        Entries = new T[(Slots + 1) * Places];
        Entries.AsSpan().Fill(T.NaN);
        int crowded = 0, next = 0;
        for (int slot = 0; slot < Slots; slot++)
        {
            int start = next;
            for (; next < edges.Length && SlotOf(edges[next]) == slot; next++)
            {
                if (next - start < Places - 1)
                {
                    Entries[slot * Places + next - start] = edges[next];
                }
            }

            bool tooMany = next - start > Places - 1;
            crowded += tooMany ? next - start : 0;
            Entries[slot * Places + Places - 1] = FromInt(tooMany ? ~start : start);
        }

        // The slot behind all others takes what is not finite.
        Entries[^1] = FromInt(edges.Length + 1);
        IsCrowded = crowded * 20 > edges.Length;
    }

    public T First { get; }

    public T Scale { get; }

    public T Magic { get; }

    public T Last { get; }

    public int Slots { get; }

    /// <summary>Four places a slot.</summary>
    public T[] Entries { get; } = [];

    /// <summary>Whether so many edges lie so close that slots do not separate them.</summary>
    public bool IsCrowded { get; }

    /// <summary>The slot of a value, plus <see cref="Magic"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Place(T value)
    {
        T place = (value - First) * Scale;
        place = place > T.Zero ? place : T.Zero;
        place = place < Last ? place : Last;
        return (T.IsFinite(value) ? place : T.CreateTruncating(Slots)) + Magic;
    }

    /// <summary>The number of edges at or below a value of a crowded slot.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Search(T value, int from)
    {
        int to = _edges.Length;
        while (from < to)
        {
            int middle = (from + to) >>> 1;
            (from, to) = _edges[middle] <= value ? (middle + 1, to) : (from, middle);
        }

        return from;
    }

    /// <summary>The whole number in the lowest bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ToInt(T bits) => typeof(T) == typeof(float)
        ? Unsafe.BitCast<T, int>(bits)
        : (int)Unsafe.BitCast<T, long>(bits);

    private static T FromInt(int value) => typeof(T) == typeof(float)
        ? Unsafe.BitCast<int, T>(value)
        : Unsafe.BitCast<long, T>(value);

    private int SlotOf(T value) => ToInt(Place(value)) & (2 * Slots - 1);
}
