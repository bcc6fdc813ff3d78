using System.Data.Common;
using Lifecycle.Storage.Specification;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Storage.Local.Tests;

public sealed class SqliteFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string DatabaseFile => _folder["lifecycle.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AFileThatIsNoDatabase_IsSaid_AndLeftAlone()
    {
        await File.WriteAllTextAsync(DatabaseFile, new string('x', 5000));
        await using SqliteDatabase database = new(DatabaseFile);
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await database.WriteAsync((_, _) => new ValueTask<int>(1)));
        Assert.Contains(DatabaseFile, error.Message, StringComparison.Ordinal);
        Assert.Contains("is not a SQLite database", error.Message, StringComparison.Ordinal);
        Assert.Equal(("database", false), (error.Store, error.IsTransient));
        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(DatabaseFile));
        Assert.Equal(["lifecycle.db"], _folder.Files());
    }

    [Fact]
    public async Task ADamagedDatabase_IsSaid()
    {
        await using (SqliteDatabase good = new(DatabaseFile))
        {
            await good.WriteAsync((transaction, token) => transaction.ExecuteAsync("CREATE TABLE t (x TEXT)", [], token));
        }

        byte[] bytes = await File.ReadAllBytesAsync(DatabaseFile);
        bytes.AsSpan(4096).Fill(0xA5);
        await File.WriteAllBytesAsync(DatabaseFile, bytes);
        await using SqliteDatabase database = new(DatabaseFile);
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await database.WriteAsync(
            (transaction, token) => transaction.ExecuteAsync("INSERT INTO t VALUES ('x')", [], token)));
        Assert.Contains("is damaged", error.Message, StringComparison.Ordinal);
        Assert.Contains("Restore it from a copy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderInThePlaceOfTheFile_IsSaid()
    {
        Directory.CreateDirectory(DatabaseFile);
        await using SqliteDatabase database = new(DatabaseFile);
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await database.DataSource.OpenConnectionAsync());
        Assert.Contains(DatabaseFile, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWriteThatWaitsTooLong_IsTransient()
    {
        LocalStorageOptions options = new() { BusyTimeout = TimeSpan.FromMilliseconds(80) };
        await using SqliteDatabase database = new(DatabaseFile, options);
        await database.WriteAsync((_, _) => new ValueTask<int>(1));
        using (SqliteConnection other = new($"Data Source={DatabaseFile};Pooling=False"))
        {
            other.Open();
            using DbCommand begin = other.Command("BEGIN IMMEDIATE");
            begin.ExecuteNonQuery();
            LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await database.WriteAsync((_, _) => new ValueTask<int>(1)));
            Assert.True(error.IsTransient);
            Assert.Contains("BusyTimeout", error.Message, StringComparison.Ordinal);
            using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(10));
            await Assert.ThrowsAnyAsync<Exception>(async () => await database.WriteAsync((_, _) => new ValueTask<int>(1), cancellationToken: cancel.Token));
        }

        Assert.Equal(1, await database.WriteAsync((_, _) => new ValueTask<int>(1)));
    }

    [Fact]
    public async Task AReader_MayNotWrite()
    {
        await using SqliteDatabase database = new(DatabaseFile);
        await using DbConnection connection = await database.DataSource.OpenConnectionAsync();
        await using DbCommand command = connection.Command("CREATE TABLE t (x)");
        await Assert.ThrowsAsync<SqliteException>(() => command.ExecuteNonQueryAsync());
    }

    [Fact]
    public async Task TheFile_IsSafeForManyProcesses()
    {
        await using SqliteDatabase database = new(DatabaseFile);
        Assert.Equal("wal", await PragmaAsync("journal_mode"));
        Assert.Equal(20_000L, await PragmaAsync("busy_timeout"));
        Assert.Equal(1L, await PragmaAsync("foreign_keys"));
        Assert.Equal(2L, await WriterPragmaAsync(CommitDurability.Flushed, "synchronous"));
        Assert.Equal(1L, await WriterPragmaAsync(CommitDurability.Buffered, "synchronous"));
        Assert.Equal(2L, await WriterPragmaAsync(CommitDurability.Flushed, "synchronous"));
        Assert.Equal(1L, await WriterPragmaAsync(CommitDurability.Flushed, "foreign_keys"));
        Assert.Equal(20_000L, await WriterPragmaAsync(CommitDurability.Flushed, "busy_timeout"));

        async Task<object?> PragmaAsync(string name)
        {
            await using DbConnection connection = await database.DataSource.OpenConnectionAsync();
            await using DbCommand command = connection.Command("PRAGMA " + name);
            return await command.ExecuteScalarAsync();
        }

        Task<object?> WriterPragmaAsync(CommitDurability durability, string name) =>
            database.WriteAsync((transaction, token) => transaction.ScalarAsync("PRAGMA " + name, [], token), durability).AsTask();
    }

    [Fact]
    public async Task ATransactionThatTheWorkEndedItself_IsAnError_AndTheNextOneWorks()
    {
        await using SqliteDatabase database = new(DatabaseFile);
        await Assert.ThrowsAnyAsync<Exception>(async () => await database.WriteAsync(async (transaction, token) =>
        {
            await transaction.ExecuteAsync("CREATE TABLE t (x)", [], token);
            await transaction.ExecuteAsync("ROLLBACK", [], token);
            return 0;
        }));
        await database.WriteAsync((transaction, token) => transaction.ExecuteAsync("CREATE TABLE t (x)", [], token));
        Assert.Equal(1, await database.WriteAsync((transaction, token) => transaction.ExecuteAsync("INSERT INTO t VALUES (1)", [], token)));
    }
}
