namespace Lifecycle.Storage.Local;

/// <summary>Turns what the file system says into one sentence with a remedy.</summary>
internal static class DiskFailure
{
    private const int FullOnUnix = 28;
    private const int ReadOnlyOnUnix = 30;
    private const int QuotaOnLinux = 122;
    private const int QuotaOnMac = 69;
    private const int NoCode = unchecked((int)0x80131620);
    private const int ExistsOnUnix = 17;
    private const int TooManyFilesOnUnix = 24;

    public static bool Is(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>The error a caller sees.</summary>
    /// <param name="cause">What the file system said.</param>
    /// <param name="operation">What was asked of the store.</param>
    /// <param name="key">What it was asked for.</param>
    /// <param name="path">The file or folder that could not be used.</param>
    /// <param name="wanted">Bytes that were to be written or reserved; when blocks cannot be reserved, the runtime does not say so in a code. 0 means that it is not known.</param>
    public static LifecycleStorageException Of(Exception cause, string operation, string key, string path, long wanted = 0)
    {
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? path;
        (string what, bool transient) = cause switch
        {
            _ when IsQuota(cause) => ($"The quota of '{Environment.UserName}' on the disk that holds '{folder}' is used up. Free space there, raise the quota or move the workspace, then call again; nothing was left behind.", false),
            _ when IsFull(cause) || IsLackingSpace(cause, folder, wanted) => (Full(folder, wanted) + " Free space there or move the workspace, then call again; nothing was left behind.", false),
            _ when IsReadOnly(cause) => ($"'{folder}' is on a read-only file system. Make it writable or use another folder for the workspace; nothing was changed.", false),
            UnauthorizedAccessException => ($"'{path}' may not be used by '{Environment.UserName}'. Give that user read and write rights on '{folder}'; nothing was changed.", false),
            DirectoryNotFoundException => ($"'{path}' is not there, or something on the way to it is no folder. Create it again or restore it from a copy.", false),
            _ when Code(cause) == TooManyFilesOnUnix && !OperatingSystem.IsWindows() =>
                ($"The process has too many open files to use '{path}'. Raise the limit (ulimit -n) or close streams that are done.", true),
            _ => ($"'{path}' could not be used: {cause.Message} Check the disk and call again.", false),
        };
        return new LifecycleStorageException("objects", operation, key, what, transient, cause);
    }

    /// <summary>Which disk is full, what was wanted of it and what it still has.</summary>
    /// <param name="folder">A folder on it.</param>
    /// <param name="wanted">Bytes; 0 or less when it is not known how many.</param>
    public static string Full(string folder, long wanted)
    {
        string needed = wanted > 0 ? $"{wanted} bytes were to be written" : "at least one block was to be written";
        return $"The disk that holds '{folder}' is full: {needed}, {(TryFree(folder) is { } free ? $"{free} bytes are free" : "how many are free is unknown")}.";
    }

    /// <summary>
    /// Bytes that are free on the disk of a folder, or of the nearest one above it that is there; null when the disk cannot be asked. It is asked while an
    /// error is told, so it throws none.
    /// </summary>
    public static long? TryFree(string folder)
    {
        string there = folder;
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } parent)
        {
            there = parent;
        }

        try
        {
            return new DriveInfo(there).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    public static bool IsFull(Exception error) => OperatingSystem.IsWindows()
        ? (uint)error.HResult is 0x80070070 or 0x80070027
        : Code(error) == FullOnUnix || IsQuota(error);

    private static bool IsQuota(Exception error) =>
        (OperatingSystem.IsMacOS() && Code(error) == QuotaOnMac) || (OperatingSystem.IsLinux() && Code(error) == QuotaOnLinux);

    // the runtime gives no code when blocks cannot be reserved; an error with a code is that error
    private static bool IsLackingSpace(Exception cause, string folder, long wanted) =>
        wanted > 0 && cause is IOException { HResult: NoCode } && Directory.Exists(folder) && TryFree(folder) < wanted;

    public static bool IsReadOnly(Exception error) => !OperatingSystem.IsWindows() && Code(error) == ReadOnlyOnUnix;

    public static bool IsExisting(Exception error) => error is IOException && (OperatingSystem.IsWindows()
        ? (uint)error.HResult is 0x80070050 or 0x800700B7
        : Code(error) == ExistsOnUnix || error.HResult == unchecked((int)0x80070050));

    /// <summary>Whether somebody else holds the file open with a lock.</summary>
    public static bool IsLocked(Exception error) => error is IOException && (OperatingSystem.IsWindows()
        ? (uint)error.HResult is 0x80070020 or 0x80070021
        : Code(error) is 11 or 35);

    // On Unix the runtime puts errno into HResult; an UnauthorizedAccessException carries it in its inner exception.
    private static int Code(Exception error) => error is UnauthorizedAccessException { InnerException: IOException inner } ? inner.HResult : error.HResult;
}
