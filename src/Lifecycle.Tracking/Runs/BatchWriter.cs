namespace Lifecycle.Tracking;

/// <summary>
/// Writes batches of journals into the tables. The position behind a batch is written in the same transaction, so a record comes into the database
/// exactly once, whoever dies when.
/// </summary>
internal sealed class BatchWriter(TrackingStore store)
{
    private readonly KeyTable _keys = new();

    /// <summary>Writes a batch.</summary>
    /// <returns>Points that were new; null when the run of the batch is unknown and the batch does not start it.</returns>
    public async ValueTask<long?> WriteAsync(JournalBatch batch, CancellationToken cancellationToken)
    {
        List<ArtifactEntry> spilled = await LongValues.SpillAsync(store, batch, cancellationToken).ConfigureAwait(false);
        return await store.Database.WriteAsync(
            (transaction, token) => WriteAsync(transaction, batch, spilled, token), batch.Durability, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The offset behind what a segment gave to the database; 0 when nothing.</summary>
    public async ValueTask<long> PositionAsync(Guid writer, uint segment, CancellationToken cancellationToken)
    {
        List<long> rows = await store.Database.QueryAsync(
            "SELECT offset FROM tracking_journal_position WHERE writer = $writer AND segment = $segment",
            [("$writer", writer.ToString("N")), ("$segment", (long)segment)], row => row.GetInt64(0), cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? 0 : rows[0];
    }

    private async ValueTask<long?> WriteAsync(
        LifecycleTransaction transaction, JournalBatch batch, List<ArtifactEntry> spilled, CancellationToken cancellationToken)
    {
        RunRow? run = batch.Start is null
            ? await RunRow.FindAsync(transaction, batch.RunId, cancellationToken).ConfigureAwait(false)
            : await RunTable.StartAsync(store, transaction, batch.Start, cancellationToken).ConfigureAwait(false);
        if (run is null)
        {
            return null;
        }

        foreach (RunInput input in (batch.Start?.Inputs ?? []).Concat(batch.Inputs))
        {
            await InputTable.AddAsync(transaction, run, input, cancellationToken).ConfigureAwait(false);
        }

        foreach (ArtifactEntry entry in spilled)
        {
            await ArtifactTable.PutAsync(transaction, ArtifactTable.OfRun, run.Id, entry, cancellationToken).ConfigureAwait(false);
        }

        foreach ((string key, string value) in batch.Params)
        {
            await RunTable.AddParamAsync(transaction, _keys, run, key, value, cancellationToken).ConfigureAwait(false);
        }

        foreach ((string key, string? value) in TagsOf(batch))
        {
            await RunTable.SetTagAsync(transaction, _keys, run, key, value, cancellationToken).ConfigureAwait(false);
        }

        foreach (RunProblem problem in batch.Problems)
        {
            await RunTable.AddProblemAsync(transaction, run, problem, cancellationToken).ConfigureAwait(false);
        }

        batch.RunIsDeleted = run.IsDeleted && batch.Points.Count + batch.Params.Count + batch.Tags.Count + batch.Inputs.Count > 0;
        if (batch.RunIsDeleted)
        {
            await RunTable.AddProblemOnceAsync(transaction, run, RunProblem.OfDeleted(run.RunId, store.Time), cancellationToken).ConfigureAwait(false);
        }

        long points = await MetricTable.AddAsync(store.Database, transaction, _keys, run, batch.Points, cancellationToken).ConfigureAwait(false);
        foreach ((JournaledPoint point, string model, string name, string digest) in batch.OfModels)
        {
            await MetricTable.AddOfModelAsync(
                transaction, run, point, new RunMetric(point.Key, point.Value, DateTimeOffset.FromUnixTimeMilliseconds(point.Ms), point.Step) { ModelId = model, DatasetName = name, DatasetDigest = digest }, cancellationToken).ConfigureAwait(false);
        }

        if (batch.End is not null)
        {
            await RunTable.EndAsync(store, transaction, run, batch.End, cancellationToken).ConfigureAwait(false);
        }

        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_journal_position(writer, segment, offset) VALUES($writer, $segment, $offset)
            ON CONFLICT(writer, segment) DO UPDATE SET offset = excluded.offset
            """,
            [("$writer", batch.Writer), ("$segment", (long)batch.Segment), ("$offset", batch.Offset)], cancellationToken).ConfigureAwait(false);
        return points;
    }

    /// <summary>Says that the owners of these runs live.</summary>
    public async ValueTask BeatAsync(IReadOnlyList<string> runs, CancellationToken cancellationToken) =>
        await store.Database.WriteAsync(
            (transaction, token) => transaction.ExecuteAsync(
                "UPDATE tracking_run SET beat_ms = $now WHERE status = 1 AND run_id IN (SELECT value FROM json_each($runs))",
                [("$now", store.Now), ("$runs", JsonText.List([.. runs]))], token),
            CommitDurability.Buffered, cancellationToken).ConfigureAwait(false);

    /// <summary>Ends a run whose process died, if it has not ended.</summary>
    /// <returns>Whether it was running.</returns>
    public ValueTask<bool> KillAsync(string runId, long lastMs, string reason, CancellationToken cancellationToken) =>
        store.Database.WriteAsync(
            async (transaction, token) =>
            {
                RunRow? run = await RunRow.FindAsync(transaction, runId, token).ConfigureAwait(false);
                if (run is not { Status: RunStatus.Running })
                {
                    return false;
                }

                // the segment that held the last record may be drained and gone
                object? drained = await transaction.ScalarAsync(
                    "SELECT max(ts) FROM tracking_metric_latest WHERE run = $run", [("$run", run.Id)], token).ConfigureAwait(false);
                long end = Math.Max(lastMs, drained as long? ?? 0);
                long now = store.Now;
                if (end > now)
                {
                    // A point may be about a day to come. The run did not live until then: what counts is the last point that had come.
                    object? come = await transaction.ScalarAsync(
                        "SELECT max(ts) FROM tracking_metric_point WHERE run = $run AND ts <= $now", [("$run", run.Id), ("$now", now)], token).ConfigureAwait(false);
                    end = Math.Max(lastMs <= now ? lastMs : 0, come as long? ?? 0);
                }

                await RunTable.SetTagAsync(transaction, _keys, run, Run.EndReasonTag, reason, token).ConfigureAwait(false);
                await RunTable.EndAsync(store, transaction, run, new EndRecord(RunStatus.Killed, end, reason), token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed, cancellationToken);

    // Those of the start first: what was set later counts.
    private static List<KeyValuePair<string, string?>> TagsOf(JournalBatch batch)
    {
        List<KeyValuePair<string, string?>> tags = [];
        if (batch.Start is { } start)
        {
            foreach ((string key, string value) in start.Tags)
            {
                tags.Add(new(key, value));
            }
        }

        foreach ((string key, string? value) in batch.Tags)
        {
            tags.Add(new(key, value));
        }

        return tags;
    }
}
