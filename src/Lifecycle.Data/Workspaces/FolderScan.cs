using System.Runtime.ExceptionServices;
using System.Runtime.Versioning;
using System.Text;

namespace Lifecycle.Data;

/// <summary>One scan of a folder of Linux: two workers take folders from a stack, list them and look at their files.</summary>
[SupportedOSPlatform("linux")]
internal sealed class FolderScan
{
    private const int Workers = 2;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private readonly string _root;
    private readonly SourceLinks? _links;
    private readonly string? _below;
    private readonly CancellationToken _cancellationToken;
    private readonly Stack<Waiting> _open = new();
    private int _working;
    private int _count;
    private (string Path, Exception Error)? _failure;

    private FolderScan(string root, SourceLinks? links, string? below, CancellationToken cancellationToken)
    {
        _root = root;
        _links = links;
        _below = below;
        _cancellationToken = cancellationToken;
    }

    /// <param name="root">The folder.</param>
    /// <param name="links">What is done with a link to a file; null lists links, devices, pipes and sockets by their names and looks no further.</param>
    /// <param name="below">The path of the store's folder in it, which is left out; null when that lies elsewhere.</param>
    /// <param name="cancellationToken">Cancels between folders.</param>
    public static List<ScannedFile> Run(string root, SourceLinks? links, string? below, CancellationToken cancellationToken)
    {
        FolderScan scan = new(root, links, below, cancellationToken);
        scan._open.Push(new Waiting(new SharedFolder(OpenRoot(root), 1), ".", "", IgnoreRules.Empty));
        List<ScannedFile>[] found = new List<ScannedFile>[Workers];
        Task second = Task.Run(() => found[1] = scan.Work(), CancellationToken.None);
        found[0] = scan.Work();
        second.GetAwaiter().GetResult();
        while (scan._open.TryPop(out Waiting left))
        {
            left.Parent.Release();
        }

        if (scan._failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure.Error);
        }

