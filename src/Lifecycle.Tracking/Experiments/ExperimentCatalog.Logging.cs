using System.Globalization;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    private const int LongestRunName = 500;
    private RunBatchTable? _batches;
    private GroupCommit? _groups;

    /// <summary>Makes a run that no process owns, for example one that goes on behind a network. It goes on until <see cref="UpdateRunAsync"/> ends it.</summary>
    /// <param name="run">Experiment, name, tags.</param>
    /// <param name="cancellationToken">Cancelling makes nothing.</param>
    /// <exception cref="TrackingException">The experiment does not exist or is deleted, or a name or tag breaks its rule.</exception>
    public async ValueTask<RunRecord> CreateRunAsync(NewRun run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        string id = LifecycleId.New(_store.Time).ToString("N");
        string name = run.Name is { Length: > 0 } given ? given : run.Tags.GetValueOrDefault(RunStart.NameTag) is { Length: > 0 } tagged ? tagged : "run-" + id[^8..];
        RequireRunName(name);
        new RunBatch { Tags = [.. run.Tags] }.RequireValid();
        long start = (run.StartedAt ?? _store.Time.GetUtcNow()).ToUnixTimeMilliseconds();
        if (start < 0)
        {
            throw new TrackingException("A run does not begin before 1970: its start time is Unix milliseconds, 0 or more.");
        }

        await OpenAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                Experiment experiment = await ExperimentTable.RequireActiveAsync(transaction, run.ExperimentId, token).ConfigureAwait(false);
                RunRow row = await RunTable.AddAsync(_store, transaction, experiment, id, name, run.User ?? _store.Actor.Actor, start, token).ConfigureAwait(false);
                Dictionary<string, string> tags = new(run.Tags, StringComparer.Ordinal) { [RunStart.NameTag] = name };
                await Batches.SetTagsAsync(transaction, row, tags, token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        return (await GetRunAsync(id, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Changes status, end or name of a run. Runs that ended may go on again.</summary>
    /// <returns>The run as it is now.</returns>
    /// <exception cref="TrackingException">There is no such run, it is deleted, or the name breaks its rule.</exception>
    public async ValueTask<RunRecord> UpdateRunAsync(string runId, RunChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        ArgumentNullException.ThrowIfNull(change);
        if (change.Name is { } name)
        {
            RequireRunName(name);
        }

        if (change.EndedAt is { } end && end < DateTimeOffset.UnixEpoch)
        {
            throw new TrackingException("A run does not end before 1970: its end time is Unix milliseconds, 0 or more.");
        }

        await OpenForWritingAsync(runId, cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                RunRow run = await RunRow.RequireActiveAsync(transaction, runId, token).ConfigureAwait(false);
                if (change.Name is { } newName)
                {
                    await Batches.SetTagsAsync(transaction, run, [KeyValuePair.Create(RunStart.NameTag, newName)], token).ConfigureAwait(false);
                }

                await RunTable.ChangeAsync(_store, transaction, run, change, token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        return (await GetRunAsync(runId, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>
    /// Logs metrics, params and tags to a run, ended or not, whoever began it. All or nothing, in one transaction; the same batch twice is once. Batches that
    /// wait at the same time share a commit.
    /// </summary>
    /// <exception cref="TrackingException">There is no such run, it is deleted, a key or value breaks its rule, or a param would change; nothing was written.</exception>
    public async ValueTask LogBatchAsync(string runId, RunBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        ArgumentNullException.ThrowIfNull(batch);
        batch.RequireValid();
        await OpenForWritingAsync(runId, cancellationToken).ConfigureAwait(false);
        await Groups.WriteAsync((transaction, token) => Batches.AddAsync(transaction, runId, batch, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a tag of a run away.</summary>
    /// <exception cref="TrackingException">There is no such run, it is deleted, or it has no such tag.</exception>
    public async ValueTask RemoveRunTagAsync(string runId, string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runId);
        await OpenForWritingAsync(runId, cancellationToken).ConfigureAwait(false);
        await Groups.WriteAsync(
            async (transaction, token) =>
            {
                RunRow run = await RunRow.RequireActiveAsync(transaction, runId, token).ConfigureAwait(false);
                if (!await RunBatchTable.RemoveTagAsync(transaction, run, key, token).ConfigureAwait(false))
                {
                    throw new TrackingException($"No tag with name: {KeyRule.Show(key ?? "")} in run with id {run.RunId}", TrackingErrorKind.NotFound);
                }

                await RunTable.TouchAsync(_store, transaction, run, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ties a run, ended or not, to data and to logged models that it read. The same twice is once.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="inputs">The data.</param>
    /// <param name="models">Ids of logged models.</param>
    /// <param name="cancellationToken">Cancelling writes nothing.</param>
    /// <exception cref="TrackingException">There is no such run, it is deleted, or an input breaks its rule; nothing was written.</exception>
    public async ValueTask LogInputsAsync(
        string runId, IReadOnlyList<RunInput> inputs, IReadOnlyList<string>? models = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (RunInput input in inputs)
        {
            if (InputRule.Broken(input) is { } broken)
            {
                throw new TrackingException(broken);
            }
        }

        await AddAndPublishAsync(
            runId,
            async (transaction, run, token) =>
            {
                foreach (RunInput input in inputs)
                {
                    await InputTable.AddAsync(transaction, run, input, token).ConfigureAwait(false);
                }

                foreach (string model in models ?? [])
                {
                    await RunModelTable.AddInputAsync(transaction, run, model, token).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says that a run, ended or not, made logged models. The same model twice keeps the last step.</summary>
    /// <exception cref="TrackingException">There is no such run, or it is deleted; nothing was written.</exception>
    public ValueTask LogOutputsAsync(string runId, IReadOnlyList<RunOutput> outputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        return AddAndPublishAsync(
            runId,
            async (transaction, run, token) =>
            {
                foreach (RunOutput output in outputs)
                {
                    await RunModelTable.AddOutputAsync(transaction, run, output, token).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    private RunBatchTable Batches => _batches ??= new RunBatchTable(_store);

    private GroupCommit Groups => LazyInitializer.EnsureInitialized(ref _groups, () => new GroupCommit(_store.Database));

    private static void RequireRunName(string name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestRunName)
        {
            throw new TrackingException(string.Create(
                CultureInfo.InvariantCulture, $"A run name has 1 to {LongestRunName} characters, this one has {name.Length}."));
        }
    }

    // What an ended run used or made comes into lineage by a second message about its end.
    private async ValueTask AddAndPublishAsync(
        string runId, Func<LifecycleTransaction, RunRow, CancellationToken, ValueTask> add, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runId);
        await OpenForWritingAsync(runId, cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                RunRow run = await RunRow.RequireActiveAsync(transaction, runId, token).ConfigureAwait(false);
                await add(transaction, run, token).ConfigureAwait(false);
                await RunTable.TouchAsync(_store, transaction, run, token).ConfigureAwait(false);
                if (run.Status is RunStatus.Finished or RunStatus.Failed or RunStatus.Killed)
                {
                    await RunTable.PublishEndAsync(_store, transaction, run, run.Status, token).ConfigureAwait(false);
                }

                return true;
            },
            CommitDurability.Buffered, cancellationToken).ConfigureAwait(false);
    }

    // What this process logged to the run through its journal comes first: a param that was logged there must not be set anew here.
    private async ValueTask OpenForWritingAsync(string runId, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (_open.ContainsKey(runId))
        {
            await _drain.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
