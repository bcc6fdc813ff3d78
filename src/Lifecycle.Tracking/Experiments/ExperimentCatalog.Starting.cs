using System.Collections.Concurrent;
using System.Diagnostics;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    private readonly ConcurrentDictionary<string, Run> _open = new(StringComparer.Ordinal);

    /// <summary>
    /// Starts a run; the experiment is made when it is new. When the database does not answer within <see cref="TrackingOptions.StartTimeout"/>, the run goes
    /// on in its journal and comes into the database later.
    /// </summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="start">For example <c>r =&gt; r.With(data).Named("gbm-31").Under(parent)</c>.</param>
    /// <param name="cancellationToken">Cancelling starts nothing.</param>
    /// <exception cref="TrackingException">The experiment is deleted, or its name breaks the rule.</exception>
    /// <exception cref="LifecycleStorageException">The journal cannot be written.</exception>
    public async ValueTask<Run> StartRunAsync(string experiment, Action<RunStart>? start = null, CancellationToken cancellationToken = default)
    {
        string name = ExperimentTable.RequireName(experiment);
        RunStart asked = new();
        start?.Invoke(asked);
        ObjectDisposedException.ThrowIf(_disposed, this);
        Exception? notReady = await TryBeReadyAsync(name, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        Guid id = LifecycleId.New(_store.Time);
        StartRecord record = Describe(id, name, asked);
        RunJournal journal = await OpenJournalAsync(id, record, cancellationToken).ConfigureAwait(false);
        Run run = await OpenRunAsync(journal, record, asked, new Dictionary<string, string>(), notReady).ConfigureAwait(false);
        _capture.Begin(run);
        return run;
    }

    /// <summary>
    /// Goes on with a run that this or another process began, ended or not: it is Running again. Several processes may log to one run at once: their points are
    /// united, the first value of a param counts, and the last end says how the run ended.
    /// </summary>
    /// <param name="runId">32 hex digits.</param>
    /// <param name="start">Tags and data to add, or <c>r =&gt; r.Strict()</c>; a name is refused, the run has one.</param>
    /// <param name="cancellationToken">Cancelling resumes nothing.</param>
    /// <exception cref="TrackingException">There is no such run, it was deleted, or it is open in this process.</exception>
    /// <exception cref="LifecycleStorageException">The database cannot be read or the journal cannot be written.</exception>
    public async ValueTask<Run> ResumeRunAsync(string runId, Action<RunStart>? start = null, CancellationToken cancellationToken = default)
    {
        RunStart asked = new();
        start?.Invoke(asked);
        if (asked.Name is not null)
        {
            throw new ArgumentException("A run keeps its name when it is resumed; leave Named away.", nameof(start));
        }

        RunRecord known = await GetRunAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw TrackingException.NoRun(runId);
        if (known.IsDeleted)
        {
            throw TrackingException.State($"run {known.Id}", "active", "deleted");
        }

        if (!Guid.TryParseExact(known.Id, "N", out Guid id))
        {
            throw new TrackingException($"The run '{known.Id}' has no journal of ours; log to it by its id.");
        }

        if (_open.ContainsKey(known.Id))
        {
            throw new TrackingException($"The run {known.Id} is open in this process: log to the Run object that started or resumed it.");
        }

        StartRecord record = new(
            known.Id, known.Experiment, known.Name, known.User, known.StartedAt.ToUnixTimeMilliseconds(), RunOwner.Current, asked.Tags, asked.Inputs, IsResumed: true);
        RunJournal journal = await OpenJournalAsync(id, record, cancellationToken).ConfigureAwait(false);
        return await OpenRunAsync(journal, record, asked, known.Params, null).ConfigureAwait(false);
    }

    /// <summary>Runs work inside a run: it ends as Finished, or as Failed with the exception, which is thrown on.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="work">Gets the run.</param>
    /// <param name="start">For example <c>r =&gt; r.Under(parent)</c>.</param>
    /// <param name="cancellationToken">Cancels the start; the work has to watch its own token.</param>
    /// <returns>The run, ended.</returns>
    public async ValueTask<Run> RunAsync(
        string experiment, Func<Run, Task> work, Action<RunStart>? start = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        Run run = await StartRunAsync(experiment, start, cancellationToken).ConfigureAwait(false);
        try
        {
            await work(run).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await run.FailAsync(e, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        await run.DisposeAsync().ConfigureAwait(false);
        return run;
    }

    private async ValueTask<Run> OpenRunAsync(
        RunJournal journal, StartRecord record, RunStart asked, IReadOnlyDictionary<string, string> parameters, Exception? notReady)
    {
        Activity? span = TrackingTelemetry.Source.StartActivity("run");
        span?.SetTag("lifecycle.tracking.run", record.Run);
        Run run = new(_store, _drain, journal, record, asked.IsStrict, _options.EndTimeout, _logger, span, parameters) { Ended = ended => _open.TryRemove(ended.Id, out _) };
        _open[run.Id] = run;
        ProcessEndHook.Watch(this);
        _drain.Add(journal);
        TrackingTelemetry.RunStarted();
        if ((notReady ?? await _drain.TryFlushAsync(_options.StartTimeout, CancellationToken.None).ConfigureAwait(false)) is { } cause)
        {
            TrackingLog.Spooled(_logger, run.Id, cause);
        }

        return run;
    }

    // What went wrong, when the database is away; a deleted experiment is the caller's mistake and throws.
    private async ValueTask<Exception?> TryBeReadyAsync(string experiment, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.StartTimeout);
        try
        {
            if (await GetAsync(experiment, timeout.Token).ConfigureAwait(false) is { IsDeleted: true } deleted)
            {
                throw new TrackingException($"The experiment {deleted.Name} must be in the 'active' state. Current state is deleted. Restore it first.");
            }

            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TimeoutException($"The database did not answer within {_options.StartTimeout}.");
        }
        catch (Exception e) when (e is LifecycleStorageException or System.Data.Common.DbException or IOException)
        {
            return e;
        }
    }

    private StartRecord Describe(Guid id, string experiment, RunStart asked)
    {
        string run = id.ToString("N");
        string name = asked.Name ?? "run-" + run[^8..];
        string user = _store.Actor.Actor;
        Dictionary<string, string> tags = new(asked.Tags, StringComparer.Ordinal)
        {
            [RunStart.NameTag] = name,
            ["mlflow.user"] = user,
            ["mlflow.source.name"] = AppDomain.CurrentDomain.FriendlyName,
            ["mlflow.source.type"] = "LOCAL",
        };
        return new StartRecord(run, experiment, name, user, _store.Now, RunOwner.Current, tags, asked.Inputs);
    }

    private async ValueTask<RunJournal> OpenJournalAsync(Guid id, StartRecord record, CancellationToken cancellationToken)
    {
        OwnerLock? owner = null;
        try
        {
            Directory.CreateDirectory(_folder);
            owner = record.IsResumed ? await OwnerLock.JoinAsync(_folder, record.Run, cancellationToken).ConfigureAwait(false) : OwnerLock.Take(_folder, record.Run);
            return new RunJournal(_folder, id, record, owner, _store.Time, _options.Journal, _drain.Wake);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            owner?.Remove();
            throw new LifecycleStorageException(
                "journal", "start", record.Run, $"The run cannot start: its journal in '{_folder}' cannot be written: {e.Message} Free some space, or let this user write there.",
                isTransient: true, e);
        }
    }
}
