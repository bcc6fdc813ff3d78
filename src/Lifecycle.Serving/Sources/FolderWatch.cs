using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>
/// Waits for the next look: until the time is over, or until the file system tells of a change in one of the folders. What it tells is only a reason to look;
/// a folder that cannot be watched is no error.
/// </summary>
internal sealed class FolderWatch(bool enabled, TimeProvider time) : IDisposable
{
    private const int MaximumFolders = 32;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Watched> _folders = new(StringComparer.Ordinal);
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called before a look: changes after this one end the next wait.</summary>
    public void Reset()
    {
        if (_change.Task.IsCompleted)
        {
            Volatile.Write(ref _change, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }

    /// <summary>Watches exactly these folders from now on.</summary>
    /// <param name="tree">A folder that is watched with all below it; null for none.</param>
    /// <param name="folders">Folders that are watched alone.</param>
    public void Follow(string? tree, IEnumerable<string> folders)
    {
        if (!enabled)
        {
            return;
        }

        HashSet<string> wanted = new(StringComparer.Ordinal);
        if (tree is not null)
        {
            wanted.Add(tree);
        }

        foreach (string folder in folders)
        {
            if (wanted.Count < MaximumFolders && (tree is null || !folder.StartsWith(tree + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            {
                wanted.Add(folder);
            }
        }

        foreach (string folder in _folders.Keys.Where(f => !wanted.Contains(f)).ToArray())
        {
            _folders.Remove(folder, out Watched? old);
            old!.Watcher?.Dispose();
        }

        foreach (string folder in wanted)
        {
            Watch(folder, folder == tree);
        }
    }

    /// <summary>Waits for the time, or for less when something changes.</summary>
    /// <param name="wait">The longest wait.</param>
    /// <param name="wakes">Whether a change ends it.</param>
    /// <param name="cancellationToken">Ends it with an error.</param>
    public async ValueTask WaitAsync(TimeSpan wait, bool wakes, CancellationToken cancellationToken)
    {
        if (wakes && enabled)
        {
            Task change = Volatile.Read(ref _change).Task;
            await change.WaitAsync(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (!change.IsCompleted)
            {
                return;
            }

            // One publish is many events; one look is enough for those that come together.
            wait = Pause < wait ? Pause : wait;
        }

        await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Watched watched in _folders.Values)
        {
            watched.Watcher?.Dispose();
        }

        _folders.Clear();
    }

    private void Watch(string folder, bool deep)
    {
        // A folder that was replaced by another of its name is watched anew.
        ulong number = Number(folder);
        if (_folders.TryGetValue(folder, out Watched? watched))
        {
            bool works = watched.Watcher is not null && !watched.HasFailed && watched.Number == number;
            if (works || (time.GetElapsedTime(watched.TriedAt) < Retry && watched.Number == number))
            {
                return;
            }

            watched.Watcher?.Dispose();
        }

        watched = new Watched { Number = number, TriedAt = time.GetTimestamp() };
        watched.Watcher = TryWatch(folder, deep, watched);
        _folders[folder] = watched;
        if (watched.Watcher is not null)
        {
            // What changed before the watcher was there is found by one more look.
            Wake();
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "Disposed on failure; kept by the caller else.")]
    private FileSystemWatcher? TryWatch(string folder, bool deep, Watched watched)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.CreationTime,
                IncludeSubdirectories = deep,
            };
            watcher.Created += (_, _) => Wake();
            watcher.Changed += (_, _) => Wake();
            watcher.Deleted += (_, _) => Wake();
            watcher.Renamed += (_, _) => Wake();
            watcher.Error += (_, _) =>
            {
                watched.HasFailed = true;
                Wake();
            };
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or PlatformNotSupportedException)
        {
            watcher?.Dispose();
            return null;
        }
    }

    private static ulong Number(string folder)
    {
        try
        {
            return OperatingSystem.IsLinux() ? FileStamp.Of(folder).Inode : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private void Wake() => Volatile.Read(ref _change).TrySetResult();

    private sealed class Watched
    {
        private volatile bool _hasFailed;

        public FileSystemWatcher? Watcher { get; set; }

        public bool HasFailed
        {
            get => _hasFailed;
            set => _hasFailed = value;
        }

        public required ulong Number { get; init; }

        public required long TriedAt { get; init; }
    }
}
