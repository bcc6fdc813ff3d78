namespace Lifecycle.Tracking;

/// <summary>The ports that tracking stands on, and the promise that its tables are there.</summary>
internal sealed class TrackingStore
{
    private readonly BlobUpkeep _objects;
    private readonly TrackedBlobs _tracked;
    private volatile bool _ready;

    public TrackingStore(
        LifecycleDatabase database, IBlobStore blobs, BlobUpkeep objects, IAuditLog audit, ILifecycleEvents events, IActorAccessor? actor, TimeProvider? time)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(events);
        Database = database;
        Blobs = blobs;
        Audit = audit;
        Events = events;
        Actor = actor ?? new ProcessActor();
        Time = time ?? TimeProvider.System;
        _objects = objects;
        _tracked = new TrackedBlobs(database);
    }

    public LifecycleDatabase Database { get; }

    public IBlobStore Blobs { get; }

    public IAuditLog Audit { get; }

    public ILifecycleEvents Events { get; }

    public IActorAccessor Actor { get; }

    public TimeProvider Time { get; }

    /// <summary>Unix milliseconds.</summary>
    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Registers tracking as a holder of digests, then makes or updates its tables.</summary>
    public async ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_ready)
        {
            return;
        }

        await _objects.RegisterAsync(_tracked, cancellationToken).ConfigureAwait(false);
        await Database.MigrateAsync(TrackingMigrations.All, cancellationToken).ConfigureAwait(false);
        _ready = true;
    }
}
