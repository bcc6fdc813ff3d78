using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Tracking;

/// <summary>What a work tree holds, read without the git program.</summary>
/// <param name="Root">Its topmost folder.</param>
/// <param name="Commit">HEAD as hex; null before the first commit or when it cannot be read.</param>
/// <param name="Branch">Null when HEAD is detached.</param>
/// <param name="Remote">Url of the branch's remote, else of <c>origin</c>, else of the only one; not yet cleaned of user names.</param>
/// <param name="IsDirty">Whether a tracked file differs from HEAD; null when that cannot be told.</param>
/// <param name="Unknown">Why it cannot be told, or what else could not be read.</param>
/// <param name="Changes">Tracked paths that differ from HEAD, with the two letters of <c>git status --porcelain --no-renames</c>, in ordinal order.</param>
/// <param name="Untracked">Paths that are neither tracked nor ignored, in ordinal order.</param>
/// <param name="IsCut">Whether there are more untracked paths than are listed.</param>
internal sealed record GitState(
    string Root, string? Commit, string? Branch, string? Remote, bool? IsDirty, string? Unknown, IReadOnlyList<(string Path, string Status)> Changes,
    IReadOnlyList<string> Untracked, bool IsCut);

/// <summary>Reads a work tree: HEAD, branches, index, configuration, ignore and attribute files.</summary>
internal sealed class GitWorkTree
{
    private const int MostNested = 4;
    private readonly GitFolder _git;
    private readonly GitText _text;
    private readonly int _depth;

    private GitWorkTree(GitFolder git, int depth)
    {
        _git = git;
        _text = new GitText(git);
        _depth = depth;
    }

    /// <summary>The state of the work tree that holds a folder; null when none does.</summary>
    /// <param name="folder">Where to begin; the folders above are looked at too.</param>
    /// <param name="leaveOut">A folder whose files are not listed as untracked: the store of the runs itself.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static GitState? Read(string folder, string? leaveOut = null, CancellationToken cancellationToken = default) =>
        GitFolder.Above(folder) is { } git ? new GitWorkTree(git, 0).Read(leaveOut, cancellationToken) : null;

    private GitState Read(string? leaveOut, CancellationToken cancellationToken)
    {
        string? branch = null;
        string? commit = null;
        try
        {
            (branch, commit) = _git.Head();
            (GitIndex index, DateTime written) = ReadIndex();
            using GitObjects objects = new(_git.Shared, _git.HashSize);
            List<string> unknown = [];
            List<(string Path, string Status)> changes = Changes(index, written, objects, commit, unknown, cancellationToken);
            (List<string> untracked, bool isCut) = GitUntracked.Find(_git, index, leaveOut, cancellationToken);
            return new GitState(
                _git.WorkTree, commit, branch, Remote(branch), changes.Count > 0 ? true : unknown.Count > 0 ? null : false,
                unknown.Count == 0 ? null : string.Join(' ', unknown.Take(3)), changes, untracked, isCut);
        }
        catch (InvalidDataException e)
        {
            return new GitState(_git.WorkTree, commit, branch, Remote(branch), null, e.Message, [], [], IsCut: false);
        }
    }

    private (GitIndex Index, DateTime Written) ReadIndex()
    {
        string file = Path.Combine(_git.Own, "index");
        return File.Exists(file) ? (GitIndex.Parse(File.ReadAllBytes(file), _git.HashSize), File.GetLastWriteTimeUtc(file)) : (GitIndex.Empty, default);
    }

    private List<(string Path, string Status)> Changes(
        GitIndex index, DateTime written, GitObjects objects, string? head, List<string> unknown, CancellationToken cancellationToken)
    {
        Dictionary<string, char> staged = [];
        try
        {
            staged = GitStaged.Find(_git, index, objects, head);
        }
        catch (InvalidDataException e)
        {
            unknown.Add(e.Message);
        }

        SortedDictionary<string, string> changes = new(StringComparer.Ordinal);
        foreach ((string path, char letter) in staged)
        {
            changes[path] = letter == 'U' ? "UU" : letter + " ";
        }

        long racy = (written - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;
        foreach (GitEntry entry in index.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Flags.HasFlag(GitEntryFlags.Unmerged) || entry.Flags.HasFlag(GitEntryFlags.TakenAsUnchanged))
            {
                continue;
            }

            char letter = Compare(entry, racy, objects, unknown);
            if (entry.Flags.HasFlag(GitEntryFlags.OnlyAnnounced))
            {
                changes[entry.Path] = letter == 'D' ? " D" : " A";
            }
            else if (letter != ' ')
            {
                changes[entry.Path] = $"{(staged.TryGetValue(entry.Path, out char before) ? before : ' ')}{letter}";
            }
        }

        return [.. changes.Select(c => (c.Key, c.Value))];
    }

