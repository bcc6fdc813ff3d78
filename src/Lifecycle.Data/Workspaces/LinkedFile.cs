namespace Lifecycle.Data;

/// <summary>Where a link in a source leads, if it may be followed.</summary>
internal static class LinkedFile
{
    /// <summary>The file itself, without any link left in its path.</summary>
    /// <exception cref="SourceRefusedException">The link must not be followed, or leads to no file.</exception>
    public static (string Path, NativeStamp Stamp) Resolve(string link, string root, SourceLinks links)
    {
        if (links == SourceLinks.Refuse)
        {
            throw new SourceRefusedException(
                link,
                Directory.Exists(link)
                    ? "it is a link to a folder, and those are never followed; commit what it leads to, or replace it by a copy."
                    : "it is a link. Replace it by a copy, or say which links are followed: SourceLinks.FollowInside (to files of the same folder) or SourceLinks.FollowAll.");
        }

        string target = RealPath(link);
        NativeStamp found = SourceFile.LookAt(target);
        if (found.Kind != SourceKind.File)
        {
            throw new SourceRefusedException(link, found.Kind switch
            {
                SourceKind.Missing => "it is a link that leads nowhere.",
                SourceKind.Folder => "it is a link to a folder, and those are never followed; commit what it leads to, or replace it by a copy.",
                _ => "it is a link to a device, a pipe or a socket.",
            });
        }

        if (links == SourceLinks.FollowInside && !target.StartsWith(Path.TrimEndingDirectorySeparator(RealPath(root)) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new SourceRefusedException(link, $"it is a link to '{target}', which lies outside the folder. SourceLinks.FollowAll follows it.");
        }

        return (target, found);
    }

    // Every segment may be a link; each is replaced by what it leads to until none is left.
    private static string RealPath(string path)
    {
        string full = Path.GetFullPath(path);
        for (int i = 0; i < 64; i++)
        {
            string root = Path.GetPathRoot(full)!;
            string done = root;
            string[] segments = full[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
            int at = 0;
            for (; at < segments.Length; at++)
            {
                string next = Path.Combine(done, segments[at]);
                if (new FileInfo(next).LinkTarget is { } to)
                {
                    full = Path.GetFullPath(Path.Combine([done, to, .. segments[(at + 1)..]]));
                    break;
                }

                done = next;
            }

            if (at == segments.Length)
            {
                return done;
            }
        }

        throw new SourceRefusedException(path, "it is a link in a circle of links.");
    }
}
