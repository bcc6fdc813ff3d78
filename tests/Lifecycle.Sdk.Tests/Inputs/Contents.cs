using Lifecycle.Tracking;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Sdk.Tests;

/// <summary>Everything that can be seen of a workspace: rows of its tables (but how far receivers have read), blobs, temporaries. Equal before and after a call that failed.</summary>
internal sealed record Contents(string Rows, string Blobs, string Temporaries)
{
    public static async Task<Contents> OfAsync(ModelLifecycle lifecycle, Workspace workspace)
    {
        await lifecycle.Experiments.FlushAsync();
        await lifecycle.Events.DrainAsync();
        List<string> rows = [];
        await using (SqliteConnection connection = new($"Data Source={Path.Combine(workspace.Root, "lifecycle.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            foreach (string table in await ReadAsync(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'storage_outbox_receiver' ORDER BY name"))
            {
                rows.Add($"{table}: {(await ReadAsync(connection, $"SELECT count(*) FROM \"{table}\""))[0]}");
            }
        }

        List<StoredBlob> blobs = await lifecycle.Blobs.ListAsync().ToListAsync();
        return new Contents(
            string.Join(", ", rows),
            string.Join(", ", blobs.Select(b => b.Digest.Hex).Order(StringComparer.Ordinal)),
            string.Join(", ", workspace.Folder.Files().Where(f => f.Contains("/objects/", StringComparison.Ordinal) && f.Contains(AtomicFile.TemporaryPrefix, StringComparison.Ordinal))));
    }

    private static async Task<List<string>> ReadAsync(SqliteConnection connection, string sql)
    {
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await using SqliteDataReader reader = await command.ExecuteReaderAsync();
        List<string> values = [];
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetValue(0).ToString()!);
        }

        return values;
    }
}
