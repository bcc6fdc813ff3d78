using System.IO.Enumeration;

namespace Lifecycle.Tracking;

/// <summary>Files that git neither tracks nor ignores, as <c>git status --untracked-files=all</c> lists them.</summary>
internal sealed class GitUntracked
{
    public const int MostListed = 1_000;
    private const int MostSeen = 200_000;

    private readonly GitFolder _git;
    private readonly GitIgnore _ignore;
    private readonly HashSet<string> _tracked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _submodules = new(StringComparer.Ordinal);
    private readonly string? _leaveOut;
    private readonly CancellationToken _cancellationToken;
    private readonly List<string> _found = [];
    private int _seen;

    private GitUntracked(GitFolder git, GitIndex index, string? leaveOut, CancellationToken cancellationToken)
    {
        _git = git;
        _ignore = new GitIgnore(git);
        _leaveOut = leaveOut is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(leaveOut));
        _cancellationToken = cancellationToken;
        foreach (GitEntry entry in index.Entries)
        {
            (entry.Mode >> 12 == 14 ? _submodules : _tracked).Add(entry.Path);
        }
    }

    public static (List<string> Paths, bool IsCut) Find(GitFolder git, GitIndex index, string? leaveOut, CancellationToken cancellationToken)
    {
        GitUntracked search = new(git, index, leaveOut, cancellationToken);
        search.Walk("", null);
        bool isCut = search._found.Count > MostListed || search._seen > MostSeen;
        search._found.Sort(StringComparer.Ordinal);
        return (search._found.Count > MostListed ? search._found[..MostListed] : search._found, isCut);
    }

    private void Walk(string folder, GitIgnore.Level? above)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        GitIgnore.Level level = _ignore.Enter(folder, above);
        FileSystemEnumerable<(string Name, bool IsFolder)> entries = new(
            Path.Combine(_git.WorkTree, folder),
            (ref FileSystemEntry e) => (e.FileName.ToString(), e.IsDirectory && !e.Attributes.HasFlag(FileAttributes.ReparsePoint)),
            new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = true });
        foreach ((string name, bool isFolder) in entries)
        {
            if (_seen++ > MostSeen || _found.Count > MostListed)
            {
                return;
            }

            string path = folder + name;
            if (name == ".git")
            {
                continue;
            }

            if (isFolder)
            {
                EnterFolder(path, level);
            }
            else if (!_tracked.Contains(path) && !_ignore.IsIgnored(level, path, isFolder: false))
            {
                _found.Add(path);
            }
        }
    }

    private void EnterFolder(string path, GitIgnore.Level level)
    {
        string full = Path.Combine(_git.WorkTree, path);
        if (_submodules.Contains(path) || string.Equals(full, _leaveOut, StringComparison.Ordinal) || _ignore.IsIgnored(level, path, isFolder: true))
        {
            return;
        }

        if (Path.Exists(Path.Combine(full, ".git")) && GitFolder.At(full) is not null)
        {
            _found.Add(path + "/");
            return;
        }

        Walk(path + "/", level);
    }
}
