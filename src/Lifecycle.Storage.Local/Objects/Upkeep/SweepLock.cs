using System.Diagnostics;

namespace Lifecycle.Storage.Local;

/// <summary>
/// <c>sweep.lock</c>: held shared while a batch completes or blobs are kept, exclusively by the sweeper in slices of at most 100 ms. Sharing modes of the
/// file are the lock (<c>flock</c> on Linux and macOS), so the system frees it when a process dies, and no pid is written anywhere.
/// </summary>
/// <remarks>
/// Whoever wants the lock passes <c>sweep.gate</c> first and keeps it until the lock is taken: a sweeper that waits holds back newcomers, so a store
/// in which somebody always completes a batch is collected all the same.
/// </remarks>
internal sealed class SweepLock : IDisposable
{
    public const string Name = "sweep.lock";
    public const string GateName = "sweep.gate";

    /// <summary>How long somebody waits for others.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly FileStream _file;

    private SweepLock(FileStream file) => _file = file;

    /// <summary>Takes the lock beside others who share it.</summary>
    /// <param name="store">The folder of the store.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="LifecycleStorageException">Somebody held it for 30 s; transient.</exception>
    public static ValueTask<SweepLock> TakeSharedAsync(string store, CancellationToken cancellationToken = default) =>
        TakeAsync(store, FileAccess.Read, FileShare.Read, cancellationToken);

    /// <summary>Takes the lock alone.</summary>
    /// <param name="store">The folder of the store.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="LifecycleStorageException">Others held it for 30 s; transient.</exception>
    public static ValueTask<SweepLock> TakeExclusiveAsync(string store, CancellationToken cancellationToken = default) =>
        TakeAsync(store, FileAccess.ReadWrite, FileShare.None, cancellationToken);

    public void Dispose() => _file.Dispose();

    private static async ValueTask<SweepLock> TakeAsync(string store, FileAccess access, FileShare share, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long start = Stopwatch.GetTimestamp();
        FileStream gate = await OpenAsync(Path.Combine(store, GateName), access, share, start, cancellationToken).ConfigureAwait(false);
        await using (gate.ConfigureAwait(false))
        {
            return new SweepLock(await OpenAsync(Path.Combine(store, Name), access, share, start, cancellationToken).ConfigureAwait(false));
        }
    }

    // The waiting is measured by the system's clock whatever clock the store uses: it is for other processes.
    private static async ValueTask<FileStream> OpenAsync(string path, FileAccess access, FileShare share, long start, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, access, share, bufferSize: 0);
            }
            catch (IOException error) when (DiskFailure.IsLocked(error))
            {
                if (Stopwatch.GetElapsedTime(start) > Wait)
                {
                    throw new LifecycleStorageException(
                        "objects", "lock", path, $"Others have held '{path}' for more than {Wait.TotalSeconds:0} s. Call again when they are done.", isTransient: true);
                }
            }
            catch (Exception error) when (DiskFailure.Is(error))
            {
                throw DiskFailure.Of(error, "lock", path, path);
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }
}
