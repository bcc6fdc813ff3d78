using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Cuts a table into chunks: into a number of them, by rows, or by periods of a column of times. Immutable.</summary>
public abstract class Chunker
{
    private protected Chunker()
    {
    }

    /// <summary>As many chunks, of sizes that differ by at most one row.</summary>
    /// <param name="chunks">At least 1; a table of fewer rows has one chunk a row.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public static Chunker ByCount(int chunks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunks, 1);
        return new Even(rows => Math.Min(chunks, rows), $"{chunks} chunks");
    }

    /// <summary>
    /// Chunks of this many rows. What is left over is a chunk of its own when it has at least half as many rows, else it joins the chunk before it.
    /// </summary>
    /// <param name="rows">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public static Chunker BySize(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return new Sized(rows);
    }

    /// <summary>One chunk a day, ISO week or month of a column of times. Periods without rows are no chunks; rows without a time belong to none.</summary>
    /// <param name="column">A column of dates, or of times whose <see cref="DateTimeKind.Unspecified"/> values are taken as UTC.</param>
    /// <param name="period">Day, ISO week from Monday, or month.</param>
    /// <param name="zone">Whose midnights divide the periods, for example <see cref="TimeZoneInfo.Utc"/>. Dates have no zone and stay as they are.</param>
    public static Chunker ByPeriod(string column, ChunkPeriod period, TimeZoneInfo zone)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        ArgumentNullException.ThrowIfNull(zone);
        return Enum.IsDefined(period)
            ? new PeriodChunker(column, period, zone)
            : throw new ArgumentOutOfRangeException(nameof(period), period, "A period is a day, a week or a month.");
    }

    /// <summary>Cuts a table.</summary>
    /// <param name="table">The rows.</param>
    /// <returns>The chunks in order of rows or of time, each as a table of its own with its name.</returns>
    public IReadOnlyList<(DataChunk Chunk, ColumnBatch Rows)> Split(ColumnBatch table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return [.. Cut(table).Select(c => (c.Describe(isReference: false), table.Rows(c.Rows)))];
    }

    internal abstract IReadOnlyList<ChunkRows> Cut(ColumnBatch table);

    private static ChunkRows Range(int from, int to) => new(
        string.Create(CultureInfo.InvariantCulture, $"rows {from} to {to - 1}"), null, null, ChunkRows.Range(from, to - from));

    private sealed class Even(Func<int, int> chunks, string text) : Chunker
    {
        public override string ToString() => text;

        internal override IReadOnlyList<ChunkRows> Cut(ColumnBatch table)
        {
            long rows = table.RowCount, count = chunks(table.RowCount);
            return [.. Enumerable.Range(0, (int)count).Select(i => Range((int)(i * rows / count), (int)((i + 1) * rows / count)))];
        }
    }

    private sealed class Sized(int size) : Chunker
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"chunks of {size} rows");

        internal override IReadOnlyList<ChunkRows> Cut(ColumnBatch table)
        {
            int rows = table.RowCount, count = rows / size;
            count += rows - count * size >= 0.5 * size || count == 0 ? 1 : 0;
            return rows == 0 ? [] : [.. Enumerable.Range(0, count).Select(i => Range(i * size, i == count - 1 ? rows : (i + 1) * size))];
        }
    }
}
