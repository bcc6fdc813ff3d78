using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Storage.Local;

/// <summary>Which steps of which owner a database has, and the steps of the storage itself.</summary>
internal static class SqliteMigrations
{
    /// <summary>The tables of the storage; made when the database is opened, so that every transaction may write to them.</summary>
    public static readonly MigrationSet Storage = new("storage",
        Migration.Sqlite(1, "audit", """
            CREATE TABLE storage_audit (
                seq INTEGER PRIMARY KEY,
                entry BLOB NOT NULL,
                head BLOB NOT NULL
            ) STRICT;
            CREATE TABLE storage_audit_checkpoint (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                count INTEGER NOT NULL,
                head BLOB NOT NULL
            ) STRICT;
            CREATE TABLE storage_audit_blob (
                digest BLOB NOT NULL,
                seq INTEGER NOT NULL,
                PRIMARY KEY (digest, seq)
            ) STRICT, WITHOUT ROWID;
            """),
        Migration.Sqlite(2, "outbox", """
            CREATE TABLE storage_outbox (
                position INTEGER PRIMARY KEY AUTOINCREMENT,
                id BLOB NOT NULL,
                name TEXT NOT NULL,
                subject TEXT NOT NULL,
                at INTEGER NOT NULL,
                actor TEXT NOT NULL,
                edges TEXT NOT NULL,
                payload TEXT NOT NULL
            ) STRICT;
            CREATE TABLE storage_outbox_receiver (
                receiver TEXT PRIMARY KEY,
                position INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """));

    private const string Table = """
        CREATE TABLE IF NOT EXISTS storage_migration (
            owner TEXT NOT NULL,
            number INTEGER NOT NULL,
            name TEXT NOT NULL,
            applied_at TEXT NOT NULL,
            digest BLOB NOT NULL,
            PRIMARY KEY (owner, number)
        ) STRICT, WITHOUT ROWID
        """;

    /// <summary>Whether the database has exactly the steps of the set; refuses one of a newer build and one whose steps were changed.</summary>
    /// <exception cref="LifecycleStorageException">The steps that are there are not those of this build.</exception>
    public static bool IsCurrent(SqliteConnection connection, MigrationSet set, string file)
    {
        Dictionary<long, byte[]> applied = Applied(connection, set.Owner);
        long newest = 0;
        foreach ((long number, _) in applied)
        {
            newest = Math.Max(newest, number);
        }

        if (newest > set.Steps.Count)
        {
            throw new LifecycleStorageException("database", "migrate", set.Owner,
                $"'{file}' was written by a newer version (schema {newest}, this build knows {set.Steps.Count}); update the Lifecycle packages. The tables of '{set.Owner}' were not touched.");
        }

        foreach (Migration step in set.Steps)
        {
            if (applied.TryGetValue(step.Number, out byte[]? digest) && !digest.AsSpan().SequenceEqual(DigestOf(Sql(set, step))))
            {
                throw new LifecycleStorageException("database", "migrate", set.Owner,
                    $"The step {FullName(set, step)} was applied to '{file}' with other statements than this build has. "
                    + "Use the build that made the workspace, or a new workspace; published steps are never changed.");
            }
        }

        return applied.Count == set.Steps.Count;
    }

    /// <summary>Applies what is missing. Runs inside a write transaction.</summary>
    public static void Apply(SqliteConnection connection, MigrationSet set, string file, TimeProvider time)
    {
        Execute(connection, Table);
        if (IsCurrent(connection, set, file))
        {
            return;
        }

        int from = Applied(connection, set.Owner).Count;
        foreach (Migration step in set.Steps.Skip(from))
        {
            string sql = Sql(set, step);
            try
            {
                Execute(connection, sql);
            }
            catch (SqliteException error) when (!SqliteFailure.IsOfTheStore(error))
            {
                throw new LifecycleStorageException("database", "migrate", set.Owner,
                    $"The step {FullName(set, step)} failed on '{file}': {error.Message} Nothing of it was kept.", innerException: error);
            }

            Execute(connection, "INSERT INTO storage_migration (owner, number, name, applied_at, digest) VALUES ($owner, $number, $name, $at, $digest)",
                ("$owner", set.Owner), ("$number", step.Number), ("$name", FullName(set, step)),
                ("$at", time.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture)), ("$digest", DigestOf(sql)));
        }
    }

    private static string FullName(MigrationSet set, Migration step) =>
        string.Create(CultureInfo.InvariantCulture, $"{set.Owner}/{step.Number:0000}-{step.Name}");

    private static string Sql(MigrationSet set, Migration step) => step.Sql.TryGetValue(SqlDialect.Sqlite, out string? sql)
        ? sql
        : throw new NotSupportedException($"The step {FullName(set, step)} has no statements for SQLite.");

    // Line ends depend on how the source was checked out; they must not look like another step.
    private static byte[] DigestOf(string sql) => SHA256.HashData(Encoding.UTF8.GetBytes(sql.ReplaceLineEndings("\n")));

    private static Dictionary<long, byte[]> Applied(SqliteConnection connection, string owner)
    {
        Dictionary<long, byte[]> applied = [];
        using (SqliteCommand known = Command(connection, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'storage_migration'"))
        {
            if (known.ExecuteScalar() is 0L)
            {
                return applied;
            }
        }

        using SqliteCommand command = Command(connection, "SELECT number, digest FROM storage_migration WHERE owner = $owner", ("$owner", owner));
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            applied.Add(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
        }

        return applied;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        (SqliteCommand)connection.Command(sql, parameters);

    private static void Execute(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using SqliteCommand command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }
}
