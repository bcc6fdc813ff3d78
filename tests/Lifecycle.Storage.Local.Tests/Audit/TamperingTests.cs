using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>Somebody with an editor for SQLite files changes the log: the verification names the entry.</summary>
public sealed class TamperingTests : IAsyncLifetime
{
    private const int Entries = 12;
    private readonly Workspaces _workspaces = new();
    private LocalWorkspace _workspace = null!;
    private AuditHead _kept;

    public async ValueTask InitializeAsync()
    {
        _workspace = _workspaces.Open();
        for (int i = 1; i <= Entries; i++)
        {
            await AppendAsync(_workspace, $"s/{i}");
        }

        await _workspace.Audit.DisposeAsync();
        _kept = await _workspace.Audit.HeadAsync();
        Assert.True((await _workspace.Audit.VerifyAsync(_kept)).IsSound);
    }

    public ValueTask DisposeAsync() => _workspaces.DisposeAsync();

    [Fact]
    public async Task AnyChangedEntry_IsNamed()
    {
        for (int i = 1; i <= Entries; i++)
        {
            byte[] entry = Entry(i);
            for (int at = 0; at < entry.Length; at += 7)
            {
                byte[] changed = [.. entry];
                changed[at] ^= 1;
                SetEntry(i, changed);
                Assert.Equal([i], await NamedAsync());
            }

            SetEntry(i, entry);
        }
    }

    [Fact]
    public async Task AnyChangedHead_IsNamed()
    {
        for (int i = 1; i <= Entries; i++)
        {
            byte[] head = Head(i);
            for (int at = 0; at < head.Length; at += 5)
            {
                byte[] changed = [.. head];
                changed[at] ^= 128;
                SetHead(i, changed);
                Assert.Contains(i, await NamedAsync());
            }

            SetHead(i, head[..31]);
            Assert.Contains(i, await NamedAsync());
            SetHead(i, head);
        }
    }

    [Fact]
    public async Task AnyDeletedEntry_IsNamed()
    {
        for (int i = 1; i <= Entries; i++)
        {
            (byte[] entry, byte[] head) = (Entry(i), Head(i));
            Execute("DELETE FROM storage_audit WHERE seq = $n", i);
            Assert.Contains(i, await NamedAsync());
            Insert(i, entry, head);
        }

        Assert.True((await _workspace.Audit.VerifyAsync(_kept)).IsSound);
    }

    [Fact]
    public async Task ADeletedEntryWithTheOthersMovedUp_IsNamed()
    {
        Execute("DELETE FROM storage_audit WHERE seq = $n", 5);
        for (int i = 6; i <= Entries; i++)
        {
            Execute("UPDATE storage_audit SET seq = seq - 1 WHERE seq = $n", i);
        }

        Assert.Contains(5, await NamedAsync());
    }

    [Fact]
    public async Task TwoEntriesInEachOthersPlace_AreBothNamed()
    {
        for (int i = 1; i < Entries; i++)
        {
            (byte[] entry, byte[] head, byte[] nextEntry, byte[] nextHead) = (Entry(i), Head(i), Entry(i + 1), Head(i + 1));
            SetBoth(i, nextEntry, nextHead);
            SetBoth(i + 1, entry, head);
            List<long?> named = await NamedAsync();
            Assert.Contains(i, named);
            Assert.Contains(i + 1, named);
            SetBoth(i, entry, head);
            SetBoth(i + 1, nextEntry, nextHead);
        }
    }

    [Fact]
    public async Task AnInsertedEntry_IsNamed()
    {
        byte[] forged = AuditEntryFormat.Write(Entries + 1, DateTimeOffset.UnixEpoch, "mallory", new AuditRecord("a.b", "forged"));
        Digest head = AuditChain.Next(new Digest(Head(Entries)), forged);
        Insert(Entries + 1, forged, head.ToByteArray());
        Assert.Equal([Entries + 1], await NamedAsync());
        Execute("DELETE FROM storage_audit WHERE seq = $n", Entries + 1);
        foreach (int sequence in new[] { 0, -3 })
        {
            Insert(sequence, forged, head.ToByteArray());
            Assert.Equal([sequence], await NamedAsync());
            Execute("DELETE FROM storage_audit WHERE seq = $n", sequence);
        }
    }

