using System.Text;
using System.Text.RegularExpressions;

namespace Lifecycle.Tracking;

/// <summary>The state of the source code, and the changed files that may be stored.</summary>
/// <param name="State">Null when there is no work tree.</param>
/// <param name="Files">Content of the changed files that are kept, by path.</param>
internal sealed partial record CodeCapture(CodeState? State, IReadOnlyList<(string Path, byte[] Content)> Files)
{
    private const long MostOfOne = 1024 * 1024;
    private const long MostOfAll = 10 * 1024 * 1024;
    private const long MostHashed = 64 * 1024 * 1024;

    /// <summary>Reads the work tree that holds one of the folders, the first that lies in one.</summary>
    public static CodeCapture Read(IEnumerable<string> folders, bool keepsFiles, string? leaveOut, CancellationToken cancellationToken)
    {
        foreach (string folder in folders)
        {
            if (GitWorkTree.Read(folder, leaveOut, cancellationToken) is { } git)
            {
                return Of(git, keepsFiles, cancellationToken);
            }
        }

        return new CodeCapture(null, []);
    }

    /// <summary>A url without user and password, whether written as a url or as <c>user@host:path</c>.</summary>
    public static string WithoutUser(string url) => SecretRedactor.Redact(User().Replace(url, "${scheme}"));

    private static CodeCapture Of(GitState git, bool keepsFiles, CancellationToken cancellationToken)
    {
        List<ChangedFile> changed = [];
        List<(string Path, byte[] Content)> kept = [];
        long total = 0;
        foreach ((string path, string status) in git.Changes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (ChangedFile file, byte[]? content) = Look(git.Root, path, status, keepsFiles, MostOfAll - total);
            changed.Add(file);
            if (content is not null)
            {
                kept.Add((path, content));
                total += content.Length;
            }
        }

        CodeState state = new()
        {
            Commit = git.Commit,
            Branch = git.Branch is null ? null : SecretRedactor.Redact(git.Branch),
            Repository = git.Remote is null ? null : WithoutUser(git.Remote),
            IsDirty = git.IsDirty,
            Unknown = git.Unknown,
            Changed = changed,
            Untracked = git.Untracked,
            IsUntrackedCut = git.IsCut,
        };
        return new CodeCapture(state, kept);
    }

    private static (ChangedFile File, byte[]? Content) Look(string root, string path, string status, bool keepsFiles, long left)
    {
        FileInfo file = new(Path.Combine(root, path));
        if (!file.Exists || file.LinkTarget is not null)
        {
            return (new ChangedFile(path, status, null, null, "gone"), null);
        }

        if (file.Length > MostOfOne)
        {
            return (new ChangedFile(path, status, file.Length, file.Length > MostHashed ? null : HashOf(file), "size"), null);
        }

        byte[] content = File.ReadAllBytes(file.FullName);
        string? why = IsSecretFile(Path.GetFileName(path)) || HoldsSecret(content) ? "secret"
            : !keepsFiles ? "off"
            : content.Length > left || !ArtifactPath.TryParse(EnvironmentRecord.ChangedFolder + path, out _) ? "size" : null;
        return (new ChangedFile(path, status, content.Length, Digest.Of(content), why), why is null ? content : null);
    }

    private static Digest HashOf(FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        return new Digest(System.Security.Cryptography.SHA256.HashData(stream));
    }

    internal static bool IsSecretFile(string name)
    {
        ReadOnlySpan<string> ends = [".pfx", ".key", ".pem"];
        foreach (string end in ends)
        {
            if (name.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return name.StartsWith(".env", StringComparison.OrdinalIgnoreCase) || name.Equals("secrets.json", StringComparison.OrdinalIgnoreCase);
    }

    // Every shape of a secret is ASCII, so Latin-1 finds it in any encoding but UTF-16.
    private static bool HoldsSecret(byte[] content)
    {
        Encoding encoding = content is [0xFF, 0xFE, ..] ? Encoding.Unicode : content is [0xFE, 0xFF, ..] ? Encoding.BigEndianUnicode : Encoding.Latin1;
        return SecretRedactor.HoldsSecret(encoding.GetString(content));
    }

    [GeneratedRegex(@"^(?<scheme>([A-Za-z][A-Za-z0-9+.\-]{0,32}://)?)[^/?#\s]{0,1024}@", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex User();
}
