namespace Lifecycle.Data;

/// <summary>Says what a disk refused while files of a DVC repository were written.</summary>
internal static class DvcDisk
{
    /// <summary>Everything in a folder, hidden names too. What may not be listed is an error, not a folder without files.</summary>
    public static EnumerationOptions All { get; } = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    public static bool IsRefusal(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>The entries of a folder in no order.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="ignored">Whether a line in .dvcignore would leave it out.</param>
    /// <param name="list">Lists them with <see cref="All"/>.</param>
    /// <exception cref="LifecycleStorageException">The folder may not be listed.</exception>
    public static List<T> List<T>(string folder, bool ignored, Func<EnumerationOptions, IEnumerable<T>> list)
    {
        try
        {
            return [.. list(All)];
        }
        catch (UnauthorizedAccessException e)
        {
            string way = ignored ? ", or name it in .dvcignore" : "";
            throw new LifecycleStorageException(
                "dvc", "list", folder,
                $"'{folder}' may not be listed by '{Environment.UserName}', so it is not known what lies in it. Give that user the right to read and enter it{way}; nothing was changed.",
                isTransient: false, e);
        }
    }

    /// <summary>The error for a failed reading.</summary>
    /// <param name="cause">What the system said.</param>
    /// <param name="operation">What was done.</param>
    /// <param name="path">The file.</param>
    public static LifecycleStorageException Unread(Exception cause, string operation, string path) => new(
        "dvc", operation, path,
        cause is UnauthorizedAccessException
            ? $"'{path}' may not be read by '{Environment.UserName}'. Give that user the right to read it; nothing was changed."
            : $"'{path}' could not be read: {cause.Message} Check the disk and call again; nothing was changed.",
        isTransient: false, cause);

    /// <summary>The error for a failed write.</summary>
    /// <param name="cause">What the system said.</param>
    /// <param name="operation">What was done.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="needed">Bytes that were to be written; 0 when it is not known how many.</param>
    public static LifecycleStorageException Of(Exception cause, string operation, string path, long needed)
    {
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? path;
        string what = DiskRoom.Full(cause, folder, needed) is { } full
            ? $"{full} Free space there and call again; nothing was left behind."
            : cause is UnauthorizedAccessException
                ? $"'{path}' may not be used by '{Environment.UserName}'. Give that user read and write rights on '{folder}'; nothing was changed."
                : $"'{path}' could not be written: {cause.Message} Check the disk and call again; nothing was changed.";
        return new LifecycleStorageException("dvc", operation, path, what, isTransient: false, cause);
    }
}
