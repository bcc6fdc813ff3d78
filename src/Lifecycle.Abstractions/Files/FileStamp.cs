namespace Lifecycle;

/// <summary>
/// What tells whether a file is still the same: unlike the times of <see cref="FileInfo"/>, the change time cannot be set back.
/// </summary>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">Time of the last write, nanoseconds since 1970 where the system gives them.</param>
/// <param name="Changed">Time of the last change of content, name or rights, likewise.</param>
/// <param name="Inode">Number of the file on its device; 0 where the system has none.</param>
/// <param name="Device">The device.</param>
public readonly record struct FileStamp(long Length, long Modified, long Changed, ulong Inode, ulong Device)
{
    /// <summary>The stamp of the file at <paramref name="path"/>, links followed.</summary>
    /// <exception cref="IOException">The file is not there or cannot be looked at.</exception>
    public static FileStamp Of(string path) => NativeFiles.Stamp(path);
}