    [Fact]
    public async Task AnEntryInsertedInTheMiddle_WithTheOthersMovedDown_IsNamed()
    {
        for (int i = Entries; i >= 5; i--)
        {
            Execute("UPDATE storage_audit SET seq = seq + 1 WHERE seq = $n", i);
        }

        byte[] forged = AuditEntryFormat.Write(5, DateTimeOffset.UnixEpoch, "mallory", new AuditRecord("a.b", "forged"));
        Insert(5, forged, AuditChain.Next(new Digest(Head(4)), forged).ToByteArray());
        List<long?> named = await NamedAsync();
        Assert.Contains(6, named);
        Assert.Contains(Entries + 1, named);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(Entries)]
    public async Task ALogThatWasCutOff_IsNamed(int removed)
    {
        Execute("DELETE FROM storage_audit WHERE seq > $n", Entries - removed);
        Assert.Contains(Entries - removed + 1, await NamedAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(Entries)]
    public async Task ALogThatWasCutOffTogetherWithItsRecord_IsNamedByTheFile(int removed)
    {
        CutOff(removed);
        AuditProblem problem = Assert.Single((await _workspace.Audit.VerifyAsync()).Problems);
        Assert.Equal(Entries - removed + 1, problem.Sequence);
        Assert.Contains("audit.head", problem.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALogThatWasCutOff_StaysFoundAfterItGrewAgain()
    {
        CutOff(3);
        await using (LocalWorkspace later = LocalWorkspace.Open(_workspaces.Root, _workspaces.Options))
        {
            for (int i = 0; i < 10; i++)
            {
                await AppendAsync(later, "new");
            }
        }

        LocalWorkspace last = _workspaces.Open();
        AuditVerification found = await last.Audit.VerifyAsync();
        Assert.Equal(Entries, Assert.Single(found.Problems).Sequence);
    }

    [Fact]
    public async Task ALogRewrittenFromAnEntryOn_IsNamedByTheFile_AndByAKeptHead()
    {
        Digest head = new(Head(6));
        for (int i = 7; i <= Entries; i++)
        {
            byte[] forged = AuditEntryFormat.Write(i, DateTimeOffset.UnixEpoch, "mallory", new AuditRecord("a.b", "forged"));
            head = AuditChain.Next(head, forged);
            SetBoth(i, forged, head.ToByteArray());
        }

        Execute("UPDATE storage_audit_checkpoint SET head = (SELECT head FROM storage_audit WHERE seq = $n)", Entries);
        Assert.Equal(Entries, Assert.Single((await _workspace.Audit.VerifyAsync()).Problems).Sequence);
        File.WriteAllBytes(CheckpointFile, AuditCheckpoint.Write(new AuditHead(Entries, head)));
        Assert.True((await _workspace.Audit.VerifyAsync()).IsSound, "whoever rewrites everything is found only by a head kept elsewhere");
        Assert.Equal(Entries, Assert.Single((await _workspace.Audit.VerifyAsync(_kept)).Problems).Sequence);
    }

    [Fact]
    public async Task AChangedRecordOfTheHead_IsNoticed()
    {
        Execute("UPDATE storage_audit_checkpoint SET head = zeroblob(32) WHERE id = $n", 1);
        Assert.Contains(Entries, await NamedAsync());
        Execute("DELETE FROM storage_audit_checkpoint WHERE id = $n", 1);
        Assert.False((await _workspace.Audit.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task AChangedFile_IsNoticed()
    {
        byte[] good = await File.ReadAllBytesAsync(CheckpointFile);
        for (int at = 0; at < good.Length; at++)
        {
            byte[] changed = [.. good];
            changed[at] ^= 1;
            await File.WriteAllBytesAsync(CheckpointFile, changed);
            Assert.False((await _workspace.Audit.VerifyAsync()).IsSound);
        }

        await File.WriteAllBytesAsync(CheckpointFile, good);
        Assert.True((await _workspace.Audit.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task AnyRandomMutation_IsFound()
    {
        byte[][] entries = [.. Enumerable.Range(1, Entries).Select(Entry)];
        byte[][] heads = [.. Enumerable.Range(1, Entries).Select(Head)];
        for (int round = 0; round < 300; round++)
        {
            int n = RandomNumberGenerator.GetInt32(Entries) + 1;
            int other = ((n + RandomNumberGenerator.GetInt32(Entries - 1)) % Entries) + 1;
            byte[] changed = [.. entries[n - 1]];
            changed[RandomNumberGenerator.GetInt32(changed.Length)] ^= (byte)(1 + RandomNumberGenerator.GetInt32(255));
            switch (round % 6)
            {
                case 0:
                    SetEntry(n, changed);
                    break;
                case 1:
                    SetEntry(n, entries[other - 1]);
                    break;
                case 2:
                    SetEntry(n, entries[n - 1][..^1]);
                    break;
                case 3:
                    SetBoth(n, entries[other - 1], heads[other - 1]);
                    break;
                case 4:
                    Execute("DELETE FROM storage_audit WHERE seq = $n", n);
                    break;
                default:
                    SetBoth(n, changed, AuditChain.Next(n == 1 ? default : new Digest(heads[n - 2]), changed).ToByteArray());
                    break;
            }

            AuditVerification found = await _workspace.Audit.VerifyAsync(_kept);
            Assert.False(found.IsSound, $"mutation {round % 6} of entry {n} was not found");
            Assert.Contains(found.Problems, p => p.Sequence == n || p.Sequence == n + 1);
            Execute("DELETE FROM storage_audit WHERE seq = $n", n);
            Insert(n, entries[n - 1], heads[n - 1]);
        }

        Assert.True((await _workspace.Audit.VerifyAsync(_kept)).IsSound);
    }

    [Fact]
    public async Task ADamagedEntry_IsNotReadAsOne()
    {
        SetEntry(3, "nonsense"u8.ToArray());
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await _workspace.Audit.ReadAsync().ToListAsync());
        Assert.Contains("audit entry 3", error.Message, StringComparison.Ordinal);
        Assert.Contains(3, await NamedAsync());
    }

    private string CheckpointFile => Path.Combine(_workspace.JournalFolder.Path, "audit.head");

    private static ValueTask<AuditEntry> AppendAsync(LocalWorkspace workspace, string subject) => workspace.Database.WriteAsync(
        (transaction, token) => workspace.Audit.AppendAsync(transaction, new AuditRecord("a.b", subject, null, """{"x":1}"""), token));

    private async Task<List<long?>> NamedAsync() => [.. (await _workspace.Audit.VerifyAsync()).Problems.Select(p => p.Sequence)];

    private void CutOff(int removed)
    {
        Execute("DELETE FROM storage_audit WHERE seq > $n", Entries - removed);
        if (removed == Entries)
        {
            Execute("DELETE FROM storage_audit_checkpoint WHERE id = $n", 1);
        }
        else
        {
            Execute("UPDATE storage_audit_checkpoint SET count = $n, head = (SELECT head FROM storage_audit WHERE seq = $n)", Entries - removed);
        }
    }

    private byte[] Entry(int sequence) => Cell("entry", sequence);

    private byte[] Head(int sequence) => Cell("head", sequence);

    private void SetEntry(int sequence, byte[] entry) => Execute("UPDATE storage_audit SET entry = $entry WHERE seq = $n", sequence, ("$entry", entry));

    private void SetHead(int sequence, byte[] head) => Execute("UPDATE storage_audit SET head = $head WHERE seq = $n", sequence, ("$head", head));

    private void SetBoth(int sequence, byte[] entry, byte[] head) =>
        Execute("UPDATE storage_audit SET entry = $entry, head = $head WHERE seq = $n", sequence, ("$entry", entry), ("$head", head));

    private void Insert(int sequence, byte[] entry, byte[] head) =>
        Execute("INSERT INTO storage_audit (seq, entry, head) VALUES ($n, $entry, $head)", sequence, ("$entry", entry), ("$head", head));

    private byte[] Cell(string column, int sequence)
    {
        using SqliteConnection connection = Connect();
        using System.Data.Common.DbCommand command = connection.Command($"SELECT {column} FROM storage_audit WHERE seq = $n", ("$n", sequence));
        return (byte[])command.ExecuteScalar()!;
    }

    private void Execute(string sql, int number, params (string Name, object? Value)[] parameters)
    {
        using SqliteConnection connection = Connect();
        using System.Data.Common.DbCommand command = connection.Command(sql, [("$n", number), .. parameters]);
        command.ExecuteNonQuery();
    }

    private SqliteConnection Connect()
    {
        SqliteConnection connection = new($"Data Source={_workspace.Database.File}");
        connection.Open();
        return connection;
    }
}
