using System.Data.Common;

namespace Lifecycle.Storage.Local;

/// <summary>The tables of the audit log.</summary>
internal static class AuditTable
{
    /// <summary>Count and head as the last append left them; null when nothing was ever appended.</summary>
    public static async ValueTask<AuditHead?> HeadAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        DbCommand command = connection.Command("SELECT count, head FROM storage_audit_checkpoint WHERE id = 1");
        command.Transaction = transaction;
        await using (command.ConfigureAwait(false))
        {
            DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? new AuditHead(reader.GetInt64(0), HeadOf(reader, 1)) : null;
            }
        }
    }

    /// <summary>The head stored beside an entry; null when there is no such entry.</summary>
    public static async ValueTask<Digest?> HeadAtAsync(DbConnection connection, long sequence, CancellationToken cancellationToken)
    {
        DbCommand command = connection.Command("SELECT head FROM storage_audit WHERE seq = $seq", ("$seq", sequence));
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is byte[] { Length: Digest.Size } head ? new Digest(head) : null;
        }
    }

    /// <summary>A head of another length was not written by us: it is read as one that fits nothing.</summary>
    public static Digest HeadOf(DbDataReader reader, int column) =>
        reader.GetFieldValue<byte[]>(column) is { Length: Digest.Size } head ? new Digest(head) : Digest.Of("not a head"u8);

    public static async ValueTask AppendAsync(
        LifecycleTransaction transaction, long sequence, byte[] entry, Digest head, IEnumerable<Digest> blobs, CancellationToken cancellationToken)
    {
        byte[] headBytes = head.ToByteArray();
        await transaction.ExecuteAsync(
            "INSERT INTO storage_audit (seq, entry, head) VALUES ($seq, $entry, $head)",
            [("$seq", sequence), ("$entry", entry), ("$head", headBytes)], cancellationToken).ConfigureAwait(false);
        await transaction.ExecuteAsync(
            "INSERT INTO storage_audit_checkpoint (id, count, head) VALUES (1, $count, $head) ON CONFLICT (id) DO UPDATE SET count = $count, head = $head",
            [("$count", sequence), ("$head", headBytes)], cancellationToken).ConfigureAwait(false);
        foreach (Digest blob in blobs)
        {
            await transaction.ExecuteAsync(
                "INSERT INTO storage_audit_blob (digest, seq) VALUES ($digest, $seq) ON CONFLICT DO NOTHING",
                [("$digest", blob.ToByteArray()), ("$seq", sequence)], cancellationToken).ConfigureAwait(false);
        }
    }
}
