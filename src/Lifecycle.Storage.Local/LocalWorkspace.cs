using Microsoft.Extensions.Logging;

namespace Lifecycle.Storage.Local;

/// <summary>
/// A folder that holds everything: <c>lifecycle.db</c>, <c>objects/</c> and <c>journal/</c>. Many processes may have it open at once.
/// </summary>
public sealed class LocalWorkspace : IAsyncDisposable, IDisposable
{
    private LocalWorkspace(string root, LocalStorageOptions options, IActorAccessor actor, TimeProvider time, ILoggerFactory? loggers)
    {
        Root = root;
        JournalFolder = new JournalFolder(Path.Combine(root, "journal"));
        Blobs = new LocalBlobStore(Path.Combine(root, "objects"), options, time);
        Directory.CreateDirectory(JournalFolder.Path);
        if (loggers is not null && options.RemoteFormat(root) is { } format)
        {
            StorageLog.RemoteFolder(loggers.CreateLogger<LocalWorkspace>(), root, format);
        }

        Objects = new LocalBlobUpkeep(Blobs, options, time);
        Database = new SqliteDatabase(Path.Combine(root, "lifecycle.db"), options, time);
        Audit = new LocalAuditLog(Database, JournalFolder, actor, Blobs, Objects, options, time, loggers?.CreateLogger<LocalAuditLog>());
        Events = new LocalEvents(Database, actor, options, time, loggers?.CreateLogger<LocalEvents>());
        Objects.Know(Audit);
        Objects.Record = async (record, token) => await Database.WriteAsync(
            (transaction, inner) => Audit.AppendAsync(transaction, record, inner), cancellationToken: token).ConfigureAwait(false);

        // Whoever disposes the database first, receivers and checkpoint are done while it can still be read.
        Database.Closing = async () =>
        {
            await Events.DisposeAsync().ConfigureAwait(false);
            await Audit.DisposeAsync().ConfigureAwait(false);
        };
    }

    /// <summary>The folder, as a full path.</summary>
    public string Root { get; }

    /// <summary>Where features keep journals.</summary>
    public JournalFolder JournalFolder { get; }

    /// <summary>The relational store.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>The object store.</summary>
    public LocalBlobStore Blobs { get; }

    /// <summary>Housekeeping of the object store.</summary>
    public LocalBlobUpkeep Objects { get; }

    /// <summary>The audit log.</summary>
    public LocalAuditLog Audit { get; }

    /// <summary>The events.</summary>
    public LocalEvents Events { get; }

    /// <summary>Opens a folder, which is made when it is not there. The database file is opened by the first call that needs it.</summary>
    /// <param name="root">For example <c>./lifecycle</c>.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="actor">Who is acting; null means the user and the process.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="loggers">Null: nothing is logged.</param>
    /// <remarks>
    /// On a network file system (NFS, SMB, 9P, sshfs and others) one process may use it; a warning says that locks and flushes are then the promise of its server.
    /// </remarks>
    /// <exception cref="LifecycleStorageException">The folder cannot be used, or a newer build wrote it.</exception>
    public static LocalWorkspace Open(
        string root, LocalStorageOptions? options = null, IActorAccessor? actor = null, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        string full = Path.GetFullPath(root);
        try
        {
            return new LocalWorkspace(full, (options ?? new LocalStorageOptions()).Checked(), actor ?? new ProcessActor(), time ?? TimeProvider.System, loggers);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "open", full, full);
        }
    }

    /// <summary>Stops receivers, writes the audit checkpoint and closes the database.</summary>
    public ValueTask DisposeAsync() => Database.DisposeAsync();

    /// <summary>Stops receivers, writes the audit checkpoint and closes the database.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
