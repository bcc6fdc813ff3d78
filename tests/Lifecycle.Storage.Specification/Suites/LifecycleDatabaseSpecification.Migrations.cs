#pragma warning disable CS1591 // the names of the tests are sentences
using Xunit;

namespace Lifecycle.Storage.Specification;

/// <content>Migrations and rows in bulk.</content>
public abstract partial class LifecycleDatabaseSpecification<TDatabase>
{
    private static readonly BulkInsert Items = new("spec_item", ["id", "name"]);

    [Fact]
    public async Task Migrate_AppliesEachStepOnce()
    {
        await Database.MigrateAsync(Tables);
        await Database.MigrateAsync(Tables);
        await Database.WriteAsync((transaction, token) => InsertAsync(transaction, 1, "a", token));
        MigrationSet longer = new("spec", [.. Tables.Steps, Step(2, "note", "ALTER TABLE spec_item ADD COLUMN note TEXT; UPDATE spec_item SET note = name || '!'")]);
        await OpenAnother().MigrateAsync(longer);
        await OpenAnother().MigrateAsync(longer);
        Assert.Equal(["a!"], await TextsAsync(Database, "SELECT note FROM spec_item"));
        Assert.Equal(["spec/0001-item", "spec/0002-note"], await TextsAsync(Database, "SELECT name FROM storage_migration WHERE owner = 'spec' ORDER BY number"));
    }

    [Fact]
    public async Task Migrate_RefusesWhatANewerBuildWrote()
    {
        MigrationSet newer = new("spec", Enumerable.Range(1, 7).Select(i => Step(i, "step", $"CREATE TABLE spec_t{i} (id INTEGER PRIMARY KEY)")).ToList());
        await Database.MigrateAsync(newer);
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () =>
            await OpenAnother().MigrateAsync(new MigrationSet("spec", newer.Steps.Take(5).ToList())));
        Assert.Contains("was written by a newer version (schema 7, this build knows 5); update the Lifecycle packages", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_RefusesStepsThatWereChanged()
    {
        await Database.MigrateAsync(Tables);
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () =>
            await OpenAnother().MigrateAsync(new MigrationSet("spec", Step(1, "item", "CREATE TABLE spec_other (id INTEGER PRIMARY KEY)"))));
        Assert.Contains("spec/0001-item", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_ThatFails_LeavesNothing_AndMayBeTriedAgain()
    {
        MigrationSet broken = new("spec", Tables.Steps[0], Step(2, "broken", "CREATE TABLE spec_more (id INTEGER PRIMARY KEY); CREATE NONSENSE;"));
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await Database.MigrateAsync(broken));
        Assert.Contains("spec/0002-broken", error.Message, StringComparison.Ordinal);
        await Database.MigrateAsync(Tables);
        Assert.Empty(await NamesAsync(Database));
        Assert.Equal(["1"], await TextsAsync(Database, "SELECT count(*) FROM storage_migration WHERE owner = 'spec'"));
    }

    [Fact]
    public async Task Migrate_ByManyAtOnce_WorksForAll()
    {
        TDatabase[] databases = [Database, .. Enumerable.Range(0, 5).Select(_ => OpenAnother())];
        await Task.WhenAll(databases.SelectMany(d => new[] { d, d }).Select(d => Task.Run(async () => await d.MigrateAsync(Tables))));
        await Database.WriteAsync((transaction, token) => InsertAsync(transaction, 1, "a", token));
        Assert.All(databases, d => Assert.Equal(["a"], NamesAsync(d).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task BulkInsert_StoresEveryKindOfCell()
    {
        await Database.MigrateAsync(new MigrationSet("kinds", Step(1, "cell",
            Database.Dialect == SqlDialect.Sqlite
                ? "CREATE TABLE kinds_cell (id INTEGER PRIMARY KEY, whole INTEGER, real REAL, text TEXT, bytes BLOB, flag INTEGER) STRICT"
                : "CREATE TABLE kinds_cell (id BIGINT PRIMARY KEY, whole BIGINT, real DOUBLE PRECISION, text TEXT, bytes BYTEA, flag BOOLEAN)")));
        object?[][] rows =
        [
            [1L, long.MinValue, double.MaxValue, "", Array.Empty<byte>(), true],
            [2L, long.MaxValue, -0.0, "žluťoučký 🐎 'quoted' \"twice\"", new byte[] { 0, 255, 0 }, false],
            [3L, null, null, null, null, null],
        ];
        BulkInsert insert = new("kinds_cell", ["id", "whole", "real", "text", "bytes", "flag"]);
        Assert.Equal(3, await Database.WriteAsync((transaction, token) => Database.BulkInsertAsync(transaction, insert, rows, token)));
        await using System.Data.Common.DbConnection connection = await Database.DataSource.OpenConnectionAsync();
        await using System.Data.Common.DbCommand command = connection.Command("SELECT whole, real, text, bytes, flag FROM kinds_cell ORDER BY id");
        await using System.Data.Common.DbDataReader reader = await command.ExecuteReaderAsync();
        foreach (object?[] row in rows)
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal(row[1], reader.IsDBNull(0) ? null : reader.GetInt64(0));
            Assert.Equal(row[2], reader.IsDBNull(1) ? null : reader.GetDouble(1));
            Assert.Equal(row[3], reader.IsDBNull(2) ? null : reader.GetString(2));
            Assert.Equal(row[4], reader.IsDBNull(3) ? null : reader.GetFieldValue<byte[]>(3));
            Assert.Equal(row[5], reader.IsDBNull(4) ? null : reader.GetBoolean(4));
        }
    }

    [Fact]
    public async Task BulkInsert_CountsWhatWasInserted()
    {
        await Database.MigrateAsync(Tables);
        IEnumerable<object?[]> rows = Enumerable.Range(1, 10_000).Select(i => new object?[] { (long)i, "n" + i });
        Assert.Equal(10_000, await Database.WriteAsync((transaction, token) => Database.BulkInsertAsync(transaction, Items, rows, token)));
        Assert.Equal(5, await Database.WriteAsync((transaction, token) => Database.BulkInsertAsync(
            transaction, Items with { OnConflict = "ON CONFLICT DO NOTHING" }, Enumerable.Range(9_996, 10).Select(i => new object?[] { (long)i, "n" + i }), token)));
        Assert.Equal(["10005"], await TextsAsync(Database, "SELECT count(*) FROM spec_item"));
    }

    [Fact]
    public async Task BulkInsert_ThatFails_LeavesNothing()
    {
        await Database.MigrateAsync(Tables);
        object?[][][] bad =
        [
            [[1L, "a"], [2L]],
            [[1L, "a"], [2L, DateTimeOffset.UnixEpoch]],
            [[1L, "a"], [2L, double.NaN]],
        ];
        foreach (object?[][] rows in bad)
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await Database.WriteAsync((transaction, token) => Database.BulkInsertAsync(transaction, Items, rows, token)));
        }

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(async () => await Database.WriteAsync((transaction, token) =>
            Database.BulkInsertAsync(transaction, Items, [[1L, "a"], [2L, "a"]], token)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Database.WriteAsync(async (transaction, _) =>
            await Database.BulkInsertAsync(transaction, Items, [[1L, "a"]], new CancellationToken(canceled: true))));
        Assert.Empty(await NamesAsync(Database));
    }
}
