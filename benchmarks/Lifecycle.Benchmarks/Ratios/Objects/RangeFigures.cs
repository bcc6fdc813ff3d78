using System.Diagnostics.Metrics;
using Lifecycle.Statistics;
using Lifecycle.Storage.Local;

namespace Lifecycle.Benchmarks.Ratios.Objects;

/// <summary>What a read of 64 KiB out of a chunked blob reads from the disk, by the store's own counter.</summary>
internal static class RangeFigures
{
    private const int Reads = 1_000;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        string store = Workload.Scratch("ranges");
        LocalBlobStore blobs = new(store);
        StoredBlob blob;
        await using (BlobBatch batch = await blobs.BeginBatchAsync())
        {
            await using FileStream content = new(Workload.W1.Paths[0], FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            blob = await batch.PutAsync(content);
            await batch.CompleteAsync();
        }

        long read = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "lifecycle.storage.read.bytes")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, bytes, _, _) => read += bytes);
        listener.Start();
        RandomStream random = new(11);
        byte[] buffer = new byte[1 << 16];
        long worst = 0;
        for (int i = 0; i < Reads; i++)
        {
            read = 0;
            BlobRange range = new((long)(random.NextDouble() * (blob.Length - buffer.Length)), buffer.Length);
            await using Stream slice = await blobs.OpenAsync(blob.Digest, new BlobOpenOptions { Range = range });
            await slice.ReadExactlyAsync(buffer);
            worst = Math.Max(worst, read);
        }

        if (worst < buffer.Length)
        {
            throw new InvalidOperationException($"The store counted {worst} bytes.");
        }

        yield return new Figure("objects.range_64k.bytes_read", worst / 1024.0, "KiB", AtLeast: false, 576);
        Workload.Clear(store);
    }
}
