namespace Lifecycle.Data;

/// <summary>Whether a disk is full, and how full.</summary>
internal static class DiskRoom
{
    // The runtime gives no code when blocks cannot be reserved, and what failed was removed before the free room is asked for.
    private const int NoCode = unchecked((int)0x80131620);
    private const long Rounding = 1 << 20;

    /// <summary>Which disk is full, what was wanted of it and what it still has; null when something else is wrong.</summary>
    /// <param name="cause">What the system said.</param>
    /// <param name="path">A file or folder on it; it need not be there.</param>
    /// <param name="needed">Bytes that were to be written; 0 when it is not known how many.</param>
    public static string? Full(Exception cause, string path, long needed)
    {
        string folder = path;
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
        {
            folder = parent;
        }

        int code = cause is UnauthorizedAccessException { InnerException: IOException inner } ? inner.HResult : cause.HResult;
        string wanted = needed > 0 ? $"{needed} bytes were to be written" : "at least one block was to be written";
        if ((OperatingSystem.IsLinux() && code == 122) || (OperatingSystem.IsMacOS() && code == 69))
        {
            return $"The quota of '{Environment.UserName}' on the disk that holds '{folder}' is used up: {wanted}.";
        }

        long? free = TryFree(folder);
        bool full = OperatingSystem.IsWindows()
            ? (uint)code is 0x80070070 or 0x80070027
            : code == 28 || (cause.GetType() == typeof(IOException) && code == NoCode && needed > 0 && free < needed + Rounding);
        return full ? $"The disk that holds '{folder}' is full: {wanted}, {(free is null ? "how many are free is unknown" : $"{free} bytes are free")}." : null;
    }

    /// <summary>Bytes that are free; null when the disk cannot be asked, for example because it is a share or gone. It is asked while an error is told, so it throws none.</summary>
    public static long? TryFree(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
