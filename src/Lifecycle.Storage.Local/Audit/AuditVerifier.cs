using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Storage.Local;

/// <summary>Walks the chain once and collects what does not fit.</summary>
internal sealed class AuditVerifier(AuditHead? checkpoint, AuditHead? expected)
{
    private readonly List<AuditProblem> _problems = [];
    private Digest _head;
    private long _last;
    private bool _gap;
    private Digest? _atCheckpoint = checkpoint is { Count: 0 } ? default(Digest) : null;
    private Digest? _atExpected = expected is { Count: 0 } ? default(Digest) : null;

    public async ValueTask<AuditVerification> RunAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        // One snapshot for the rows and for the head beside them.
        DbTransaction snapshot = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: true)
            : await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (snapshot.ConfigureAwait(false))
        {
            AuditHead? stored = await AuditTable.HeadAsync(connection, snapshot, cancellationToken).ConfigureAwait(false);
            DbCommand command = connection.Command("SELECT seq, entry, head FROM storage_audit ORDER BY seq");
            command.Transaction = snapshot;
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        Row(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), AuditTable.HeadOf(reader, 2));
                    }
                }
            }

            End(stored);
        }

        Compare(checkpoint, _atCheckpoint, "the file audit.head");
        Compare(expected, _atExpected, "the head that was kept elsewhere");
        return new AuditVerification(new AuditHead(_last, _head), _problems);
    }

    private void Row(long sequence, byte[] entry, Digest head)
    {
        if (sequence <= 0)
        {
            Problem(sequence, $"The entry {Show(sequence)} stands before the first one; it was inserted.");
            return;
        }

        if (sequence != _last + 1)
        {
            Problem(_last + 1, $"{Entries(_last + 1, sequence - 1)} missing; somebody deleted what is not there.");
            _gap = true;
        }

        bool follows = AuditChain.Next(_head, entry) == head;
        long? says = AuditEntryFormat.SequenceOf(entry);
        if (says != sequence && says is not null)
        {
            Problem(sequence, $"The entry {Show(sequence)} says that it is entry {Show(says.Value)}; it was moved, or entries around it were deleted or inserted.");
        }
        else if (says is null || (!follows && !_gap))
        {
            Problem(sequence, $"The entry {Show(sequence)} does not fit its place in the chain; it, or the head of the entry before it, was changed.");
        }

        _head = head;
        _last = sequence;
        _gap = false;
        _atCheckpoint = sequence == checkpoint?.Count ? head : _atCheckpoint;
        _atExpected = sequence == expected?.Count ? head : _atExpected;
    }

    private void End(AuditHead? stored)
    {
        AuditHead end = stored ?? default;
        if (stored is null && _last > 0)
        {
            Problem(null, "The record of the last head is missing in the database; somebody deleted it.");
        }
        else if (end.Count > _last)
        {
            Problem(_last + 1, $"{Entries(_last + 1, end.Count)} missing at the end; the log was cut off.");
        }
        else if (end.Count < _last)
        {
            Problem(end.Count + 1, $"{Entries(end.Count + 1, _last)} behind the end that was recorded; somebody inserted what is there.");
        }
        else if (end.Head != _head)
        {
            Problem(_last, $"The head of entry {Show(_last)} is not the last one that was recorded; the log was rewritten.");
        }
    }

    private void Compare(AuditHead? kept, Digest? found, string where)
    {
        if (kept is not { } head)
        {
            return;
        }

        if (head.Count > _last)
        {
            Problem(_last + 1, $"{Entries(_last + 1, head.Count)} missing at the end according to {where}; the log was cut off.");
        }
        else if (found != head.Head)
        {
            Problem(head.Count, $"The head of entry {Show(head.Count)} is not that of {where}; this entry or an earlier one was rewritten.");
        }
    }

    private void Problem(long? sequence, string text) => _problems.Add(new AuditProblem(sequence, text));

    private static string Entries(long first, long last) => first == last ? $"Entry {Show(first)} is" : $"The entries {Show(first)} to {Show(last)} are";

    private static string Show(long number) => number.ToString(CultureInfo.InvariantCulture);
}