    private char Compare(GitEntry entry, long racy, GitObjects objects, List<string> unknown)
    {
        string file = Path.Combine(_git.WorkTree, entry.Path);
        if (entry.Mode >> 12 == 14)
        {
            return CompareSubmodule(entry, file);
        }

        if (entry.Path.Contains('\ufffd', StringComparison.Ordinal))
        {
            unknown.Add("The name of a tracked file is not UTF-8.");
            return ' ';
        }

        bool isLink = entry.Mode >> 12 == 10;
        if (!isLink && IsAsItWas(entry, file, racy))
        {
            return ' ';
        }

        try
        {
            return CompareContent(entry, file, isLink, objects, unknown);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return 'D';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unknown.Add($"'{entry.Path}' cannot be read.");
            return ' ';
        }
    }

    /// <summary>Size and times alone: they say "unchanged" or nothing. A file written in the same second as the index may have changed unseen.</summary>
    private static bool IsAsItWas(GitEntry entry, string file, long racy)
    {
        FileStamp now;
        try
        {
            now = FileStamp.Of(file);
        }
        catch (IOException)
        {
            return false;
        }

        return entry.Size == (uint)now.Length && entry.Modified.Seconds < racy && IsSame(entry.Modified, now.Modified) && IsSame(entry.Changed, now.Changed);
    }

    private static bool IsSame((uint Seconds, uint Nanoseconds) known, long nanoseconds) =>
        known.Seconds == (uint)(nanoseconds / 1_000_000_000) && (known.Nanoseconds == 0 || known.Nanoseconds == (uint)(nanoseconds % 1_000_000_000));

    private char CompareContent(GitEntry entry, string file, bool isLink, GitObjects objects, List<string> unknown)
    {
        FileInfo info = new(file);
        FileAttributes attributes = info.Attributes;
        if ((int)attributes == -1)
        {
            return 'D';
        }

        bool isLinkNow = info.LinkTarget is not null;
        if (!isLinkNow && attributes.HasFlag(FileAttributes.Directory))
        {
            return 'D';
        }

        if (isLinkNow != isLink)
        {
            return isLink && !_git.Config.IsTrue("core.symlinks", otherwise: true) ? ' ' : 'T';
        }

        if (isLink)
        {
            return Id(Encoding.UTF8.GetBytes(info.LinkTarget!)).AsSpan().SequenceEqual(entry.Id.Span) ? ' ' : 'M';
        }

        if (entry.Size != 0 && entry.Size != (uint)info.Length)
        {
            return 'M';
        }

        if (!OperatingSystem.IsWindows() && _git.Config.IsTrue("core.filemode", otherwise: true)
            && info.UnixFileMode.HasFlag(UnixFileMode.UserExecute) != ((entry.Mode & 0x40) != 0))
        {
            return 'M';
        }

        byte[] content = File.ReadAllBytes(file);
        if (_text.Clean(entry.Path, content, () => objects.Read(entry.Id.Span)) is not { } clean)
        {
            if (!Id(content).AsSpan().SequenceEqual(entry.Id.Span))
            {
                unknown.Add($"'{entry.Path}' goes through a filter that is not run here.");
            }

            return ' ';
        }

        return Id(clean.Span).AsSpan().SequenceEqual(entry.Id.Span) ? ' ' : 'M';
    }

    private char CompareSubmodule(GitEntry entry, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return 'D';
        }

        if (_depth >= MostNested || GitFolder.At(folder) is not { } git)
        {
            return ' ';
        }

        GitState inner = new GitWorkTree(git, _depth + 1).Read(null, CancellationToken.None);
        bool isSame = inner.Commit is not null && Convert.FromHexString(inner.Commit).AsSpan().SequenceEqual(entry.Id.Span);
        return isSame && inner.IsDirty != true && inner.Untracked.Count == 0 ? ' ' : 'M';
    }

    // SHA-1 is git's own name for the content, not a protection.
    private byte[] Id(ReadOnlySpan<byte> content)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(_git.HashSize == 32 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0")));
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    private string? Remote(string? branch)
    {
        List<string> names = [.. _git.Config.Subsections("remote")];
        string? name = branch is not null && _git.Config.Get($"branch.{branch}.remote") is { } own && names.Contains(own) ? own
            : names.Contains("origin") ? "origin"
            : names.Count == 1 ? names[0] : null;
        return name is null ? null : _git.Config.Get($"remote.{name}.url");
    }
}
