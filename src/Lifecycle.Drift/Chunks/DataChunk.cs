using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>A part of a table: rows that follow one another, or those of a period.</summary>
/// <param name="Name">For example <c>2004-W07</c>, <c>2004-02</c> or <c>rows 0 to 499</c>.</param>
/// <param name="Start">Local time at which the period begins; null for chunks by count and by size.</param>
/// <param name="End">Local time at which the next one begins; null for chunks by count and by size.</param>
/// <param name="Rows">Rows of the chunk.</param>
/// <param name="IsReference">Whether the chunk belongs to the reference.</param>
public sealed record DataChunk(string Name, DateTime? Start, DateTime? End, int Rows, bool IsReference);

/// <summary>A chunk and the positions of its rows.</summary>
internal sealed record ChunkRows(string Name, DateTime? Start, DateTime? End, int[] Rows)
{
    public DataChunk Describe(bool isReference) => new(Name, Start, End, Rows.Length, isReference);

    /// <summary>The chunk's values of a column.</summary>
    public TValue[] Of<TValue>(TValue[] column)
    {
        TValue[] values = new TValue[Rows.Length];
        for (int i = 0; i < values.Length; i++)
        {
            Interruption.LookAt(i);
            values[i] = column[Rows[i]];
        }

        return values;
    }

    public static int[] Range(int from, int count)
    {
        int[] rows = new int[count];
        for (int i = 0; i < count; i++)
        {
            rows[i] = from + i;
        }

        return rows;
    }
}
