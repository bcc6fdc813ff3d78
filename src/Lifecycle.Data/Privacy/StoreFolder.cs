namespace Lifecycle.Data;

/// <summary>
/// Where the folder of a store lies, links followed. No secret may lie in it: who gets a copy of the folder must not get the way back with it. And it is
/// no data: nobody commits it or checks anything out into it.
/// </summary>
internal static class StoreFolder
{
    private const string Database = "lifecycle.db";

    private static readonly string[] Parts = ["objects", "journal"];

    public static StringComparison Comparison { get; } = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    public static void RefuseInside(string? store, string? file, string what)
    {
        if (store is not null && file is not null && IsInside(store, file))
        {
            throw new PrivacyPlanException(
                $"{what} '{file}' lies inside the folder of the store, '{store}'. Who gets a copy of the folder would get it, too. Move it to a place outside and name that.");
        }
    }

    /// <summary>Whether a path is the folder of the store, or one of the parts that the store keeps in it, or lies in one; what a user puts beside them is data.</summary>
    public static bool Holds(string? store, string path)
    {
        if (store is null || !IsInside(store, path))
        {
            return false;
        }

        string below = Final(path)[Math.Min(Ended(Final(store)).Length, Final(path).Length)..];
        string part = below.Split(Path.DirectorySeparatorChar)[0];
        return part.Length == 0 || part.StartsWith(Database, Comparison) || Array.Exists(Parts, p => p.Equals(part, Comparison));
    }

    /// <summary>The path of the store's folder below another folder, with slashes; null when it lies elsewhere.</summary>
    public static string? Below(string folder, string? store) =>
        store is not null && Ended(Final(folder)) is var root && Final(store) is var full && full.StartsWith(root, Comparison)
            ? full[root.Length..].Replace(Path.DirectorySeparatorChar, '/')
            : null;

    /// <summary>Whether a path of a tree is the store's folder or lies in it.</summary>
    /// <param name="below">What <see cref="Below"/> said of the folder that holds the tree.</param>
    /// <param name="path">Path in the tree, with slashes.</param>
    public static bool IsIn(string? below, string path) =>
        below is not null && path.StartsWith(below, Comparison) && (path.Length == below.Length || path[below.Length] == '/');

    private static bool IsInside(string store, string path) => Ended(Final(path)).StartsWith(Ended(Final(store)), Comparison);

    private static string Ended(string path) => Path.EndsInDirectorySeparator(path) ? path : path + Path.DirectorySeparatorChar;

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
