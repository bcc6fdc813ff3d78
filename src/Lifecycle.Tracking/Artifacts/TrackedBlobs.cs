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

    // Kind 1 belongs to a run, kind 2 to a logged model.
    private const string Holders = """
        SELECT a.digest, 'run', r.run_id || '/' || a.path FROM tracking_artifact a JOIN tracking_run r ON a.owner_kind = 1 AND r.id = a.owner
        UNION SELECT a.digest, 'model', m.model_id FROM tracking_artifact a JOIN tracking_logged_model m ON a.owner_kind = 2 AND m.id = a.owner
        UNION SELECT a.digest, 'model version', n.name || '/' || v.version
            FROM tracking_artifact a JOIN tracking_logged_model m ON a.owner_kind = 2 AND m.id = a.owner
            JOIN tracking_model_version v ON v.logged_model = m.model_id JOIN tracking_registered_model n ON n.id = v.model
        UNION SELECT digest, 'model', model_id FROM tracking_logged_model WHERE digest IS NOT NULL
        UNION SELECT v.digest, 'model version', n.name || '/' || v.version FROM tracking_model_version v JOIN tracking_registered_model n ON n.id = v.model WHERE v.digest IS NOT NULL
        UNION SELECT e.digest, 'evidence', e.kind || ' of ' || n.name || '/' || e.version FROM tracking_evidence e JOIN tracking_registered_model n ON n.id = e.model
        ORDER BY 1, 2, 3
        """;

    public string Name => "tracking";

    /// <summary>Runs whose artifact it is, logged models and versions one of whose files it is, and the evidence whose report it is.</summary>
    public async IAsyncEnumerable<BlobHolder> HoldersAsync(IReadOnlySet<Digest> digests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await database.MigrateAsync(TrackingMigrations.All, cancellationToken).ConfigureAwait(false);
        DbConnection connection = await database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(Holders);
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        if (reader.Digest(0) is var digest && digests.Contains(digest))
                        {
                            yield return new BlobHolder(digest, reader.GetString(1), reader.GetString(2));
                        }
                    }
                }
            }
        }
    }

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
