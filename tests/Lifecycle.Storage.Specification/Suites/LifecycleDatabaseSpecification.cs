#pragma warning disable CS1591 // the names of the tests are sentences
using System.Data.Common;
using Xunit;

namespace Lifecycle.Storage.Specification;

/// <summary>What every <see cref="LifecycleDatabase"/> must hold.</summary>
/// <typeparam name="TDatabase">The database under test.</typeparam>
public abstract partial class LifecycleDatabaseSpecification<TDatabase>
    where TDatabase : LifecycleDatabase
{
    private static readonly MigrationSet Tables = new("spec", Step(1, "item", """
        CREATE TABLE spec_item (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE spec_part (id INTEGER PRIMARY KEY, item INTEGER NOT NULL REFERENCES spec_item (id));
        """));

    /// <summary>A database that was empty when the test began.</summary>
    protected abstract TDatabase Database { get; }

    /// <summary>Another database over the same content, as another process would open it; disposed by the backend's test.</summary>
    protected abstract TDatabase OpenAnother();

    [Fact]
    public async Task Write_CommitsWhatItDid_ForEverybody()
    {
        await Database.MigrateAsync(Tables);
        int result = await Database.WriteAsync(async (transaction, token) =>
        {
            await InsertAsync(transaction, 1, "a", token);
            return 42;
        });
        Assert.Equal(42, result);
        Assert.Equal(["a"], await NamesAsync(Database));
        Assert.Equal(["a"], await NamesAsync(OpenAnother()));
    }

    [Theory]
    [InlineData(CommitDurability.Flushed)]
    [InlineData(CommitDurability.Buffered)]
    public async Task Write_IsSeenAfterTheCommit_WhateverItsDurability(CommitDurability durability)
    {
        await Database.MigrateAsync(Tables);
        await Database.WriteAsync((transaction, token) => InsertAsync(transaction, 1, "a", token), durability);
        Assert.Equal(["a"], await NamesAsync(OpenAnother()));
    }

    [Fact]
    public async Task Write_ThatThrows_LeavesNothing_AndTheNextOneWorks()
    {
        await Database.MigrateAsync(Tables);
        InvalidTimeZoneException error = new();
        InvalidTimeZoneException thrown = await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await Database.WriteAsync<int>(async (transaction, token) =>
        {
            await InsertAsync(transaction, 1, "a", token);
            throw error;
        }));
        Assert.Same(error, thrown);
        Assert.Empty(await NamesAsync(Database));
        await Database.WriteAsync((transaction, token) => InsertAsync(transaction, 1, "b", token));
        Assert.Equal(["b"], await NamesAsync(Database));
    }

    [Fact]
    public async Task Write_CancelledWhileItWorks_LeavesNothing()
    {
        await Database.MigrateAsync(Tables);
        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Database.WriteAsync(
            async (transaction, token) =>
            {
                int changed = await InsertAsync(transaction, 1, "a", token);
                await cancel.CancelAsync();
                return changed;
            },
            cancellationToken: cancel.Token));
        Assert.Empty(await NamesAsync(Database));
    }

    [Fact]
    public async Task Write_WithACancelledToken_DoesNotBegin()
    {
        bool begun = false;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Database.WriteAsync(
            (_, _) => new ValueTask<bool>(begun = true), cancellationToken: new CancellationToken(canceled: true)));
        Assert.False(begun);
    }

    [Fact]
    public async Task Write_InsideAWrite_IsRefused()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Database.WriteAsync(async (_, token) =>
            await Database.WriteAsync((_, _) => new ValueTask<int>(1), cancellationToken: token)));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Database.WriteAsync(async (_, token) =>
        {
            await Database.MigrateAsync(Tables, token);
            return 0;
        }));
        Assert.Equal(1, await Database.WriteAsync((_, _) => new ValueTask<int>(1)));
        await Database.MigrateAsync(Tables);
    }

    [Fact]
    public async Task Writes_OfManyAtOnce_DoNotMix()
    {
        await Database.MigrateAsync(Tables);
        await Database.WriteAsync((transaction, token) => InsertAsync(transaction, 1, "0", token));
        TDatabase[] databases = [Database, OpenAnother()];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            for (int n = 0; n < 25; n++)
            {
                await databases[i % 2].WriteAsync(IncrementAsync, CommitDurability.Buffered);
            }
        })));
        Assert.Equal(["100"], await NamesAsync(Database));
    }

    [Fact]
    public async Task Readers_SeeTheStateBeforeAWriteUntilItIsCommitted()
    {
        await Database.MigrateAsync(Tables);
        TDatabase other = OpenAnother();
        await Database.WriteAsync(async (transaction, token) =>
        {
            await InsertAsync(transaction, 1, "a", token);
            Assert.Empty(await NamesAsync(Database));
            Assert.Empty(await NamesAsync(other));
            return 0;
        });
        Assert.Equal(["a"], await NamesAsync(other));
    }

    [Fact]
    public async Task OnCommitted_IsCalledAfterTheCommit_AndOnlyThen()
    {
        await Database.MigrateAsync(Tables);
        List<string> calls = [];
        await Database.WriteAsync(async (transaction, token) =>
        {
            transaction.OnCommitted(() => calls.Add("committed with " + NamesAsync(Database).GetAwaiter().GetResult().Count));
            await InsertAsync(transaction, 1, "a", token);
            calls.Add("worked");
            return 0;
        });
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await Database.WriteAsync<int>((transaction, _) =>
        {
            transaction.OnCommitted(() => calls.Add("wrong"));
            throw new InvalidTimeZoneException();
        }));
        Assert.Equal(["worked", "committed with 1"], calls);
    }

    [Fact]
    public async Task OnCommitted_MayWriteAgain()
    {
        await Database.MigrateAsync(Tables);
        Task<int>? later = null;
        await Database.WriteAsync((transaction, token) =>
        {
            transaction.OnCommitted(() => later = Database.WriteAsync((next, stop) => InsertAsync(next, 2, "b", stop), cancellationToken: CancellationToken.None).AsTask());
            return InsertAsync(transaction, 1, "a", token);
        });
        Assert.Equal(1, await later!);
        Assert.Equal(["a", "b"], await NamesAsync(Database));
    }

    [Fact]
    public async Task ABrokenConstraint_IsTheFeaturesBusiness()
    {
        await Database.MigrateAsync(Tables);
        await Database.WriteAsync((transaction, token) => InsertAsync(transaction, 1, "a", token));
        Exception error = await Assert.ThrowsAnyAsync<DbException>(async () => await Database.WriteAsync((transaction, token) => InsertAsync(transaction, 2, "a", token)));
        Assert.IsNotType<LifecycleStorageException>(error, exactMatch: false);
        await Assert.ThrowsAnyAsync<DbException>(async () => await Database.WriteAsync((transaction, token) =>
            transaction.ExecuteAsync("INSERT INTO spec_part (id, item) VALUES (1, 77)", [], token)));
        Assert.Equal(["a"], await NamesAsync(Database));
    }

    [Fact]
    public async Task ADisposedDatabase_SaysSo()
    {
        TDatabase other = OpenAnother();
        await other.MigrateAsync(Tables);
        await other.DisposeAsync();
        await other.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await other.WriteAsync((_, _) => new ValueTask<int>(1)));
        Assert.Empty(await NamesAsync(Database));
    }

    /// <summary>A migration for the dialect under test.</summary>
    protected static Migration Step(int number, string name, string sql) =>
        new(number, name, new Dictionary<SqlDialect, string> { [SqlDialect.Sqlite] = sql, [SqlDialect.PostgreSql] = sql });

    private static ValueTask<int> InsertAsync(LifecycleTransaction transaction, int id, string name, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync("INSERT INTO spec_item (id, name) VALUES ($id, $name)", [("$id", id), ("$name", name)], cancellationToken);

    private static async ValueTask<int> IncrementAsync(LifecycleTransaction transaction, CancellationToken cancellationToken)
    {
        object? name = await transaction.ScalarAsync("SELECT name FROM spec_item WHERE id = 1", [], cancellationToken);
        int next = int.Parse((string)name!, System.Globalization.CultureInfo.InvariantCulture) + 1;
        await Task.Yield();
        return await transaction.ExecuteAsync(
            "UPDATE spec_item SET name = $name WHERE id = 1", [("$name", next.ToString(System.Globalization.CultureInfo.InvariantCulture))], cancellationToken);
    }

    private static Task<List<string>> NamesAsync(LifecycleDatabase database) => TextsAsync(database, "SELECT name FROM spec_item ORDER BY id");

    private static async Task<List<string>> TextsAsync(LifecycleDatabase database, string sql)
    {
        await using DbConnection connection = await database.DataSource.OpenConnectionAsync();
        await using DbCommand command = connection.Command(sql);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        List<string> texts = [];
        while (await reader.ReadAsync())
        {
            texts.Add(Convert.ToString(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture)!);
        }

        return texts;
    }
}
