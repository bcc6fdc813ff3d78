namespace Lifecycle.Data;

/// <summary>Whether a secret lies in the folder of a store, links followed: who gets a copy of the folder must not get the way back with
/// it.</summary>
internal static class StoreFolder
{
    public static void RefuseInside(string? store, string? file, string what)
    {
        if (store is not null && file is not null && Holds(store, file))
        {
            throw new PrivacyPlanException(
                $"{what} '{file}' lies inside the folder of the store, '{store}'. Who gets a copy of the folder would get it, too. Move it to a place outside and name that.");
        }
    }

    private static bool Holds(string folder, string file)
    {
        StringComparison comparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        string root = Path.TrimEndingDirectorySeparator(Final(folder)) + Path.DirectorySeparatorChar;
        return Final(file).StartsWith(root, comparison);
    }

    private static string Final(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent)
        {
            return full;
        }

        FileSystemInfo? target = Directory.Exists(full) ? Directory.ResolveLinkTarget(full, returnFinalTarget: true)
            : File.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true) : null;
        return target is null ? Path.Combine(Final(parent), Path.GetFileName(full)) : Final(target.FullName);
    }
}
