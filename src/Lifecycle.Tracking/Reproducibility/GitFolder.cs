using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Where git keeps what belongs to one work tree: a <c>.git</c> folder, or the folder that a <c>.git</c> file names (<c>git worktree</c>, submodules).</summary>
internal sealed class GitFolder
{
    private const int MostSteps = 64;

    private GitFolder(string workTree, string own, string shared)
    {
        WorkTree = workTree;
        Own = own;
        Shared = shared;
        Config = GitConfig.Of(own, shared);
        HashSize = Config.Get("extensions.objectformat") switch
        {
            null or "sha1" => 20,
            "sha256" => 32,
            string other => throw new InvalidDataException($"The object format '{other}' is not known."),
        };
    }

    /// <summary>The folder with the files.</summary>
    public string WorkTree { get; }

    /// <summary>HEAD and index of this work tree.</summary>
    public string Own { get; }

    /// <summary>Objects, branches and configuration, shared by all work trees of the repository.</summary>
    public string Shared { get; }

    public GitConfig Config { get; }

    /// <summary>20 bytes with SHA-1, 32 with SHA-256.</summary>
    public int HashSize { get; }

    /// <summary>The work tree that holds a folder; null when none does.</summary>
    public static GitFolder? Above(string folder)
    {
        DirectoryInfo? at = new(folder);
        for (int step = 0; at is not null && step < MostSteps; step++, at = at.Parent)
        {
            if (At(at.FullName) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The work tree whose topmost folder this is; null when it is none.</summary>
    public static GitFolder? At(string folder)
    {
        string git = Path.Combine(folder, ".git");
        if (File.Exists(git))
        {
            string text = File.ReadAllText(git).Trim();
            if (!text.StartsWith("gitdir:", StringComparison.Ordinal))
            {
                return null;
            }

            git = Path.GetFullPath(text["gitdir:".Length..].Trim(), folder);
        }

        if (!File.Exists(Path.Combine(git, "HEAD")))
        {
            return null;
        }

        string common = Path.Combine(git, "commondir");
        string shared = File.Exists(common) ? Path.GetFullPath(File.ReadAllText(common).Trim(), git) : git;
        return Directory.Exists(Path.Combine(shared, "objects")) ? new GitFolder(folder, git, shared) : null;
    }

    /// <summary>The branch of HEAD, null when HEAD is detached, and its commit as hex, null before the first commit.</summary>
    public (string? Branch, string? Commit) Head()
    {
        if (Config.Get("extensions.refstorage") is { } storage and not "files")
        {
            throw new InvalidDataException($"Branches are kept as '{storage}', which is not read here.");
        }

        string text = File.ReadAllText(Path.Combine(Own, "HEAD")).Trim();
        if (!text.StartsWith("ref:", StringComparison.Ordinal))
        {
            return (null, Hex(text));
        }

        string name = text["ref:".Length..].Trim();
        const string branches = "refs/heads/";
        return (name.StartsWith(branches, StringComparison.Ordinal) ? name[branches.Length..] : name, Resolve(name, 0));
    }

    private string? Resolve(string name, int depth)
    {
        if (depth > 5 || !name.StartsWith("refs/", StringComparison.Ordinal) || name.Split('/').Contains(".."))
        {
            return null;
        }

        foreach (string root in (string[])[Own, Shared])
        {
            string file = Path.Combine(root, name);
            if (File.Exists(file))
            {
                string text = File.ReadAllText(file).Trim();
                return text.StartsWith("ref:", StringComparison.Ordinal) ? Resolve(text["ref:".Length..].Trim(), depth + 1) : Hex(text);
            }
        }

        string packed = Path.Combine(Shared, "packed-refs");
        if (!File.Exists(packed))
        {
            return null;
        }

        foreach (string line in File.ReadLines(packed))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space == HashSize * 2 && line.AsSpan(space + 1).TrimEnd().SequenceEqual(name))
            {
                return Hex(line[..space]);
            }
        }

        return null;
    }

    private string Hex(string text) =>
        text.Length == HashSize * 2 && text.All(char.IsAsciiHexDigit) ? text.ToLower(CultureInfo.InvariantCulture)
        : throw new InvalidDataException("A reference holds no commit.");
}
