using System.Data.Common;

namespace Lifecycle.Serving;

/// <summary>Keeps deployments in the database of the workspace, each change with its audit entry in one transaction.</summary>
internal sealed class StoredDeployments(LifecycleDatabase database, BlobUpkeep? upkeep, IAuditLog audit, TimeProvider time) : DeploymentStore(time)
{
    private readonly ServingBlobReferences _references = new(database);

    public override bool IsDurable => true;

    public override async ValueTask<IReadOnlyDictionary<string, long>> RevisionsAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, long> revisions = new(StringComparer.Ordinal);
        await foreach (DbDataReader row in RowsAsync("SELECT model, revision FROM serving_deployment", null, cancellationToken).ConfigureAwait(false))
        {
            revisions.Add(row.GetString(0), row.GetInt64(1));
        }

        return revisions;
    }

    public override async ValueTask<Deployment> FindAsync(Deployment initial, CancellationToken cancellationToken)
    {
        Deployment found = initial;
        await foreach (DbDataReader row in RowsAsync(
            "SELECT revision, body, buckets, changed_at, actor FROM serving_deployment WHERE model = $model", initial.Model, cancellationToken).ConfigureAwait(false))
        {
            DateTimeOffset at = new(row.GetInt64(3), TimeSpan.Zero);
            found = await row.IsDBNullAsync(1, cancellationToken).ConfigureAwait(false)
                ? initial.Stored(row.GetInt64(0), at, row.GetString(4))
                : DeploymentJson.Read(initial.Model, row.GetString(1), row.GetValue(2) as byte[] ?? []).Stored(row.GetInt64(0), at, row.GetString(4));
        }

        return found;
    }

    public override async ValueTask<(long Revision, DateTimeOffset At)> SaveAsync(
        string model, long? expected, Deployment? after, DeploymentEntry entry, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        DateTimeOffset at = Time.GetUtcNow();
        return await database.WriteAsync(
            async (transaction, token) =>
            {
                long revision = await transaction.ScalarAsync(
                    "SELECT revision FROM serving_deployment WHERE model = $model", [("$model", model)], token).ConfigureAwait(false) as long? ?? 0;
                Require(model, expected, revision);
                string? body = after is null ? null : DeploymentJson.Write(after);
                await transaction.ExecuteAsync(
                    """
                    INSERT INTO serving_deployment (model, revision, body, buckets, changed_at, actor) VALUES ($model, $revision, $body, $buckets, $at, $actor)
                    ON CONFLICT (model) DO UPDATE SET revision = $revision, body = $body, buckets = $buckets, changed_at = $at, actor = $actor
                    """,
                    [
                        ("$model", model), ("$revision", revision + 1), ("$body", body), ("$buckets", after?.Table.ToArray()),
                        ("$at", at.UtcTicks), ("$actor", entry.Actor),
                    ],
                    token).ConfigureAwait(false);
                await audit.AppendAsync(transaction, new AuditRecord(entry.Action, $"model/{model}", entry.Before, body, entry.Reason), token).ConfigureAwait(false);
                return (revision + 1, at);
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the tables, once the object store knows that serving may need what they name.</summary>
    private async ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        if (upkeep is not null)
        {
            await upkeep.RegisterAsync(_references, cancellationToken).ConfigureAwait(false);
        }

        await database.MigrateAsync(ServingSchema.Set, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<DbDataReader> RowsAsync(
        string sql, string? model, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        DbConnection connection = await database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = model is null ? connection.Command(sql) : connection.Command(sql, ("$model", model));
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        yield return reader;
                    }
                }
            }
        }
    }
}
