namespace Lifecycle.Data;

/// <summary>A place that objects of a DVC repository are pushed to and pulled from. Folders of this machine work; others are listed.</summary>
public sealed class DvcRemote
{
    private DvcRemote(string name, string? folder, string place, string? unsupported)
    {
        Name = name;
        Folder = folder;
        Place = place;
        Unsupported = unsupported;
    }

    /// <summary>Its name in the configuration.</summary>
    public string Name { get; }

    /// <summary>The folder, as a full path; null when the remote is no folder.</summary>
    public string? Folder { get; }

    /// <summary>Where it is, without user name, password or query.</summary>
    public string Place { get; }

    /// <summary>Why nothing can be pushed to or pulled from it; null when it works.</summary>
    public string? Unsupported { get; }

    /// <summary>Name and place; never a secret.</summary>
    public override string ToString() => $"{Name} ({Place})";

    internal static DvcRemote Of(string name, string url, string file, int line)
    {
        if (url.Any(char.IsControl))
        {
            throw new DvcFormatException(
                file, line, 1, $"the url of the remote '{name}' holds a control character, which could smuggle a second request or credentials to another host; write it without");
        }

        if (url.Length == 0)
        {
            throw new DvcFormatException(file, line, 1, $"the url of the remote '{name}' is empty");
        }

        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0 && !url.StartsWith("file://", StringComparison.OrdinalIgnoreCase))
        {
            string kind = url[..scheme].ToLowerInvariant();
            return new DvcRemote(name, null, Public(url, scheme), $"not supported: remotes of kind '{kind}'; only folders are");
        }

        string path = scheme > 0 ? url[(scheme + 3)..] : url;
        string folder = Path.GetFullPath(Expand(path), Path.GetDirectoryName(Path.GetFullPath(file))!);
        return new DvcRemote(name, folder, folder, null);
    }

    internal static DvcRemote VersionAware(string name) =>
        new(name, null, "a bucket with versions", "not supported: cloud-versioned remotes; use a remote without version_aware and worktree");

    internal static DvcRemote AtFolder(string name, string folder) => new(name, Path.GetFullPath(folder), Path.GetFullPath(folder), null);

    internal static string Expand(string path) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..] : path;

    // Scheme, host and path only.
    private static string Public(string url, int scheme)
    {
        string rest = url[(scheme + 3)..];
        int end = rest.IndexOfAny(['?', '#']);
        rest = end < 0 ? rest : rest[..end];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? rest : rest[..slash];
        int at = host.LastIndexOf('@');
        return url[..(scheme + 3)] + (at < 0 ? host : host[(at + 1)..]) + (slash < 0 ? "" : rest[slash..]);
    }
}