        found[0].AddRange(found[1]);
        return found[0];
    }

    private static LinuxFolder OpenRoot(string root)
    {
        try
        {
            return LinuxFolder.Open(root);
        }
        catch (IOException e)
        {
            throw new SourceRefusedException(root, "it cannot be listed (" + e.Message + ").");
        }
    }

    private List<ScannedFile> Work()
    {
        List<ScannedFile> files = [];
        using FolderListing listing = new();
        while (Take(out Waiting next))
        {
            try
            {
                Enter(next, listing, files);
            }
            catch (Exception e)
            {
                string path = next.Parent.Folder.PathOf(next.Name);
                Fail(path, e is IOException ? new SourceRefusedException(path, "it cannot be listed (" + e.Message + ").") : e);
            }
            finally
            {
                Done();
            }
        }

        return files;
    }

    private void Enter(Waiting next, FolderListing listing, List<ScannedFile> files)
    {
        try
        {
            LinuxFolder? folder = next.Parent.Folder.TryOpenFolder(next.Name, out SourceKind found);
            if (folder is null)
            {
                string path = next.Parent.Folder.PathOf(next.Name);
                throw found == SourceKind.Missing ? new DatasetChangedDuringCommitException(path) : TreeScanner.NoFile(path);
            }

            bool shared = false;
            try
            {
                shared = Folder(folder, next.Prefix, next.Rules, listing, files);
            }
            finally
            {
                if (!shared)
                {
                    folder.Dispose();
                }
            }
        }
        finally
        {
            next.Parent.Release();
        }
    }

    // True when the folder stays open for those that wait in it.
    private bool Folder(LinuxFolder folder, string prefix, IgnoreRules rules, FolderListing listing, List<ScannedFile> files)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        List<string>? folders = null;
        List<string>? links = null;
        int before = files.Count;
        bool ignores = false;
        listing.Read(folder, (ReadOnlySpan<byte> bytes, in NativeStamp found) =>
        {
            string name = Name(folder, bytes);
            if (IsTemporary(name))
            {
                return;
            }

            switch (found.Kind)
            {
                case SourceKind.File:
                    ignores |= name == TreeScanner.IgnoreFile;
                    files.Add(ScannedFile.Below(_root, prefix + name, found.IsExecutable, found.Stamp));
                    break;
                case SourceKind.Folder:
                    if (!TreeScanner.IsOut(name) && (_below is null || !StoreFolder.IsIn(_below, prefix + name)))
                    {
                        (folders ??= []).Add(name);
                    }

                    break;
                case SourceKind.Link:
                    (links ??= []).Add(name);
                    break;
                case SourceKind.Missing:
                    // gone between the listing and the look: it is no part of the folder any more
                    break;
                default:
                    (links ??= []).Add(name);
                    break;
            }
        });
        if (ignores)
        {
            rules = rules.WithFile(prefix.TrimEnd('/'), File.ReadAllBytes(folder.PathOf(TreeScanner.IgnoreFile)), prefix + TreeScanner.IgnoreFile);
        }

        if (!rules.IsEmpty)
        {
            List<ScannedFile> kept = [.. files.Skip(before).Where(f => !rules.IsIgnoredItself(f.Path, isFolder: false))];
            files.RemoveRange(before, files.Count - before);
            files.AddRange(kept);
        }

        foreach (string name in links ?? [])
        {
            if (!rules.IsIgnoredItself(prefix + name, isFolder: false))
            {
                files.Add(Followed(folder, prefix, name));
            }
        }

        if (Interlocked.Add(ref _count, files.Count - before) > DatasetTree.MaximumFiles)
        {
            throw TreeScanner.TooMany(folder.Path);
        }

        folders?.RemoveAll(name => rules.IsIgnoredItself(prefix + name, isFolder: true));
        if (folders is not { Count: > 0 })
        {
            return false;
        }

        SharedFolder parent = new(folder, folders.Count);
        lock (_open)
        {
            foreach (string name in folders)
            {
                _open.Push(new Waiting(parent, name, prefix + name + "/", rules));
            }

            Monitor.PulseAll(_open);
        }

        return true;
    }

    private static bool IsTemporary(string name) => name[0] == '.' && TreeScanner.IsTemporary(name);

    private static string Name(LinuxFolder folder, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new SourceRefusedException(
                folder.PathOf(Encoding.UTF8.GetString(bytes)), $"its name is not UTF-8 (its bytes are {Convert.ToHexStringLower(bytes)}); rename it.");
        }
    }

    private ScannedFile Followed(LinuxFolder folder, string prefix, string name)
    {
        string full = folder.PathOf(name);
        if (_links is not { } follow)
        {
            return new ScannedFile(full, prefix + name, isExecutable: false);
        }

        if (folder.Look(name).Kind != SourceKind.Link)
        {
            throw TreeScanner.NoFile(full);
        }

        (string target, NativeStamp stamp) = LinkedFile.Resolve(full, _root, follow);
        return new ScannedFile(target, prefix + name, stamp.IsExecutable) { Stamp = stamp.Stamp };
    }

    private bool Take(out Waiting next)
    {
        lock (_open)
        {
            while (_failure is null)
            {
                if (_open.TryPop(out next))
                {
                    _working++;
                    return true;
                }

                if (_working == 0)
                {
                    break;
                }

                Monitor.Wait(_open);
            }

            next = default;
            return false;
        }
    }

    private void Done()
    {
        lock (_open)
        {
            _working--;
            Monitor.PulseAll(_open);
        }
    }

    // of two failures the one is told whose folder comes first, so that the message does not depend on luck
    private void Fail(string path, Exception error)
    {
        lock (_open)
        {
            if (_failure is not { } other || string.CompareOrdinal(path, other.Path) < 0)
            {
                _failure = (path, error);
            }
        }
    }

    /// <summary>A folder that is to be listed: the one of that name in the parent.</summary>
    private readonly record struct Waiting(SharedFolder Parent, string Name, string Prefix, IgnoreRules Rules);

    /// <summary>A folder that stays open for those that wait in it, so that no more folders are open than lie on the way to the current ones.</summary>
    private sealed class SharedFolder(LinuxFolder folder, int users)
    {
        private int _users = users;

        public LinuxFolder Folder => folder;

        public void Release()
        {
            if (Interlocked.Decrement(ref _users) == 0)
            {
                folder.Dispose();
            }
        }
    }
}
