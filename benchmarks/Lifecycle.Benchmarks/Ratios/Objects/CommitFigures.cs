using System.Buffers;
using System.Diagnostics;
using System.Threading.Channels;
using Lifecycle.Storage.Local;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Benchmarks.Ratios.Objects;

/// <summary>A batch of the store, flushed to disk, against tools that keep the same bytes.</summary>
internal static class CommitFigures
{
    private const int Rounds = 5;
    private const int SmallBytes = 1 << 16;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        string file = Workload.W1.Paths[0];
        yield return await Tool.OpenSsl.CompareAsync(
            "objects.commit.w1.vs_openssl_sha256", 0.8, Rounds, () => CommitAsync(Workload.W1), () => Tool.OpenSsl.Run(Workload.W1.Folder, "dgst", "-sha256", file));
        yield return await ResticAsync("objects.commit.w1.vs_restic", 5, Workload.W1);
        yield return await BorgAsync("objects.commit.w1.vs_borg", 2.5, Workload.W1);
        yield return await ResticAsync("objects.commit.w2.vs_restic", 4, Workload.W2);
        yield return await ResticAsync("objects.commit.w3.vs_restic", 6, Workload.W3);
        yield return await BorgAsync("objects.commit.w3.vs_borg", 6, Workload.W3);
        int files = 0;
        await CommitAsync(Workload.W3, store => files = Directory.EnumerateFiles(store, "*", SearchOption.AllDirectories).Count());
        yield return new Figure("objects.w3.files_written", files, "files", AtLeast: false, 10);
    }

    public static async IAsyncEnumerable<Figure> MeasureHashAsync()
    {
        string file = Workload.W1.Paths[0];
        yield return await Tool.Sha256Sum.CompareAsync(
            "objects.hash.w1.vs_sha256sum", 2.86, Rounds, () => HashAsync(file), () => Tool.Sha256Sum.Run(Workload.W1.Folder, file));
        yield return await Tool.OpenSsl.CompareAsync(
            "objects.hash.w1.vs_openssl", 1.2, Rounds, () => HashAsync(file), () => Tool.OpenSsl.Run(Workload.W1.Folder, "dgst", "-sha256", file));
    }

    private static async Task<double> CommitAsync(Workload workload, Action<string>? look = null)
    {
        string store = Workload.Scratch("store");
        IReadOnlyList<string> paths = workload.Paths;
        long started = Stopwatch.GetTimestamp();
        LocalBlobStore blobs = new(store);
        await using (BlobBatch batch = await blobs.BeginBatchAsync())
        {
            if (new FileInfo(paths[0]).Length <= SmallBytes)
            {
                await foreach ((byte[] bytes, int length) in ReadAheadAsync(paths))
                {
                    await batch.PutAsync(bytes.AsMemory(0, length));
                    ArrayPool<byte>.Shared.Return(bytes);
                }
            }
            else
            {
                foreach (string path in paths)
                {
                    await using FileStream content = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
                    await batch.PutAsync(content);
                }
            }

            BlobReceipt receipt = await batch.CompleteAsync();
            if (receipt.NewBlobs != paths.Count)
            {
                throw new InvalidOperationException($"{receipt.NewBlobs} of {paths.Count} blobs are new.");
            }
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        look?.Invoke(store);
        Workload.Clear(store);
        return seconds;
    }

    // Small files are read while those before them are hashed and kept, as the peers do it and as a commit of a dataset does.
    private static IAsyncEnumerable<(byte[] Bytes, int Length)> ReadAheadAsync(IReadOnlyList<string> paths)
    {
        Channel<(byte[], int)> read = Channel.CreateBounded<(byte[], int)>(new BoundedChannelOptions(256) { SingleReader = true, SingleWriter = true });
        _ = Task.Run(async () =>
        {
            foreach (string path in paths)
            {
                using SafeFileHandle file = File.OpenHandle(path);
                byte[] bytes = ArrayPool<byte>.Shared.Rent(SmallBytes);
                int length = RandomAccess.Read(file, bytes, 0);
                await read.Writer.WriteAsync((bytes, length));
            }

            read.Writer.Complete();
        });
        return read.Reader.ReadAllAsync();
    }

    private static Task<Figure> ResticAsync(string name, double goal, Workload workload) => Tool.Restic.CompareAsync(name, goal, Rounds, () => CommitAsync(workload), () =>
    {
        string folder = Workload.Scratch("restic");
        Tool.Restic.Run(folder, "init", "-q", "-r", "repository");
        double seconds = Tool.Restic.Run(folder, "backup", "-q", "-r", "repository", workload.Folder);
        Workload.Clear(folder);
        return seconds;
    });

    private static Task<Figure> BorgAsync(string name, double goal, Workload workload) => Tool.Borg.CompareAsync(name, goal, Rounds, () => CommitAsync(workload), () =>
    {
        string folder = Workload.Scratch("borg");
        Tool.Borg.Run(folder, "init", "-e", "none", "repository");
        double seconds = Tool.Borg.Run(folder, "create", "repository::first", workload.Folder);
        Workload.Clear(folder);
        return seconds;
    });

    private static async Task<double> HashAsync(string file)
    {
        long started = Stopwatch.GetTimestamp();
        await using FileStream content = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
        Digest digest = await Digest.OfAsync(content);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return digest.IsEmpty ? throw new InvalidOperationException("Nothing was hashed.") : seconds;
    }
}
