#pragma warning disable CS1591 // the names of the tests are sentences
using System.Text.Json;
using Xunit;

namespace Lifecycle.Storage.Specification;

/// <summary>What every <see cref="IAuditLog"/> must hold.</summary>
/// <typeparam name="TLog">The log under test.</typeparam>
public abstract class AuditLogSpecification<TLog>
    where TLog : IAuditLog
{
    /// <summary>Who the log under test must say is acting.</summary>
    protected const string Actor = "ada@tests";

    /// <summary>A log that was empty when the test began; its actor is <see cref="Actor"/>.</summary>
    protected abstract TLog Log { get; }

    /// <summary>The database of the log.</summary>
    protected abstract LifecycleDatabase Database { get; }

    /// <summary>Another log over the same content, as another process would open it, with its database.</summary>
    protected abstract (TLog Log, LifecycleDatabase Database) OpenAnother();

    [Fact]
    public async Task AnEmptyLog_IsSound()
    {
        Assert.Equal(new AuditHead(0, default), await Log.HeadAsync());
        Assert.Empty(await Log.ReadAsync().ToListAsync());
        AuditVerification found = await Log.VerifyAsync(new AuditHead(0, default));
        Assert.True(found.IsSound);
        Assert.Equal(new AuditHead(0, default), found.Head);
    }

    [Fact]
    public async Task Append_FillsInSequenceTimeAndActor()
    {
        AuditRecord record = new("model.alias.moved", "model/mortgage", """{"version": 1}""", """{"version":2,"ž":"🐎"}""", "better \"AUC\"\n");
        AuditEntry first = await AppendAsync(Log, Database, record);
        AuditEntry second = await AppendAsync(Log, Database, new AuditRecord("run.ended", "run/1"));
        Assert.Equal((1, 2), (first.Sequence, second.Sequence));
        Assert.Equal((Actor, record.Action, record.Subject, record.Reason), (first.Actor, first.Action, first.Subject, first.Reason));
        Assert.Null(second.Before);
        Assert.Null(second.After);
        Assert.Null(second.Reason);
        Assert.NotEqual(first.Head, second.Head);
        List<AuditEntry> read = await OpenAnother().Log.ReadAsync().ToListAsync();
        Assert.Equal([first, second], read);
        Assert.Equal("🐎", JsonDocument.Parse(read[0].After!).RootElement.GetProperty("ž").GetString());
        Assert.Equal([second], await Log.ReadAsync(from: 2).ToListAsync());
        Assert.Empty(await Log.ReadAsync(from: 3).ToListAsync());
        Assert.Equal(new AuditHead(2, second.Head), await Log.HeadAsync());
    }

    [Fact]
    public async Task Append_GoesWithItsTransaction()
    {
        await AppendAsync(Log, Database, new AuditRecord("a.b", "s/1"));
        AuditHead head = await Log.HeadAsync();
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await Database.WriteAsync<int>(async (transaction, token) =>
        {
            await Log.AppendAsync(transaction, new AuditRecord("a.c", "s/2"), token);
            throw new InvalidTimeZoneException();
        }));
        Assert.Equal(head, await Log.HeadAsync());
        AuditEntry next = await AppendAsync(Log, Database, new AuditRecord("a.d", "s/3"));
        Assert.Equal(2, next.Sequence);
        Assert.True((await Log.VerifyAsync(head)).IsSound);
    }

    [Fact]
    public async Task Append_OfManyAtOnce_HasNoGap()
    {
        (TLog Log, LifecycleDatabase Database)[] logs = [(Log, Database), OpenAnother(), OpenAnother()];
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            for (int n = 0; n < 10; n++)
            {
                await AppendAsync(logs[i % 3].Log, logs[i % 3].Database, new AuditRecord("a.b", $"s/{i}-{n}"));
            }
        })));
        Assert.Equal(Enumerable.Range(1, 60).Select(i => (long)i), (await Log.ReadAsync().ToListAsync()).Select(e => e.Sequence));
        Assert.True((await Log.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Append_TakesManyEntriesInOneTransaction()
    {
        await Database.WriteAsync(async (transaction, token) =>
        {
            for (int i = 1; i <= 1_200; i++)
            {
                Assert.Equal(i, (await Log.AppendAsync(transaction, new AuditRecord("a.b", $"s/{i}"), token)).Sequence);
            }

            return 0;
        });
        Assert.Equal(1_200, (await Log.ReadAsync().ToListAsync()).Count);
        Assert.True((await Log.VerifyAsync(await Log.HeadAsync())).IsSound);
    }

    [Fact]
    public async Task Append_RefusesWhatIsNoRecord()
    {
        foreach (AuditRecord bad in new AuditRecord[] { new("", "s/1"), new("a.b", " "), new("a.b", "s/1", Before: "{"), new("a.b", "s/1", After: "not json"), new("a.b", "s/1", Reason: new string('x', 70_000)) })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => AppendAsync(Log, Database, bad));
        }

        Assert.Equal(new AuditHead(0, default), await Log.HeadAsync());
    }

    [Fact]
    public async Task Verify_ComparesWithAHeadThatWasKept()
    {
        AuditEntry first = await AppendAsync(Log, Database, new AuditRecord("a.b", "s/1"));
        AuditEntry second = await AppendAsync(Log, Database, new AuditRecord("a.b", "s/2"));
        Assert.True((await Log.VerifyAsync(new AuditHead(1, first.Head))).IsSound);
        Assert.True((await Log.VerifyAsync(new AuditHead(2, second.Head))).IsSound);
        Assert.Equal(2, Assert.Single((await Log.VerifyAsync(new AuditHead(2, first.Head))).Problems).Sequence);
        Assert.Equal(3, Assert.Single((await Log.VerifyAsync(new AuditHead(4, second.Head))).Problems).Sequence);
    }

    [Fact]
    public async Task EveryCall_ListensToItsToken()
    {
        await AppendAsync(Log, Database, new AuditRecord("a.b", "s/1"));
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Log.HeadAsync(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Log.VerifyAsync(null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Log.ReadAsync(1, cancelled).ToListAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Database.WriteAsync(
            (transaction, _) => Log.AppendAsync(transaction, new AuditRecord("a.b", "s/2"), cancelled)));
        Assert.Equal(1, (await Log.HeadAsync()).Count);
    }

    /// <summary>Appends one entry in a transaction of its own.</summary>
    protected static Task<AuditEntry> AppendAsync(IAuditLog log, LifecycleDatabase database, AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(database);
        return database.WriteAsync((transaction, token) => log.AppendAsync(transaction, record, token)).AsTask();
    }
}
