using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Lifecycle.Tracking;

/// <summary>
/// What the blob sweep must keep for tracking: artifacts of runs, files and manifests of logged models and versions (deleted ones too),
/// and the reports named in evidence.
/// </summary>
internal sealed class TrackedBlobs(LifecycleDatabase database) : IBlobReferenceSource
{
    private const string References = """
        SELECT digest FROM tracking_artifact
        UNION SELECT digest FROM tracking_logged_model WHERE digest IS NOT NULL
        UNION SELECT digest FROM tracking_model_version WHERE digest IS NOT NULL
        UNION SELECT digest FROM tracking_evidence
        """;

    public string Name => "tracking";

    public async IAsyncEnumerable<Digest> ReferencesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await database.MigrateAsync(TrackingMigrations.All, cancellationToken).ConfigureAwait(false);
        DbConnection connection = await database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(References);
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        yield return reader.Digest(0);
                    }
                }
            }
        }
    }
}
