using Lifecycle.Storage.Local;

namespace Lifecycle.Benchmarks.Ratios.Objects;

/// <summary>Content-defined chunks: how fast they are cut, and what a change of a big file costs.</summary>
internal static class ChunkFigures
{
    private const int Rounds = 9;
    private const int HeldBytes = 3 << 20;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        byte[] bytes = new byte[256 << 20];
        Workload.Fill(bytes, 5);
        double cut = Enumerable.Range(0, Rounds).Min(_ => RatioRunner.Time(() => Cut(bytes, hash: false)));
        yield return new Figure("objects.chunk", bytes.Length / cut / 1e9, "GB/s", AtLeast: true, 2);
        double hashed = Enumerable.Range(0, Rounds).Min(_ => RatioRunner.Time(() => Cut(bytes, hash: true)));
        yield return new Figure("objects.chunk_and_hash", bytes.Length / hashed / 1e9, "GB/s", AtLeast: true, 0.9);
        await Task.CompletedTask;
    }

    public static async IAsyncEnumerable<Figure> MeasureChangesAsync()
    {
        byte[] whole = await File.ReadAllBytesAsync(Workload.W1.Paths[0]);
        string store = Workload.Scratch("chunks");
        LocalBlobStore blobs = new(store);
        await PutAsync(blobs, whole);

        byte[] more = new byte[whole.Length + whole.Length / 100];
        whole.CopyTo(more, 0);
        Workload.Fill(more.AsSpan(whole.Length), 77);
        BlobReceipt receipt = await PutAsync(blobs, more);
        yield return new Figure("objects.append_1pct.new_bytes", 100.0 * receipt.StoredBytes / whole.Length, "%", AtLeast: false, 1.05);

        byte[] inserted = [.. whole.AsSpan(0, whole.Length / 2), 0, .. whole.AsSpan(whole.Length / 2)];
        receipt = await PutAsync(blobs, inserted);
        yield return new Figure("objects.insert_1_byte.new_bytes", receipt.StoredBytes / 1024.0, "KiB", AtLeast: false, 512);
        Workload.Clear(store);
    }

    private static async Task<BlobReceipt> PutAsync(LocalBlobStore blobs, byte[] content)
    {
        await using BlobBatch batch = await blobs.BeginBatchAsync();
        using MemoryStream stream = new(content, writable: false);
        await batch.PutAsync(stream);
        return await batch.CompleteAsync();
    }

    // Chunks are hashed some MiB at a time, as a commit does it.
    private static long Cut(byte[] bytes, bool hash)
    {
        List<Piece> pieces = [];
        Digest[] ids = new Digest[HeldBytes / ContentChunker.Minimum];
        long chunks = 0;
        for (int at = 0, from = 0; at < bytes.Length;)
        {
            int length = ContentChunker.FirstCut(bytes.AsSpan(at));
            pieces.Add(new Piece(bytes, at, length));
            at += length;
            if (at - from < HeldBytes - ContentChunker.Maximum && at < bytes.Length)
            {
                continue;
            }

            if (hash)
            {
                Sha256Lanes.Hash(pieces, ids);
            }

            chunks += pieces.Count;
            from = at;
            pieces.Clear();
        }

        return chunks;
    }
}
