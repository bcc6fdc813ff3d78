using System.Data.Common;

namespace Lifecycle.Tracking;

/// <summary>SQL over artifacts: which path of which run or model is which digest.</summary>
internal static class ArtifactTable
{
    public const int OfRun = 1;
    public const int OfModel = 2;

    /// <summary>Files of a version that came from artifacts of a run: the owner is the registered model, the path begins with the number of the version.</summary>
    public const int OfVersion = 3;

    /// <summary>All artifacts of an owner, by <c>$owner</c>.</summary>
    public static string Of(ArtifactOwner owner) =>
        $"SELECT path, size, digest, created FROM tracking_artifact WHERE owner_kind = {(owner.Kind == OfRun ? "1" : "2")} AND owner = {owner.Row}";

    public static ArtifactEntry Read(DbDataReader row) => new(row.GetString(0), row.GetInt64(1), row.Digest(2), row.Time(3));

    public static ValueTask<int> PutAsync(LifecycleTransaction transaction, int ownerKind, long owner, ArtifactEntry entry, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            """
            INSERT INTO tracking_artifact(owner_kind, owner, path, digest, size, created) VALUES($kind, $owner, $path, $digest, $size, $created)
            ON CONFLICT(owner_kind, owner, path) DO UPDATE SET digest = excluded.digest, size = excluded.size, created = excluded.created
            """,
            [
                ("$kind", (long)ownerKind), ("$owner", owner), ("$path", entry.Path), ("$digest", entry.Digest.ToString()), ("$size", entry.Size),
                ("$created", entry.CreatedAt.ToUnixTimeMilliseconds()),
            ],
            cancellationToken);

    /// <summary>The row of a run that may be written.</summary>
    public static async ValueTask<RunRow> RequireOpenAsync(LifecycleTransaction transaction, string runId, CancellationToken cancellationToken)
    {
        RunRow run = await RunRow.RequireActiveAsync(transaction, runId, cancellationToken).ConfigureAwait(false);
        return run.Status != RunStatus.Running
            ? throw new TrackingException($"Nothing can be logged to the run {runId}: it ended as {run.Status}. Start another run.")
            : run;
    }
}
