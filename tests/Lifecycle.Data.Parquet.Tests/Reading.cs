namespace Lifecycle.Data.Parquet.Tests;

/// <summary>Ways to read a file of bytes.</summary>
internal static class Reading
{
    public static ParquetFormat Format { get; } = new();

    public static TableSummary Scan(byte[] file, int step = 4096)
    {
        TableScan scan = Format.BeginScan("t.parquet");
        for (int at = 0; at < file.Length; at += step)
        {
            scan.Write(file.AsSpan(at, Math.Min(step, file.Length - at)));
        }

        return scan.Complete();
    }

    public static async Task<List<ColumnBatch>> ReadAsync(byte[] file, string[]? columns = null, int batchRows = 1000, TableSummary? table = null)
    {
        List<ColumnBatch> batches = [];
        await foreach (ColumnBatch batch in Format.ReadAsync(new MemoryStream(file), table ?? Scan(file), columns, batchRows))
        {
            batches.Add(batch);
        }

        return batches;
    }

    /// <summary>Hands out a file forwards only, a few bytes at a time.</summary>
    public sealed class Forward(byte[] file) : MemoryStream(file)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 977)], cancellationToken);
    }
}
