using System.Globalization;
using System.Text;

namespace Lifecycle.Tracking;

/// <summary>SQL over runs: start, params, tags, problems, end.</summary>
internal static partial class RunTable
{
    private const int Head = 128;
    private const int MostProblems = 100;

    public static async ValueTask<RunRow> StartAsync(
        TrackingStore store, LifecycleTransaction transaction, StartRecord start, CancellationToken cancellationToken)
    {
        long experiment = await ExperimentTable.EnsureAsync(store, transaction, start.Experiment, cancellationToken).ConfigureAwait(false);
        int made = await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_run(run_id, experiment, stage, status, start_ms, name, user, owner)
            VALUES($run, $experiment, 1, 1, $start, $name, $user, $owner) ON CONFLICT(run_id) DO NOTHING
            """,
            [
                ("$run", start.Run), ("$experiment", experiment), ("$start", start.StartMs), ("$name", start.Name), ("$user", start.User), ("$owner", start.Owner),
            ],
            cancellationToken).ConfigureAwait(false);
        if (made > 0)
        {
            string what = JsonText.Text(json =>
            {
                json.WriteString("experiment", start.Experiment);
                json.WriteString("name", start.Name);
                json.WriteString("user", start.User);
            });
            await store.Audit.AppendAsync(
                transaction, new AuditRecord("run.started", $"run/{start.Run}", After: what), cancellationToken).ConfigureAwait(false);
        }

        else if (start.IsResumed)
        {
            await transaction.ExecuteAsync(
                "UPDATE tracking_run SET status = 1, end_ms = NULL, owner = $owner, beat_ms = NULL WHERE run_id = $run",
                [("$owner", start.Owner), ("$run", start.Run)], cancellationToken).ConfigureAwait(false);
            await store.Audit.AppendAsync(transaction, new AuditRecord("run.resumed", $"run/{start.Run}"), cancellationToken).ConfigureAwait(false);
        }

        return (await RunRow.FindAsync(transaction, start.Run, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Writes a param unless there is one: params never change.</summary>
    public static async ValueTask AddParamAsync(
        LifecycleTransaction transaction, KeyTable keys, RunRow run, string key, string value, CancellationToken cancellationToken)
    {
        long id = await keys.IdAsync(transaction, KeyTable.Param, key, cancellationToken).ConfigureAwait(false);
        await transaction.ExecuteAsync(
            "INSERT INTO tracking_param(run, key, experiment, head, value) VALUES($run, $key, $experiment, $head, $value) ON CONFLICT DO NOTHING",
            Cells(run, id, value), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a tag or, with null, takes it away.</summary>
    public static async ValueTask SetTagAsync(
        LifecycleTransaction transaction, KeyTable keys, RunRow run, string key, string? value, CancellationToken cancellationToken)
    {
        long id = await keys.IdAsync(transaction, KeyTable.Tag, key, cancellationToken).ConfigureAwait(false);
        if (value is null)
        {
            await transaction.ExecuteAsync(
                "DELETE FROM tracking_tag WHERE run = $run AND key = $key", [("$run", run.Id), ("$key", id)], cancellationToken).ConfigureAwait(false);
            return;
        }

        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_tag(run, key, experiment, head, value) VALUES($run, $key, $experiment, $head, $value)
            ON CONFLICT(run, key) DO UPDATE SET head = excluded.head, value = excluded.value
            """,
            Cells(run, id, value), cancellationToken).ConfigureAwait(false);
        if (key == RunStart.NameTag)
        {
            // Name and tag are one value seen twice.
            await transaction.ExecuteAsync(
                "UPDATE tracking_run SET name = $name WHERE id = $run AND name <> $name", [("$name", value), ("$run", run.Id)], cancellationToken).ConfigureAwait(false);
        }
    }

    public static async ValueTask AddProblemAsync(LifecycleTransaction transaction, RunRow run, RunProblem problem, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_run_problem(run, n, reason, subject, text, at)
            SELECT $run, count(*) + 1, $reason, $subject, $text, $at FROM tracking_run_problem WHERE run = $run HAVING count(*) < $most
            """,
            [
                ("$run", run.Id), ("$reason", problem.Reason), ("$subject", problem.Subject), ("$text", problem.Text),
                ("$at", problem.At.ToUnixTimeMilliseconds()), ("$most", (long)MostProblems),
            ],
            cancellationToken).ConfigureAwait(false);

    /// <summary>Writes a problem unless the run has one of its reason.</summary>
    public static async ValueTask AddProblemOnceAsync(LifecycleTransaction transaction, RunRow run, RunProblem problem, CancellationToken cancellationToken)
    {
        object? there = await transaction.ScalarAsync(
            "SELECT 1 FROM tracking_run_problem WHERE run = $run AND reason = $reason LIMIT 1", [("$run", run.Id), ("$reason", problem.Reason)], cancellationToken)
            .ConfigureAwait(false);
        if (there is null)
        {
            await AddProblemAsync(transaction, run, problem, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a run; the audit entry holds what it logged, the event the edges of its lineage.</summary>
    public static async ValueTask EndAsync(
        TrackingStore store, LifecycleTransaction transaction, RunRow run, EndRecord end, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(
            "UPDATE tracking_run SET status = $status, end_ms = $end WHERE id = $run",
            [("$status", (long)end.Status), ("$end", Math.Max(end.EndMs, run.StartMs)), ("$run", run.Id)], cancellationToken).ConfigureAwait(false);
        string counts = await CountsAsync(transaction, run, end, cancellationToken).ConfigureAwait(false);
        await store.Audit.AppendAsync(
            transaction, new AuditRecord("run.ended", $"run/{run.RunId}", After: counts, Reason: end.Reason.Length == 0 ? null : end.Reason), cancellationToken)
            .ConfigureAwait(false);
        await PublishEndAsync(store, transaction, run, end.Status, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Publishes that a run ended, with all its edges; receivers insert or ignore.</summary>
    public static async ValueTask PublishEndAsync(
        TrackingStore store, LifecycleTransaction transaction, RunRow run, RunStatus status, CancellationToken cancellationToken)
    {
        string payload = JsonText.Text(json =>
        {
            json.WriteString("run", run.RunId);
            json.WriteString("experiment", run.Experiment.ToString(CultureInfo.InvariantCulture));
            json.WriteString("status", status.ToString());
        });
        await store.Events.PublishAsync(
            transaction, "lifecycle.run.finished", $"run/{run.RunId}", payload, await EdgesAsync(store, transaction, run, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
    }

    private static async ValueTask<string> CountsAsync(LifecycleTransaction transaction, RunRow run, EndRecord end, CancellationToken cancellationToken)
    {
        List<long[]> counts = await transaction.QueryAsync(
            """
            SELECT (SELECT count(*) FROM tracking_metric_point WHERE run = $run), (SELECT count(*) FROM tracking_param WHERE run = $run),
                   (SELECT count(*) FROM tracking_tag WHERE run = $run), (SELECT count(*) FROM tracking_run_input WHERE run = $run)
            """,
            [("$run", run.Id)], row => new[] { row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3) }, cancellationToken).ConfigureAwait(false);
        List<string> artifacts = await transaction.QueryAsync(
            "SELECT digest, size, path FROM tracking_artifact WHERE owner_kind = 1 AND owner = $run ORDER BY path",
            [("$run", run.Id)], row => string.Create(CultureInfo.InvariantCulture, $"{row.GetString(0)} {row.GetInt64(1)} {row.GetString(2)}\n"), cancellationToken)
            .ConfigureAwait(false);
        return JsonText.Text(json =>
        {
            json.WriteString("status", end.Status.ToString());
            json.WriteNumber("points", counts[0][0]);
            json.WriteNumber("params", counts[0][1]);
            json.WriteNumber("tags", counts[0][2]);
            json.WriteNumber("inputs", counts[0][3]);
            json.WriteNumber("artifacts", artifacts.Count);
            json.WriteString("artifact_manifest", Digest.Of(Encoding.UTF8.GetBytes(string.Concat(artifacts))).ToString());
        });
    }

    private static async ValueTask<List<LineageEdge>> EdgesAsync(
        TrackingStore store, LifecycleTransaction transaction, RunRow run, CancellationToken cancellationToken)
    {
        DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(store.Now);
        LineageNode node = new(LineageNode.Run, run.RunId);
        List<LineageEdge> edges = [];
        foreach (RunInput input in await InputTable.OfRunAsync(transaction, run.Id, cancellationToken).ConfigureAwait(false))
        {
            if (input.Dataset is { Version: null, Digest: DatasetReference.Unknown })
            {
                continue;
            }

            LineageNode data = input.Dataset.Version is { } version
                ? new LineageNode(LineageNode.DatasetVersion, version) : new LineageNode(LineageNode.External, input.Dataset.Digest);
            edges.Add(new LineageEdge(node, LineageEdge.Used, data, now, store.Actor.Actor));
        }

        foreach (string model in await transaction.QueryAsync(
            "SELECT DISTINCT digest FROM tracking_logged_model WHERE run = $run AND digest IS NOT NULL ORDER BY digest", [("$run", run.Id)], row => row.GetString(0), cancellationToken)
            .ConfigureAwait(false))
        {
            edges.Add(new LineageEdge(new LineageNode(LineageNode.Model, model), LineageEdge.WasGeneratedBy, node, now, store.Actor.Actor));
        }

        return edges;
    }

    private static (string, object?)[] Cells(RunRow run, long key, string value) =>
        [("$run", run.Id), ("$key", key), ("$experiment", run.Experiment), ("$head", value.Length <= Head ? value : Cut(value)), ("$value", value)];

    // Never between the halves of a surrogate pair: half a pair is no UTF-8.
    private static string Cut(string value) => char.IsHighSurrogate(value[Head - 1]) ? value[..(Head - 1)] : value[..Head];
}
