namespace Lifecycle.Tracking;

/// <summary>
/// Which untracked paths git would not show: <c>.gitignore</c> of every folder, the deepest first, then <c>info/exclude</c>, then the user's file. In one file the last
/// pattern that matches decides.
/// </summary>
internal sealed class GitIgnore
{
    private readonly GitFolder _git;
    private readonly bool _ignoreCase;
    private readonly List<(GitPattern Pattern, bool IsKept)>[] _outer;

    public GitIgnore(GitFolder git)
    {
        _git = git;
        _ignoreCase = git.Config.IsTrue("core.ignorecase", otherwise: false);
        string user = git.Config.Get("core.excludesfile") is { } configured ? GitConfig.Expand(configured) : Path.Combine(GitConfig.UserFolder(), "ignore");
        _outer = [Read(Path.Combine(git.Shared, "info", "exclude")), Read(user)];
    }

    /// <summary>The rules of one folder and those above it.</summary>
    /// <param name="Folder">Relative, with a slash at its end unless it is empty.</param>
    /// <param name="Rules">Those of its own file.</param>
    /// <param name="Above">The folder that holds it.</param>
    public sealed record Level(string Folder, List<(GitPattern Pattern, bool IsKept)> Rules, Level? Above);

    /// <summary>The rules that hold in a folder.</summary>
    public Level Enter(string folder, Level? above) => new(folder, Read(Path.Combine(_git.WorkTree, folder, ".gitignore")), above);

    /// <summary>Whether a path in the folder of the level is ignored.</summary>
    public bool IsIgnored(Level level, string path, bool isFolder)
    {
        for (Level? at = level; at is not null; at = at.Above)
        {
            if (Decide(at.Rules, path.AsSpan(at.Folder.Length), isFolder) is { } decided)
            {
                return decided;
            }
        }

        return Decide(_outer[0], path, isFolder) ?? Decide(_outer[1], path, isFolder) ?? false;
    }

    private static bool? Decide(List<(GitPattern Pattern, bool IsKept)> rules, ReadOnlySpan<char> path, bool isFolder)
    {
        for (int i = rules.Count - 1; i >= 0; i--)
        {
            if (rules[i].Pattern.IsMatch(path, isFolder))
            {
                return !rules[i].IsKept;
            }
        }

        return null;
    }

    private List<(GitPattern Pattern, bool IsKept)> Read(string file)
    {
        List<(GitPattern Pattern, bool IsKept)> rules = [];
        if (!File.Exists(file))
        {
            return rules;
        }

        foreach (string line in File.ReadLines(file))
        {
            string text = Trim(line);
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            bool isKept = text[0] == '!';
            text = isKept ? text[1..] : text;
            if (text.Length > 0 && text != "/")
            {
                rules.Add((new GitPattern(text, _ignoreCase), isKept));
            }
        }

        return rules;
    }

    // Blanks at the end do not count unless a backslash stands before them.
    private static string Trim(string line)
    {
        int end = line.Length;
        while (end > 0 && line[end - 1] == ' ' && !(end > 1 && line[end - 2] == '\\'))
        {
            end--;
        }

        return line[..end];
    }
}
