namespace Lifecycle.Drift;

/// <summary>NannyML's chunks: ten of ⌊n/10⌋ rows, and what is left is an eleventh; without that defect it joins the tenth.</summary>
internal sealed class NannyMLChunker(Defects defects) : Chunker
{
    private const int Chunks = 10;

    public override string ToString() => defects == Defects.AsIs ? "chunks of n/10 rows and the rest" : "10 chunks";

    public List<int[]> Cut(int rows)
    {
        int size = rows / Chunks, whole = size == 0 ? 0 : defects == Defects.AsIs ? rows / size : Chunks;
        List<int[]> chunks = [];
        for (int i = 0; i < whole; i++)
        {
            int end = defects == Defects.Fixed && i == whole - 1 ? rows : (i + 1) * size;
            chunks.Add([.. Enumerable.Range(i * size, end - i * size)]);
        }

        if (size > 0 && chunks[^1][^1] < rows - 1)
        {
            int from = chunks[^1][^1] + 1;
            chunks.Add([.. Enumerable.Range(from, rows - from)]);
        }

        return chunks;
    }

    internal override IReadOnlyList<ChunkRows> Cut(ColumnBatch table) =>
    [
        .. Cut(table.RowCount).Select(rows => new ChunkRows(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"rows {rows[0]} to {rows[^1]}"), null, null, rows)),
    ];
}
