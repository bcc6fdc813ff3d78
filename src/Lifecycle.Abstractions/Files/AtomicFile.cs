namespace Lifecycle;

/// <summary>
/// Writes files so that a reader, a crash or a power loss sees either the old file or the new one: a temporary name in the same folder,
/// flushed, renamed, the folder flushed.
/// </summary>
public static class AtomicFile
{
    /// <summary>What temporary files are called; they lie in the folder of their target.</summary>
    public const string TemporaryPrefix = ".tmp-";

    /// <summary>Writes a file, replacing what is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellationToken">Cancelling leaves the old file.</param>
    public static ValueTask WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        WriteAsync(path, (stream, token) => stream.WriteAsync(content, token), cancellationToken);

    /// <summary>Writes a file through a callback, replacing what is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="cancellationToken">Cancelling leaves the old file.</param>
    public static async ValueTask WriteAsync(
        string path, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full) ?? throw new ArgumentException($"'{path}' names no file.", nameof(path));
        string temporary = TemporaryName(folder);
        try
        {
            FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: false);
            await using (stream.ConfigureAwait(false))
            {
                await write(stream, cancellationToken).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            cancellationToken.ThrowIfCancellationRequested();
            File.Move(temporary, full, overwrite: true);
            NativeFiles.FlushFolder(folder);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>A name for a temporary file in <paramref name="folder"/> that nobody else uses.</summary>
    public static string TemporaryName(string folder) => Path.Combine(folder, TemporaryPrefix + LifecycleId.New(TimeProvider.System).ToString("N"));

    /// <summary>Makes the names in a folder durable, so that a rename in it survives a power loss.</summary>
    public static void FlushFolder(string folder) => NativeFiles.FlushFolder(folder);

    /// <summary>Makes a hard link; false where the system or the file system cannot.</summary>
    public static bool TryHardlink(string existing, string path) => NativeFiles.TryHardlink(existing, path);
}
