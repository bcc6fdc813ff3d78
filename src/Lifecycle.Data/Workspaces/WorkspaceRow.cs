using System.Data.Common;
using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>What is kept of a folder that follows a dataset.</summary>
/// <param name="Dataset">Name of the dataset.</param>
/// <param name="Number">The version that the folder held last; null when it never held one.</param>
/// <param name="Include">Which part of it.</param>
/// <param name="Stamps">What its files were when they were last read.</param>
internal sealed record WorkspaceRow(string Dataset, long? Number, PathPatterns Include, StampIndex Stamps)
{
    private static string Machine => Environment.MachineName;

    /// <summary>Ids of the versions that checkouts began to place and did not finish: files may hold what these hold.</summary>
    public IReadOnlyList<string> Placing { get; init; } = [];

    /// <summary>The row of a folder; null when the folder follows nothing.</summary>
    public static async ValueTask<WorkspaceRow?> FindAsync(LifecycleDatabase database, string folder, CancellationToken cancellationToken)
    {
        DbConnection connection = await database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(
                "SELECT dataset, number, include, stamps, placing FROM data_workspace WHERE machine = $machine AND path = $path", ("$machine", Machine), ("$path", folder));
            await using (command.ConfigureAwait(false))
            {
                DbDataReader row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (row.ConfigureAwait(false))
                {
                    if (!await row.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        return null;
                    }

                    string[] include = row.IsDBNull(2) ? [] : JsonSerializer.Deserialize(row.GetString(2), DataJson.Default.StringArray) ?? [];
                    return new WorkspaceRow(
                        row.GetString(0),
                        row.IsDBNull(1) ? null : row.GetInt64(1),
                        PathPatterns.Of(include),
                        row.IsDBNull(3) ? StampIndex.Empty : StampIndex.Parse((byte[])row.GetValue(3)))
                    {
                        Placing = row.IsDBNull(4) ? [] : JsonSerializer.Deserialize(row.GetString(4), DataJson.Default.StringArray) ?? [],
                    };
                }
            }
        }
    }

    /// <summary>Keeps the row, in the place of the one that is there.</summary>
    public async ValueTask SaveAsync(LifecycleDatabase database, string folder, CommitDurability durability, CancellationToken cancellationToken)
    {
        byte[] stamps = Stamps.ToBytes();
        await database.WriteAsync(
            (transaction, token) => transaction.ExecuteAsync(
                """
                INSERT INTO data_workspace (machine, path, dataset, number, include, placing, stamps)
                VALUES ($machine, $path, $dataset, $number, $include, $placing, $stamps)
                ON CONFLICT (machine, path) DO UPDATE SET
                    dataset = excluded.dataset, number = excluded.number, include = excluded.include, placing = excluded.placing, stamps = excluded.stamps
                """,
                [
                    ("$machine", Machine), ("$path", folder), ("$dataset", Dataset), ("$number", Number),
                    ("$include", Include.IsAll ? null : JsonSerializer.Serialize([.. Include.Lines], DataJson.Default.StringArray)),
                    ("$placing", Placing.Count == 0 ? null : JsonSerializer.Serialize([.. Placing], DataJson.Default.StringArray)), ("$stamps", stamps),
                ],
                token),
            durability,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps only the stamps, and only while the folder holds the version that they were compared with.</summary>
    public async ValueTask SaveStampsAsync(LifecycleDatabase database, string folder, CancellationToken cancellationToken)
    {
        byte[] stamps = Stamps.ToBytes();
        await database.WriteAsync(
            (transaction, token) => transaction.ExecuteAsync(
                "UPDATE data_workspace SET stamps = $stamps WHERE machine = $machine AND path = $path AND dataset = $dataset AND number IS $number",
                [("$stamps", stamps), ("$machine", Machine), ("$path", folder), ("$dataset", Dataset), ("$number", Number)],
                token),
            CommitDurability.Buffered,
            cancellationToken).ConfigureAwait(false);
    }
}
