namespace Lifecycle.Data;

/// <summary>Whether a disk is full, and how full.</summary>
internal static class DiskRoom
{
    // The runtime gives no code when blocks cannot be reserved, and what failed was removed before the free room is asked for.
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

        long free = new DriveInfo(folder).AvailableFreeSpace;
        int code = cause is UnauthorizedAccessException { InnerException: IOException inner } ? inner.HResult : cause.HResult;
        bool full = OperatingSystem.IsWindows()
            ? (uint)code is 0x80070070 or 0x80070027
            : code is 28 or 122 or 69 || (cause.GetType() == typeof(IOException) && needed > 0 && free < needed + Rounding);
        string wanted = needed > 0 ? $"{needed} bytes were to be written" : "at least one block was to be written";
        return full ? $"The disk that holds '{folder}' is full: {wanted}, {free} bytes are free." : null;
    }
}
