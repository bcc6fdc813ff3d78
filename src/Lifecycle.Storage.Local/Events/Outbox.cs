using System.Data.Common;

namespace Lifecycle.Storage.Local;

/// <summary>The tables of the outbox. Positions grow in the order of the commits, because one transaction writes at a time.</summary>
internal sealed class Outbox(LifecycleDatabase database)
{
    private const int PageSize = 256;

    public static async ValueTask AddAsync(LifecycleTransaction transaction, LifecycleEvent happened, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            "INSERT INTO storage_outbox (id, name, subject, at, actor, edges, payload) VALUES ($id, $name, $subject, $at, $actor, $edges, $payload)",
            [
                ("$id", happened.Id.ToByteArray(bigEndian: true)),
                ("$name", happened.Name),
                ("$subject", happened.Subject),
                ("$at", happened.At.UtcTicks),
                ("$actor", happened.Actor),
                ("$edges", OutboxJson.Write(happened.Edges)),
                ("$payload", happened.Payload),
            ],
            cancellationToken).ConfigureAwait(false);

    /// <summary>The first events behind a position, in order.</summary>
    public async ValueTask<List<(long Position, LifecycleEvent Happened)>> ReadAsync(long after, CancellationToken cancellationToken)
    {
        List<(long, LifecycleEvent)> events = [];
        DbConnection connection = await database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(
                "SELECT position, id, name, subject, at, actor, edges, payload FROM storage_outbox WHERE position > $after ORDER BY position LIMIT $count",
                ("$after", after), ("$count", PageSize));
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        events.Add((reader.GetInt64(0), new LifecycleEvent(
                            new Guid(reader.GetFieldValue<byte[]>(1), bigEndian: true),
                            reader.GetString(2),
                            reader.GetString(3),
                            new DateTimeOffset(reader.GetInt64(4), TimeSpan.Zero),
                            reader.GetString(5),
                            OutboxJson.Read(reader.GetString(6)),
                            reader.GetString(7))));
                    }
                }
            }
        }

        return events;
    }

    /// <summary>Position of the newest committed event; 0 when there is none.</summary>
    public ValueTask<long> NewestAsync(CancellationToken cancellationToken) =>
        NumberAsync("SELECT coalesce(max(position), 0) FROM storage_outbox", null, cancellationToken);

    /// <summary>Where a receiver stopped; 0 when it is new.</summary>
    public ValueTask<long> PositionAsync(string receiver, CancellationToken cancellationToken) =>
        NumberAsync("SELECT coalesce(max(position), 0) FROM storage_outbox_receiver WHERE receiver = $receiver", receiver, cancellationToken);

    /// <summary>Keeps how far a receiver came; a position never goes back.</summary>
    public async ValueTask KeepPositionAsync(string receiver, long position, CancellationToken cancellationToken) => await database.WriteAsync(
        (transaction, token) => transaction.ExecuteAsync(
            "INSERT INTO storage_outbox_receiver (receiver, position) VALUES ($receiver, $position) "
            + "ON CONFLICT (receiver) DO UPDATE SET position = max(position, excluded.position)",
            [("$receiver", receiver), ("$position", position)],
            token),
        CommitDurability.Buffered,
        cancellationToken).ConfigureAwait(false);

    private async ValueTask<long> NumberAsync(string sql, string? receiver, CancellationToken cancellationToken)
    {
        DbConnection connection = await database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = receiver is null ? connection.Command(sql) : connection.Command(sql, ("$receiver", receiver));
            await using (command.ConfigureAwait(false))
            {
                return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long number ? number : 0;
            }
        }
    }
}
