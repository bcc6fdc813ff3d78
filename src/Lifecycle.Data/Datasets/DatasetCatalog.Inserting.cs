using System.Text.Json;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    private VersionRow Row(
        string name, NewestVersion newest, CommitDraft draft, string? message, out byte[] record, CommitCause cause, CommitOptions options, Digest? schema)
    {
        DateTimeOffset at = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        VersionRow row = new(
            newest.Name ?? name, newest.LastNumber + 1, LifecycleId.New(_time).ToString("N"), draft.Digest, default, newest.Row?.Id, draft.Files.Count,
            draft.Bytes, draft.Rows, draft.TablesText, at, _actor.Actor, message) { Profile = draft.ProfileDigest };
        record = new VersionRecord(
            row.Id, row.Name, row.Number, row.Digest.ToString(), row.Parent, message, row.Actor, at, cause.Source, schema?.ToString())
        {
            Transform = cause.Transform,
            Code = options.CodeState,
            Profile = draft.ProfileDigest?.ToString(),
            Risk = cause.Attachments.FirstOrDefault(a => a.Role == CommitAttachment.Risk)?.Digest.ToString(),
            Tags = options.Tags.Count > 0 ? options.Tags : null,
        }.ToBytes();
        return row;
    }

    private static void RequireExpected(string name, VersionRow? newest, CommitOptions options)
    {
        if (options.HasExpectation && newest?.Id != options.ExpectedVersion)
        {
            throw new ConcurrencyConflictException(
                "database", "commit", name,
                $"The newest version of '{name}' is {(newest is null ? "none" : $"{newest.Name}@{newest.Number} by {newest.Actor}")}, not the one that was expected. "
                + "Nothing was committed; look at it and decide again.");
        }
    }

    private ValueTask<bool> TryInsertAsync(
        NewestVersion expected, VersionRow row, CommitDraft draft, CommitCause cause, CommitOptions options, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            async (transaction, token) =>
            {
                object? newest = await transaction.ScalarAsync(
                    "SELECT v.id FROM data_version v JOIN data_dataset d ON d.id = v.dataset WHERE d.name = $name AND v.removed_at IS NULL ORDER BY v.number DESC LIMIT 1",
                    [("$name", row.Name)], token).ConfigureAwait(false);
                object? last = await transaction.ScalarAsync(
                    "SELECT max(v.number) FROM data_version v JOIN data_dataset d ON d.id = v.dataset WHERE d.name = $name", [("$name", row.Name)], token).ConfigureAwait(false);
                if ((newest as string) != expected.Row?.Id || (last as long? ?? 0) != expected.LastNumber)
                {
                    return false;
                }

                long at = row.At.ToUnixTimeMilliseconds();
                await transaction.ExecuteAsync(
                    "INSERT INTO data_dataset (name, created, actor) VALUES ($name, $at, $actor) ON CONFLICT (name) DO NOTHING",
                    [("$name", row.Name), ("$at", at), ("$actor", row.Actor)], token).ConfigureAwait(false);
                await transaction.ExecuteAsync(
                    """
                    INSERT INTO data_version (dataset, number, id, digest, record, parent, files, bytes, rows, tables, profile, created, actor, message)
                    VALUES ((SELECT id FROM data_dataset WHERE name = $name), $number, $id, $digest, $record, $parent, $files, $bytes, $rows, $tables, $profile, $at, $actor, $message)
                    """,
                    [
                        ("$name", row.Name), ("$number", row.Number), ("$id", row.Id), ("$digest", row.Digest.ToString()), ("$record", row.Record.ToString()),
                        ("$parent", row.Parent), ("$files", row.Files), ("$bytes", row.Bytes), ("$rows", row.Rows), ("$tables", row.Tables), ("$profile", row.Profile?.ToString()),
                        ("$at", at), ("$actor", row.Actor), ("$message", row.Message),
                    ],
                    token).ConfigureAwait(false);
                LineageEdge[] edges = [.. options.Sources.Select(s => new LineageEdge(new LineageNode(LineageNode.DatasetVersion, row.Id), s.Relation, s.To, row.At, row.Actor))];
                await DatasetTables.InsertEdgesAsync(transaction, edges, token).ConfigureAwait(false);
                foreach (CommitAttachment attachment in cause.Attachments)
                {
                    await transaction.ExecuteAsync(
                        "INSERT INTO data_version_blob (version, role, digest) VALUES ($version, $role, $digest)",
                        [("$version", row.Id), ("$role", attachment.Role), ("$digest", attachment.Digest.ToString())],
                        token).ConfigureAwait(false);
                }

                foreach (string tag in options.Tags)
                {
                    await SetTagAsync(transaction, row.Name, row.Number, tag, row.At, row.Actor, token).ConfigureAwait(false);
                }

                if (draft.Md5.Count > 0)
                {
                    await _database.BulkInsertAsync(
                        transaction,
                        new BulkInsert("data_file_hash", ["sha256", "md5", "length"], "ON CONFLICT (sha256) DO UPDATE SET md5 = excluded.md5"),
                        draft.Md5.Select(h => new object?[] { h.Key.Hex, h.Value.Md5, h.Value.Length }),
                        token).ConfigureAwait(false);
                }

                CommittedState state = new(row.Number, row.Id, row.Digest.ToString(), row.Record.ToString(), row.Files, row.Bytes, row.Rows);
                await _audit.AppendAsync(
                    transaction,
                    new AuditRecord(
                        cause.Action, "dataset/" + row.Name, null, cause.State?.Invoke(row) ?? JsonSerializer.Serialize(state, DataJson.Default.CommittedState), row.Message),
                    token).ConfigureAwait(false);
                CommittedPayload payload = new(row.Name, row.Number, row.Id, row.Digest.ToString(), row.Rows, row.Actor);
                await _events.PublishAsync(
                    transaction, cause.Event, "dataset/" + row.Name, JsonSerializer.Serialize(payload, DataJson.Default.CommittedPayload), edges, token)
                    .ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed,
            cancellationToken);
}

/// <summary>What a dataset has at a moment.</summary>
/// <param name="Row">The newest version that was not removed.</param>
/// <param name="LastNumber">The last number that was given, also to one that was removed; 0 when there was none.</param>
/// <param name="Name">The name as it was first written; null when there is no such dataset.</param>
internal readonly record struct NewestVersion(VersionRow? Row, long LastNumber, string? Name);
