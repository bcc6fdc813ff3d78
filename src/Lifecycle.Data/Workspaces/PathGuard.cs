using System.Text;

namespace Lifecycle.Data;

/// <summary>Which paths of a tree may become files. All paths are looked at before the first byte is written, and all refusals are told together.</summary>
internal static class PathGuard
{
    private const int MaximumPath = 4096;
    private const int MaximumSegment = 255;
    private static readonly System.Buffers.SearchValues<char> NotOnWindows = System.Buffers.SearchValues.Create("\\:*?\"<>|");

    /// <exception cref="UnsafePathException">At least one path must not be written.</exception>
    public static void Require(IReadOnlyList<string> paths, bool portable, bool foldCase)
    {
        List<(string, string)> refused = Check(paths, portable, foldCase);
        if (refused.Count > 0)
        {
            throw new UnsafePathException(refused);
        }
    }

    /// <summary>Every path that must not be written, with its reason.</summary>
    /// <param name="paths">Relative paths with <c>/</c>.</param>
    /// <param name="portable">Whether the rules of Windows hold.</param>
    /// <param name="foldCase">Whether the target cannot tell names apart that differ in case or normal form.</param>
    public static List<(string Path, string Reason)> Check(IReadOnlyList<string> paths, bool portable, bool foldCase)
    {
        List<(string, string)> refused = [];
        Dictionary<string, string> files = new(paths.Count, StringComparer.Ordinal);
        Dictionary<string, string> folders = new(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            string? reason = Reason(path, portable) ?? ToolReason(path, portable || foldCase);
            string key = Fold(path, portable || foldCase);
            if (reason is null && !files.TryAdd(key, path))
            {
                reason = files[key] == path ? "stands twice" : $"cannot be told apart from '{files[key]}'";
            }

            if (reason is not null)
            {
                refused.Add((path, reason));
                continue;
            }

            for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            {
                string folder = path[..slash];
                string folderKey = Fold(folder, portable || foldCase);
                if (!folders.TryAdd(folderKey, folder) && folders[folderKey] != folder)
                {
                    refused.Add((path, $"lies in a folder that cannot be told apart from '{folders[folderKey]}'"));
                    break;
                }
            }
        }

        foreach ((string key, string path) in files)
        {
            if (folders.ContainsKey(key))
            {
                refused.Add((path, "is a file and also a folder of another path"));
            }
        }

        return refused;
    }

    private static string Fold(string path, bool fold) => fold && IsText(path) ? CanonicalText.Compose(path).ToUpperInvariant() : path;

    private static string? Reason(string path, bool portable)
    {
        if (path.Length == 0)
        {
            return "is empty";
        }

        if (!IsText(path))
        {
            return "is not text";
        }

        if (path[0] == '/')
        {
            return "is absolute";
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return "holds a NUL character";
        }

        if (Encoding.UTF8.GetByteCount(path) > MaximumPath)
        {
            return $"is longer than {MaximumPath} bytes";
        }

        foreach (string segment in path.Split('/'))
        {
            string? reason = segment switch
            {
                "" => "has an empty segment",
                "." or ".." => $"has the segment '{segment}'",
                _ when Encoding.UTF8.GetByteCount(segment) > MaximumSegment => $"has a segment longer than {MaximumSegment} bytes",
                _ => portable ? PortableReason(segment) : null,
            };
            if (reason is not null)
            {
                return reason;
            }
        }

        return null;
    }

    // A commit never holds such a folder, and a file in it may be run by the tool whose folder it is.
    private static string? ToolReason(string path, bool fold)
    {
        if (path[0] != '.' && !path.Contains("/.", StringComparison.Ordinal))
        {
            return null;
        }

        return Array.Find(path.Split('/')[..^1], f => fold ? TreeScanner.IsOutInAnyCase(f) : TreeScanner.IsOut(f)) is { } folder
            ? $"lies in '{folder}', where a tool keeps its own files"
            : null;
    }

    private static string? PortableReason(string segment)
    {
        if (segment.AsSpan().ContainsAny(NotOnWindows) || segment.Any(char.IsControl))
        {
            return "holds a character that Windows cannot have in a name";
        }

        if (segment[^1] is '.' or ' ')
        {
            return "has a segment that ends with a dot or a space";
        }

        string stem = segment.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        bool device = stem is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
            || (stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal))
                && stem[3] is (>= '1' and <= '9') or '\u00B9' or '\u00B2' or '\u00B3');
        return device ? "has a segment that names a device of Windows" : null;
    }

    // Half a surrogate pair is not text; an encoder would write something else in its place.
    public static bool IsText(string path)
    {
        for (int i = 0; i < path.Length; i++)
        {
            if (char.IsSurrogate(path[i]) && !(char.IsHighSurrogate(path[i]) && i + 1 < path.Length && char.IsLowSurrogate(path[++i])))
            {
                return false;
            }
        }

        return true;
    }
}
