using Microsoft.Extensions.Logging;

namespace Lifecycle.Drift;

/// <summary>The references, monitors and history of drift in a workspace: <c>lifecycle.Drift</c>. Safe for any number of threads.</summary>
public sealed partial class DriftMonitors
{
    private readonly IBlobStore _blobs;
    private readonly BlobUpkeep _upkeep;
    private readonly IAuditLog _audit;
    private readonly ILifecycleEvents _events;
    private readonly IActorAccessor _actor;
    private readonly DriftOptions _options;
    private readonly ILogger? _logger;
    private readonly DriftBlobReferences _references;

    /// <summary>Makes the feature over a workspace's parts.</summary>
    /// <param name="database">Where references, windows and alerts are kept.</param>
    /// <param name="blobs">Where profiles and reports are kept.</param>
    /// <param name="upkeep">Is told which blobs are needed.</param>
    /// <param name="audit">Gets an entry for every reference.</param>
    /// <param name="events">Gets <c>lifecycle.drift.found</c>, <c>lifecycle.drift.cleared</c> and <c>lifecycle.performance.fell</c>.</param>
    /// <param name="actor">Who is acting.</param>
    /// <param name="time">The clock.</param>
    /// <param name="options">Defaults of monitors; null means the built-in ones.</param>
    /// <param name="logger">Where failures in the background are written; null means nowhere.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public DriftMonitors(
        LifecycleDatabase database, IBlobStore blobs, BlobUpkeep upkeep, IAuditLog audit, ILifecycleEvents events, IActorAccessor actor, TimeProvider time,
        DriftOptions? options = null, ILogger<DriftMonitors>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(upkeep);
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(time);
        (Database, _blobs, _upkeep, _audit, _events, _actor, Time) = (database, blobs, upkeep, audit, events, actor, time);
        (_options, _logger) = (options ?? new DriftOptions(), logger);
        _references = new DriftBlobReferences(database);
        string[] problems = [.. _options.Problems()];
        if (problems.Length > 0)
        {
            throw new ArgumentException(string.Join(' ', problems), nameof(options));
        }
    }

    internal LifecycleDatabase Database { get; }

    internal TimeProvider Time { get; }

    /// <summary>What marks of holders call the database.</summary>
    internal string Place => field ??= ProcessMark.Place(Database);

    internal async ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        await _upkeep.RegisterAsync(_references, cancellationToken).ConfigureAwait(false);
        await Database.MigrateAsync(DriftMigrations.Set, cancellationToken).ConfigureAwait(false);
    }
}
