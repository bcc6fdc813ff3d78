using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>
/// Batches under way: each holds a temporary file open and locked for as long as it lives, and the file's name, a version-7 Guid, says since when.
/// </summary>
internal static class LivingBatches
{
    /// <summary>When the oldest of them began; null when there is none. Every locked temporary counts, whatever it is for.</summary>
    public static DateTimeOffset? Oldest(ObjectFolder folder)
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, MaxRecursionDepth = 2, AttributesToSkip = 0, IgnoreInaccessible = true };
        DateTimeOffset? oldest = null;
        foreach (string file in Directory.EnumerateFiles(folder.Path, AtomicFile.TemporaryPrefix + "*", all))
        {
            if (ListFolder.MomentOf(Path.GetFileName(file.AsSpan())[AtomicFile.TemporaryPrefix.Length..]) is { } began
                && (oldest is null || began < oldest) && IsLocked(file))
            {
                oldest = began;
            }
        }

        return oldest;
    }

    // Looking takes a shared lock for a moment, which is in nobody's way but that of an exclusive one.
    private static bool IsLocked(string file)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return false;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            return DiskFailure.IsLocked(error);
        }
    }
}
