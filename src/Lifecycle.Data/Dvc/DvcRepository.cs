namespace Lifecycle.Data;

/// <summary>
/// A DVC repository, read and written in DVC's own bytes without Python: DVC sees no difference, and both can work in one folder. Needs no store and no container.
/// </summary>
/// <remarks>
/// <para>The format of DVC 3; outputs of DVC 2 can be read, checked, checked out and moved. Commands of a pipeline are never run, <c>dvc.lock</c> is never written.</para>
/// <para>Safe for use from many threads and processes. Writers queue for DVC's own lock; status, checkout and import take none.</para>
/// </remarks>
public sealed partial class DvcRepository
{
    private readonly string _dvcFolder;
    private readonly DvcConfig _config;
    private readonly DvcCache _cache;
    private readonly DvcWorkTree _tree;
    private readonly DvcOptions _options;
    private readonly TimeProvider _time;

    private DvcRepository(string root, DvcConfig config, DvcOptions options, TimeProvider time)
    {
        Root = root;
        _dvcFolder = Path.Combine(root, ".dvc");
        _config = config;
        _options = options;
        _time = time;
        _cache = new DvcCache(config.CacheFolder ?? Path.Combine(_dvcFolder, "cache"), config.IsShared);
        _tree = new DvcWorkTree(root, _cache.Root);
    }

    /// <summary>The folder that holds <c>.dvc</c>, as a full path.</summary>
    public string Root { get; }

    /// <summary>The folder of the cache.</summary>
    public string CacheFolder => _cache.Root;

    /// <summary>The remotes of the settings, by name.</summary>
    public IReadOnlyDictionary<string, DvcRemote> Remotes => _config.Remotes;

    /// <summary>Opens the repository that a path lies in.</summary>
    /// <param name="path">A folder with <c>.dvc</c> in it, or something below one.</param>
    /// <param name="options">Null takes 30 seconds for locks and the settings where DVC keeps them.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="DatasetException">There is no repository.</exception>
    /// <exception cref="DvcFormatException">A file of settings is no such file, or the url of a remote holds control characters.</exception>
    public static ValueTask<DvcRepository> OpenAsync(
        string path, DvcOptions? options = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        cancellationToken.ThrowIfCancellationRequested();
        for (DirectoryInfo? folder = new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))); folder is not null; folder = folder.Parent)
        {
            string dvcFolder = Path.Combine(folder.FullName, ".dvc");
            if (Directory.Exists(dvcFolder))
            {
                options ??= new DvcOptions();
                string[] files = [.. DvcConfig.Files(dvcFolder)];
                IEnumerable<string> read = options.OuterConfig is { } outer ? outer.Concat(files[^2..]) : files;
                return ValueTask.FromResult(new DvcRepository(folder.FullName, DvcConfig.Read(read), options, time ?? TimeProvider.System));
            }
        }

        throw new DatasetException($"'{path}' lies in no DVC repository: neither it nor a folder above has a '.dvc' folder. Open the folder in which 'dvc init' was called.");
    }

    /// <summary>Everything the repository keeps, in the order of the files that tell of it; nothing is read but these files.</summary>
    /// <param name="cancellationToken">Cancels the walk.</param>
    /// <exception cref="DvcFormatException">A file is not what it should be; the message says where.</exception>
    public ValueTask<IReadOnlyList<DvcOutput>> ListAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<DvcOutput>>([.. Outputs(cancellationToken)]);

    /// <summary>For example <c>DVC repository at /home/ada/vision</c>.</summary>
    public override string ToString() => $"DVC repository at {Root}";

    private IEnumerable<DvcOutput> Outputs(CancellationToken cancellationToken) => _tree.Documents(cancellationToken).SelectMany(d => d.Outputs).Select(o => o.Output);

    // Outputs by a path: the output itself, the file that tells of it, or a folder that outputs lie in. Null means all.
    private List<DvcOutput> Select(string? path, CancellationToken cancellationToken)
    {
        List<DvcOutput> all = [.. Outputs(cancellationToken)];
        if (path is null)
        {
            return all;
        }

        string relative = RelativeTo(path);
        List<DvcOutput> selected = [.. all.Where(o => relative.Length == 0 || o.Path == relative || o.File == relative || o.Path.StartsWith(relative + "/", StringComparison.Ordinal))];
        return selected.Count > 0
            ? selected
            : throw new DatasetException($"'{path}' is no output of '{Root}', and no file that tells of one. ListAsync() shows what there is.");
    }

    private string RelativeTo(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, Root));
        string relative = Path.GetRelativePath(Root, full).Replace(Path.DirectorySeparatorChar, '/');
        return relative == "." ? ""
            : relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative)
                ? throw new SourceRefusedException(path, $"it lies outside of the repository '{Root}'.")
                : relative;
    }

    private async ValueTask<DvcLocks> LockAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        if (_config.UsesHardlinkLock)
        {
            throw new DatasetException(
                $"'{Root}' uses core.hardlink_lock, a lock that this process cannot take, so it is only read. Set core.hardlink_lock to false if the file system has locks.");
        }

        return await DvcLocks.TakeAsync(Root, [.. paths.Select(p => Path.Combine(Root, p))], _options.LockTimeout, _time, cancellationToken).ConfigureAwait(false);
    }

    private string Pulling(DvcOutput? output = null)
    {
        string? name = output?.Remote ?? _config.DefaultRemote;
        return name is null ? "There is no default remote to pull them from; name one to PullAsync()."
            : $"Pull them from the remote '{name}' with PullAsync(){(_config.Remotes.TryGetValue(name, out DvcRemote? remote) && remote.Unsupported is { } reason ? " (" + reason + ")" : "")}.";
    }

    // The entries of an output: itself, or the files of its folder; null when the folder's object is not there.
    private IReadOnlyList<DvcEntry>? Entries(DvcOutput output)
    {
        if (!output.IsFolder)
        {
            return [new DvcEntry("", output.Oid!)];
        }

        return _cache.ReadDirectory(output.Oid!, output.HashKind) is { } bytes ? DvcDirectoryObject.Parse(bytes, _cache.PathOf(output.Oid!, output.HashKind)) : null;
    }

    private static string Combined(DvcOutput output, string path) => path.Length == 0 ? output.Path : output.Path + "/" + path;
}
