using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Storage.Local;

/// <summary>
/// Replaces <c>audit.head</c> at most once an interval and at the end. It writes only what is committed and flushed to the disk,
/// so that the file is never ahead of the log; and it never replaces a file that contradicts the log, because that file is the evidence.
/// </summary>
internal sealed class AuditCheckpointWriter : IAsyncDisposable
{
    private const string LockName = "audit.lock";

    private readonly LifecycleDatabase _database;
    private readonly string _folder;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _scheduling = new();
    private readonly ITimer _timer;
    private long? _written;
    private bool _scheduled;
    private bool _dirty;
    private bool _closed;

    public AuditCheckpointWriter(LifecycleDatabase database, string folder, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        _database = database;
        _folder = folder;
        _interval = interval;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(_ => _ = Task.Run(WriteLaterAsync), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string File => Path.Combine(_folder, AuditCheckpoint.FileName);

    /// <summary>Says that an entry was committed.</summary>
    public void Schedule()
    {
        lock (_scheduling)
        {
            _dirty = true;
            if (_scheduled || _closed)
            {
                return;
            }

            _scheduled = true;
            TimeSpan passed = _written is { } last ? _time.GetElapsedTime(last) : _interval;
            _timer.Change(passed >= _interval ? TimeSpan.Zero : _interval - passed, Timeout.InfiniteTimeSpan);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_scheduling)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        await WriteLaterAsync().ConfigureAwait(false);
    }

    /// <summary>Writes the file; a failure is logged, for the log in the database is whole without it.</summary>
    private async Task WriteLaterAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            lock (_scheduling)
            {
                _scheduled = false;
                if (!_dirty)
                {
                    return;
                }

                _dirty = false;
            }

            await WriteAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (DiskFailure.Is(error) || error is LifecycleStorageException or DbException or ObjectDisposedException)
        {
            StorageLog.CheckpointFailed(_logger, File, error);
        }
        finally
        {
            _written = _time.GetTimestamp();
            _gate.Release();
        }
    }

    private async Task WriteAsync()
    {
        using FileLock only = await FileLock.TakeAsync(Path.Combine(_folder, LockName), TimeSpan.FromSeconds(20), _time, CancellationToken.None).ConfigureAwait(false);
        DbConnection connection = await _database.DataSource.OpenConnectionAsync().ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            if (await AuditTable.HeadAsync(connection, null, CancellationToken.None).ConfigureAwait(false) is not { } head)
            {
                return;
            }

            if (AuditCheckpoint.ReadFile(File) is { } old && !await FollowsAsync(connection, old, head).ConfigureAwait(false))
            {
                StorageLog.CheckpointContradicted(_logger, File);
                return;
            }

            FlushLog(connection.DataSource + "-wal");
            await AtomicFile.WriteAsync(File, AuditCheckpoint.Write(head)).ConfigureAwait(false);
        }
    }

    private static async ValueTask<bool> FollowsAsync(DbConnection connection, byte[] old, AuditHead head) =>
        AuditCheckpoint.Parse(old) is { } before
        && before.Count <= head.Count
        && (before.Count == 0 || await AuditTable.HeadAtAsync(connection, before.Count, CancellationToken.None).ConfigureAwait(false) == before.Head);

    /// <summary>An entry may have been committed in a transaction that was not flushed; after this it is.</summary>
    private static void FlushLog(string file)
    {
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle handle =
                System.IO.File.OpenHandle(file, FileMode.Open, OperatingSystem.IsWindows() ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(handle);
        }
        catch (FileNotFoundException)
        {
            // Everything was moved into the database file, which is flushed when that happens.
        }
    }
}
