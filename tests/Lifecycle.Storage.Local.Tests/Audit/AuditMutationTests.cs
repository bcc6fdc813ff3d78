using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>
/// 10,000 random changes of a log by somebody who can write the database: bytes edited, entries deleted, swapped, inserted, the end cut off; as they are, or with
/// numbers, chain and the row of the last head made to fit again. The file <c>audit.head</c> or a head that was kept elsewhere gives them away.
/// </summary>
public sealed class AuditMutationTests : IAsyncLifetime
{
    private const int Mutations = 10_000;
    private const int Entries = 9;
    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private readonly Random _random = new(41);
    private List<(byte[] Entry, byte[] Head)> _good = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _connection.OpenAsync(Token);
        Execute("CREATE TABLE storage_audit (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, head BLOB NOT NULL) STRICT");
        Execute("CREATE TABLE storage_audit_checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL, head BLOB NOT NULL) STRICT");
        _good = Chained([.. Enumerable.Range(1, Entries).Select(i => Written(i, $"s/{i}"))]);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task Audit_EditDeleteSwapInsertTruncate_AllFound()
    {
        AuditHead kept = new(Entries, new Digest(_good[^1].Head));
        Store(_good, kept);
        Assert.True((await VerifyAsync(kept, kept)).IsSound);
        for (int i = 0; i < Mutations; i++)
        {
            List<(byte[] Entry, byte[] Head)> bad = Changed(i % 5, i / 5 % 3);
            AuditHead end = i % 2 == 0 ? kept : new AuditHead(bad.Count, bad.Count == 0 ? default : new Digest(bad[^1].Head));
            Store(bad, end);
            AuditVerification found = i % 3 == 0 ? await VerifyAsync(kept, null) : i % 3 == 1 ? await VerifyAsync(null, kept) : await VerifyAsync(kept, kept);
            Assert.False(found.IsSound, $"mutation {i}, kind {i % 5}, way {i / 5 % 3} was not found");
        }
    }

    /// <summary>A changed log. Ways: 0 rows as they are; 1 numbers inside the entries made to fit; 2 the chain made to fit, too.</summary>
    private List<(byte[] Entry, byte[] Head)> Changed(int kind, int way)
    {
        List<(byte[] Entry, byte[] Head)> log = [.. _good];
        int at = _random.Next(Entries);
        switch (kind)
        {
            case 0:
                byte[] edited = [.. log[at].Entry];
                edited[_random.Next(edited.Length)] ^= (byte)(1 + _random.Next(255));
                log[at] = (edited, log[at].Head);
                break;
            case 1:
                log.RemoveAt(at);
                break;
            case 2:
                int other = (at + 1 + _random.Next(Entries - 1)) % Entries;
                (log[at], log[other]) = (log[other], log[at]);
                break;
            case 3:
                log.Insert(at, (Written(at + 1, "forged"), log[at].Head));
                break;
            default:
                log.RemoveRange(at, Entries - at);
                break;
        }

        if (way > 0 && kind != 0)
        {
            log = [.. log.Select((e, i) => (Renumbered(e.Entry, i + 1), e.Head))];
        }

        return way == 2 ? Chained([.. log.Select(e => e.Entry)]) : log;
    }

    private static List<(byte[] Entry, byte[] Head)> Chained(IReadOnlyList<byte[]> entries)
    {
        Digest head = default;
        return [.. entries.Select(e => (e, (head = AuditChain.Next(head, e)).ToByteArray()))];
    }

    private static byte[] Written(long sequence, string subject) =>
        AuditEntryFormat.Write(sequence, DateTimeOffset.UnixEpoch, "ada", new AuditRecord("a.b", subject, null, """{"x":1}"""));

    private static byte[] Renumbered(byte[] entry, long sequence)
    {
        string text = System.Text.Encoding.UTF8.GetString(entry);
        return System.Text.Encoding.UTF8.GetBytes($"{{\"seq\":{sequence.ToString(System.Globalization.CultureInfo.InvariantCulture)}{text[text.IndexOf(',', StringComparison.Ordinal)..]}");
    }

    private ValueTask<AuditVerification> VerifyAsync(AuditHead? file, AuditHead? elsewhere) => new AuditVerifier(file, elsewhere).RunAsync(_connection, Token);

    private void Store(List<(byte[] Entry, byte[] Head)> log, AuditHead end)
    {
        Execute("DELETE FROM storage_audit");
        for (int i = 0; i < log.Count; i++)
        {
            Execute("INSERT INTO storage_audit VALUES($n, $entry, $head)", ("$n", (long)i + 1), ("$entry", log[i].Entry), ("$head", log[i].Head));
        }

        Execute("INSERT OR REPLACE INTO storage_audit_checkpoint VALUES(1, $count, $head)", ("$count", end.Count), ("$head", end.Head.ToByteArray()));
    }

    private void Execute(string sql, params (string Name, object? Value)[] parameters)
    {
        using DbCommand command = _connection.Command(sql, parameters);
        command.ExecuteNonQuery();
    }
}
