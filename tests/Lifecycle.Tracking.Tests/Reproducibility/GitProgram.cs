using System.Diagnostics;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

/// <summary>A work tree made by the git program, to hold our reading against what git itself says.</summary>
internal sealed class GitProgram : IDisposable
{
    private readonly TemporaryFolder? _own;

    public GitProgram(string? root = null, string format = "sha1")
    {
        Assert.SkipUnless(IsThere, "git is not installed; these tests hold our reading of a work tree against it.");
        _own = root is null ? new TemporaryFolder() : null;
        Root = root ?? _own!["tree"];
        Directory.CreateDirectory(Root);
        if (!Directory.Exists(this[".git"]))
        {
            Git("init", "-q", "-b", "main", "--object-format=" + format);
            Git("config", "user.name", "Ada");
            Git("config", "user.email", "ada@example.org");
            Git("config", "commit.gpgsign", "false");
        }
    }

    public static bool IsThere { get; } = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(
        f => File.Exists(Path.Combine(f, OperatingSystem.IsWindows() ? "git.exe" : "git")));

    public string Root { get; }

    public string this[string path] => Path.Combine(Root, path);

    public string Git(params string[] arguments)
    {
        (int code, string output, string error) = TryGit(arguments);
        return code == 0 ? output : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {code} {error}");
    }

    public (int Code, string Output, string Error) TryGit(params string[] arguments)
    {
        ProcessStartInfo start = new("git", arguments) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], content);
    }

    public void Commit(string message = "c")
    {
        Git("add", "-A");
        Git("commit", "-q", "--allow-empty", "-m", message);
    }

    /// <summary>What <c>git status</c> says: letters by path, and untracked paths. Conflicts are all <c>UU</c>.</summary>
    public (SortedDictionary<string, string> Changes, List<string> Untracked) Status()
    {
        SortedDictionary<string, string> changes = new(StringComparer.Ordinal);
        List<string> untracked = [];
        foreach (string line in Git("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all").Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            string letters = line[..2];
            if (letters == "??")
            {
                untracked.Add(line[3..]);
            }
            else
            {
                changes[line[3..]] = letters is "DD" or "AU" or "UD" or "UA" or "DU" or "AA" ? "UU" : letters;
            }
        }

        untracked.Sort(StringComparer.Ordinal);
        return (changes, untracked);
    }

    /// <summary>Reads the tree, then asks git, and requires that both say the same.</summary>
    public GitState RequireSame(string what = "")
    {
        GitState ours = GitWorkTree.Read(Root)!;
        (SortedDictionary<string, string> changes, List<string> untracked) = Status();
        Assert.Null(ours.Unknown);
        Assert.Equal(what + Show(changes.Select(c => $"{c.Value} {c.Key}")), what + Show(ours.Changes.Select(c => $"{c.Status} {c.Path}")));
        Assert.Equal(what + Show(untracked), what + Show(ours.Untracked));
        Assert.Equal(changes.Count > 0, ours.IsDirty);
        (int code, string head, _) = TryGit("rev-parse", "--verify", "-q", "HEAD");
        Assert.Equal(code == 0 ? head.Trim() : null, ours.Commit);
        (int named, string branch, _) = TryGit("symbolic-ref", "--short", "-q", "HEAD");
        Assert.Equal(named == 0 ? branch.Trim() : null, ours.Branch);
        return ours;
    }

    public void Dispose() => _own?.Dispose();

    private static string Show(IEnumerable<string> lines) => string.Join('\n', lines);
}
