using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>Reads and hashes many files with all that the machine has: lanes on every core, and for a few big files a reading and a hashing thread each.</summary>
internal static class Md5Reading
{
    private const long Big = 32 << 20;
    private const int FewBig = 4;
    private const int MostWorkers = 4;
    private const int SoloBytes = 1 << 20;
    private const int SoloBuffers = 6;

    /// <summary>Works until every file is done. The first error ends the work and is thrown.</summary>
    public static async ValueTask RunAsync(IEnumerable<Md5LaneFile> files, CancellationToken cancellationToken)
    {
        Md5LaneFile[] sorted = [.. files.OrderByDescending(f => f.ExpectedLength)];
        int big = sorted.TakeWhile(f => f.ExpectedLength >= Big).Count();
        int solo = big < FewBig ? big : 0;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (int i = 0; i < solo; i++)
        {
            do
            {
                await SoloAsync(sorted[i], stop.Token).ConfigureAwait(false);
            }
            while (sorted[i].IsWantedAgain);
        }

        ConcurrentQueue<Md5LaneFile> again = [];
        int next = solo - 1;
        int workers = Math.Min(Math.Min(Environment.ProcessorCount, MostWorkers), sorted.Length - solo);
        Task[] tasks = [.. Enumerable.Range(0, Math.Max(0, workers)).Select(_ => Task.Run(
            () =>
            {
                try
                {
                    using Md5Reader reader = new();
                    reader.Run(Next, stop.Token);
                }
                catch
                {
                    stop.Cancel();
                    throw;
                }
            },
            CancellationToken.None))];
        try
        {
            await Task.WhenAll(tasks).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // what made the others stop is what counts
            ExceptionDispatchInfo.Throw(tasks.Select(t => t.Exception?.InnerException).First(e => e is not null and not OperationCanceledException)!);
        }

        // a file that changed at the end of the work has nobody left to read it again
        while (again.TryDequeue(out Md5LaneFile? file))
        {
            do
            {
                await SoloAsync(file, stop.Token).ConfigureAwait(false);
            }
            while (file.IsWantedAgain);
        }

        Md5LaneFile? Next()
        {
            int index = Interlocked.Increment(ref next);
            return index < sorted.Length ? new Watched(sorted[index], again) : null;
        }
    }

    // One thread reads and hands the bytes over, another hashes.
    private static async Task SoloAsync(Md5LaneFile file, CancellationToken cancellationToken)
    {
        using BlockingCollection<(byte[]? Buffer, int Length)> full = new(SoloBuffers);
        using BlockingCollection<byte[]> free = new();
        for (int i = 0; i < SoloBuffers; i++)
        {
            free.Add(GC.AllocateUninitializedArray<byte>(SoloBytes), cancellationToken);
        }

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<Md5Hash> hashing = Task.Run(
            () =>
            {
                using Md5Stream md5 = new();
                foreach ((byte[]? buffer, int length) in full.GetConsumingEnumerable(stop.Token))
                {
                    md5.Append(buffer.AsSpan(0, length));
                    free.Add(buffer!, stop.Token);
                }

                return md5.Finish();
            },
            CancellationToken.None);
        long total = 0;
        byte[] whole = [];
        try
        {
            using SafeFileHandle handle = file.Open();
            bool ended = false;
            while (!ended)
            {
                byte[] buffer = free.Take(stop.Token);
                int filled = 0;
                while (filled < buffer.Length)
                {
                    int read = RandomAccess.Read(handle, buffer.AsSpan(filled), total + filled);
                    if (read == 0)
                    {
                        ended = true;
                        break;
                    }

                    filled += read;
                }

                file.Piece(buffer.AsSpan(0, filled), total == 0, ended);
                whole = total == 0 && ended ? buffer[..filled] : [];
                total += filled;
                full.Add((buffer, filled), stop.Token);
            }

            full.CompleteAdding();
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await hashing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }

        Md5Hash hash = await hashing.ConfigureAwait(false);
        file.Done(hash, total, total == whole.Length ? whole : default);
    }

    /// <summary>Puts a file that is wanted again behind the others.</summary>
    private sealed class Watched(Md5LaneFile file, ConcurrentQueue<Md5LaneFile> again) : Md5LaneFile
    {
        public override long ExpectedLength => file.ExpectedLength;

        public override SafeFileHandle Open() => file.Open();

        public override void Piece(ReadOnlySpan<byte> bytes, bool isFirst, bool isLast) => file.Piece(bytes, isFirst, isLast);

        public override void Done(Md5Hash md5, long length, ReadOnlySpan<byte> whole)
        {
            file.Done(md5, length, whole);
            if (file.IsWantedAgain)
            {
                again.Enqueue(file);
            }
        }
    }
}
