namespace Lifecycle.Storage.Local;

/// <summary>A lock between processes: a file held open with no sharing. The system frees it when the process dies.</summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, waiting for others at most <paramref name="wait"/>.</summary>
    public static async ValueTask<FileLock> TakeAsync(string path, TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (time.GetElapsedTime(start) > wait)
            {
                throw new LifecycleStorageException(
                    "objects", "lock", path, $"Another process has held '{path}' for more than {wait.TotalSeconds:0} s. Try again when it is done.", isTransient: true);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The lock, or null when somebody else has it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">What to do when there is no such file.</param>
    public static FileLock? TryTake(string path, FileMode mode = FileMode.OpenOrCreate)
    {
        try
        {
            return new FileLock(new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException error) when (DiskFailure.IsLocked(error))
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
