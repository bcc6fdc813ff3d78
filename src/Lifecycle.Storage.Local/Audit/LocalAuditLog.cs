using System.Data.Common;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Storage.Local;

/// <summary>
/// The audit log in the tables <c>storage_audit</c> of a workspace, with its checkpoint in <c>journal/audit.head</c>.
/// Who can write the folder can rewrite the log, the database and the checkpoint together: keep heads elsewhere (<see cref="HeadAsync"/>).
/// </summary>
public sealed class LocalAuditLog : IAuditLog, IBlobReferenceSource, IAsyncDisposable, IDisposable
{
    private const int PageSize = 500;

    private readonly LifecycleDatabase _database;
    private readonly IActorAccessor _actor;
    private readonly TimeProvider _time;
    private readonly AuditStates? _states;
    private readonly AuditCheckpointWriter? _checkpoint;

    /// <summary>Makes the log over a <see cref="SqliteDatabase"/> or a decorator of one.</summary>
    /// <param name="database">Holds the entries.</param>
    /// <param name="journal">Folder of the file <c>audit.head</c>; null keeps no such file.</param>
    /// <param name="actor">Who is acting; null means the user and the process.</param>
    /// <param name="blobs">Where states go that are too big for an entry; null: such a state is an error.</param>
    /// <param name="upkeep">Where the log registers as the holder of those blobs.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="logger">Hears of a checkpoint that could not be written.</param>
    public LocalAuditLog(
        LifecycleDatabase database,
        JournalFolder? journal = null,
        IActorAccessor? actor = null,
        IBlobStore? blobs = null,
        BlobUpkeep? upkeep = null,
        LocalStorageOptions? options = null,
        TimeProvider? time = null,
        ILogger<LocalAuditLog>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
        _actor = actor ?? new ProcessActor();
        _time = time ?? TimeProvider.System;
        _states = blobs is null ? null : new AuditStates(this, blobs, upkeep);
        if (journal is not null)
        {
            _checkpoint = new AuditCheckpointWriter(
                database, journal.Path, (options ?? new LocalStorageOptions()).Checked().AuditCheckpointInterval, _time, (ILogger?)logger ?? NullLogger.Instance);
        }
    }

    /// <summary><c>audit</c>.</summary>
    public string Name => "audit";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Action or subject is empty, a state is not JSON, or the texts are too long for an entry.</exception>
    public async ValueTask<AuditEntry> AppendAsync(LifecycleTransaction transaction, AuditRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(record);
        ArgumentException.ThrowIfNullOrWhiteSpace(record.Action, nameof(record));
        ArgumentException.ThrowIfNullOrWhiteSpace(record.Subject, nameof(record));
        AuditHead before = await AuditTable.HeadAsync(transaction.Connection, transaction.Transaction, cancellationToken).ConfigureAwait(false) ?? default;
        long sequence = before.Count + 1;
        DateTimeOffset at = _time.GetUtcNow();
        string actor = _actor.Actor;
        byte[] entry = AuditEntryFormat.Write(sequence, at, actor, record);
        List<Digest> blobs = [];
        if (entry.Length > AuditEntryFormat.MaximumLength && _states is not null)
        {
            record = await _states.MoveAsync(record, blobs, cancellationToken).ConfigureAwait(false);
            entry = AuditEntryFormat.Write(sequence, at, actor, record);
        }

        if (entry.Length > AuditEntryFormat.MaximumLength)
        {
            throw new ArgumentException(
                $"The audit entry '{record.Action}' for '{record.Subject}' has {entry.Length} bytes; at most {AuditEntryFormat.MaximumLength} fit. Shorten the reason or the states.", nameof(record));
        }

        Digest head = AuditChain.Next(before.Head, entry);
        await AuditTable.AppendAsync(transaction, sequence, entry, head, blobs, cancellationToken).ConfigureAwait(false);
        transaction.OnCommitted(Committed);
        return new AuditEntry(sequence, at, actor, record.Action, record.Subject, record.Before, record.After, record.Reason, head);
    }

    /// <inheritdoc/>
    /// <remarks>A state that was too big for its entry reads <c>{"blob":"sha256:...","length":n}</c>; the blob holds it.</remarks>
    public async IAsyncEnumerable<AuditEntry> ReadAsync(long from = 1, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            List<AuditEntry> page = await PageAsync(from, cancellationToken).ConfigureAwait(false);
            foreach (AuditEntry entry in page)
            {
                yield return entry;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            from = page[^1].Sequence + 1;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<AuditHead> HeadAsync(CancellationToken cancellationToken = default)
    {
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await AuditTable.HeadAsync(connection, null, cancellationToken).ConfigureAwait(false) ?? default;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<AuditVerification> VerifyAsync(AuditHead? expected = null, CancellationToken cancellationToken = default)
    {
        using Activity? activity = StorageTelemetry.Source.StartActivity("lifecycle.storage.audit.verify");

        // The file first: it is never ahead of the log, so what is read later holds at least as much.
        byte[]? file = _checkpoint is null ? null : AuditCheckpoint.ReadFile(_checkpoint.File);
        AuditHead? checkpoint = file is null ? null : AuditCheckpoint.Parse(file);
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            AuditVerification found = await new AuditVerifier(checkpoint, expected).RunAsync(connection, cancellationToken).ConfigureAwait(false);
            return file is null || checkpoint is not null
                ? found
                : found with { Problems = [.. found.Problems, new AuditProblem(null, $"The file '{_checkpoint!.File}' holds no head; somebody changed it.")] };
        }
    }

    /// <summary>The blobs that hold states too big for an entry.</summary>
    public async IAsyncEnumerable<Digest> ReferencesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command("SELECT DISTINCT digest FROM storage_audit_blob");
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

    /// <summary>The entries whose state a blob holds, by their sequence.</summary>
    public async IAsyncEnumerable<BlobHolder> HoldersAsync(IReadOnlySet<Digest> digests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digests);
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command("SELECT digest, seq FROM storage_audit_blob ORDER BY seq, digest");
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        if (new Digest(reader.GetFieldValue<byte[]>(0)) is var digest && digests.Contains(digest))
                        {
                            yield return new BlobHolder(digest, "audit entry", reader.GetInt64(1).ToString(System.Globalization.CultureInfo.InvariantCulture));
                        }
                    }
                }
            }
        }
    }

    /// <summary>Writes the checkpoint a last time.</summary>
    public ValueTask DisposeAsync() => _checkpoint?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Writes the checkpoint a last time.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void Committed()
    {
        StorageTelemetry.AuditEntries.Add(1);
        _checkpoint?.Schedule();
    }

    private async ValueTask<List<AuditEntry>> PageAsync(long from, CancellationToken cancellationToken)
    {
        List<AuditEntry> page = [];
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(
                "SELECT seq, entry, head FROM storage_audit WHERE seq >= $from ORDER BY seq LIMIT $count", ("$from", from), ("$count", PageSize));
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        page.Add(AuditEntryFormat.Read(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), AuditTable.HeadOf(reader, 2)));
                    }
                }
            }
        }

        return page;
    }
}
