using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Storage.Local;

/// <summary>
/// Loads SQLite and lets the runtime compile the ways into it, on a database in memory and on another thread, while the application is still being put together.
/// The first opening of a process takes most of its time for that. Once a process; nothing depends on it.
/// </summary>
internal static class SqliteRehearsal
{
    private static int _begun;

    public static void Begin()
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
        {
            using (ExecutionContext.SuppressFlow())
            {
                _ = Task.Run(RunAsync);
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever is wrong with SQLite here is wrong when it is really opened, and is said there.")]
    private static async Task RunAsync()
    {
        try
        {
            using SqliteWriter writer = new(":memory:", TimeSpan.FromSeconds(1), TimeProvider.System);
            await writer.BeginAsync(CommitDurability.Flushed, CancellationToken.None).ConfigureAwait(false);
            SqliteMigrations.Apply(writer.Connection, SqliteMigrations.Storage, ":memory:", TimeProvider.System);
            _ = SqliteMigrations.IsCurrent(writer.Connection, SqliteMigrations.Storage, ":memory:");
            LifecycleTransaction transaction = new(writer.Connection, null);
            AuditRecord record = new("rehearsal", "process", After: "{}");
            byte[] entry = AuditEntryFormat.Write(1, TimeProvider.System.GetUtcNow(), "", record);
            await AuditTable.AppendAsync(transaction, 1, entry, AuditChain.Next(default, entry), [], CancellationToken.None).ConfigureAwait(false);
            _ = await AuditTable.HeadAsync(writer.Connection, null, CancellationToken.None).ConfigureAwait(false);
            writer.Commit();
        }
        catch (Exception)
        {
            // see above
        }
    }
}
