namespace Lifecycle.Serving;

/// <summary>Where a path leads when its links are followed one by one, and the folders whose change may lead it elsewhere.</summary>
internal sealed class LinkTrail
{
    private const int MaximumLinks = 40;

    private LinkTrail(string place, IReadOnlyList<string> folders)
    {
        Place = place;
        Folders = folders;
    }

    /// <summary>The path without any link in it.</summary>
    public string Place { get; }

    /// <summary>The folders in which the links lie.</summary>
    public IReadOnlyList<string> Folders { get; }

    /// <summary>Follows a path; what is not there is no link.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static LinkTrail Of(string path)
    {
        string full = Path.GetFullPath(path);
        string root = Path.GetPathRoot(full)!;
        return Follow(root, full[root.Length..]);
    }

    /// <summary>Follows a name in the folder where this trail ends.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public LinkTrail To(string name) => Follow(Place, name);

    /// <summary>Whether it ends in a folder or below it.</summary>
    public bool IsInside(LinkTrail folder)
    {
        string root = folder.Place;
        return Place.StartsWith(root, StringComparison.Ordinal)
            && (Path.EndsInDirectorySeparator(root) || (Place.Length > root.Length && Place[root.Length] == Path.DirectorySeparatorChar));
    }

    private static LinkTrail Follow(string place, string rest)
    {
        Stack<string> names = new();
        Push(names, rest);
        List<string> folders = [];
        while (names.TryPop(out string? name))
        {
            if (name == "..")
            {
                place = Path.GetDirectoryName(place) ?? place;
                continue;
            }

            string next = Path.Join(place, name);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                place = next;
                continue;
            }

            folders.Add(place);
            if (folders.Count > MaximumLinks)
            {
                throw new IOException($"More than {MaximumLinks} links follow each other at '{next}'; they seem to lead in a circle, remove one.");
            }

            if (Path.GetPathRoot(target) is { Length: > 0 } root)
            {
                place = root;
                target = target[root.Length..];
            }

            Push(names, target);
        }

        return new LinkTrail(place, folders);
    }

    private static void Push(Stack<string> names, string path)
    {
        string[] parts = path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            if (parts[i] != ".")
            {
                names.Push(parts[i]);
            }
        }
    }
}
