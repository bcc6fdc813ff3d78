using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Lifecycle.Drift;

/// <summary>Names the blobs that drift needs: the profiles of registered references and the reports of saved windows.</summary>
public sealed class DriftBlobReferences : IBlobReferenceSource
{
    private readonly LifecycleDatabase _database;

    /// <summary>Makes the source.</summary>
    public DriftBlobReferences(LifecycleDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
    }

    /// <inheritdoc/>
    public string Name => "drift";

    /// <inheritdoc/>
    public async IAsyncEnumerable<Digest> ReferencesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _database.MigrateAsync(DriftMigrations.Set, cancellationToken).ConfigureAwait(false);
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command("SELECT digest FROM drift_reference UNION SELECT report FROM drift_window");
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        yield return new Digest(reader.GetFieldValue<byte[]>(0));
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>References by the model version they belong to, windows by monitor and id.</remarks>
    public async IAsyncEnumerable<BlobHolder> HoldersAsync(IReadOnlySet<Digest> digests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _database.MigrateAsync(DriftMigrations.Set, cancellationToken).ConfigureAwait(false);
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command("""
                SELECT digest, 'drift reference', 'of ' || model || '/' || version FROM drift_reference
                UNION SELECT report, 'drift window', monitor || ' ' || id FROM drift_window ORDER BY 1, 2, 3
                """);
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        if (new Digest(reader.GetFieldValue<byte[]>(0)) is var digest && digests.Contains(digest))
                        {
                            yield return new BlobHolder(digest, reader.GetString(1), reader.GetString(2));
                        }
                    }
                }
            }
        }
    }
}
