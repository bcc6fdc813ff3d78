using Microsoft.Extensions.Logging;

namespace Lifecycle.Serving;

/// <summary>Where the inference log is kept.</summary>
/// <param name="Database">Holds segments and feedback.</param>
/// <param name="Blobs">Holds sealed segments.</param>
/// <param name="Upkeep">Is told which blobs are needed.</param>
/// <param name="Folder">Holds spools.</param>
/// <param name="Actor">Who tells outcomes.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where failures in the background are written.</param>
internal sealed record LogStorage(
    LifecycleDatabase Database, IBlobStore Blobs, BlobUpkeep Upkeep, string Folder, IActorAccessor Actor, TimeProvider Time, ILogger Logger)
{
    private readonly ServingBlobReferences _references = new(Database);

    /// <summary>Makes the tables, once the object store knows who needs what they name.</summary>
    public async ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        await Upkeep.RegisterAsync(_references, cancellationToken).ConfigureAwait(false);
        await Database.MigrateAsync(ServingSchema.Set, cancellationToken).ConfigureAwait(false);
    }
}
