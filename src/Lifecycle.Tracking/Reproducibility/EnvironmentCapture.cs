using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Tracking;

/// <summary>
/// Reads the environment of runs in the background and stores it. One reading at a time: runs that start while one goes on share the next, which begins after
/// all of them have started.
/// </summary>
internal sealed class EnvironmentCapture : IAsyncDisposable
{
    public const string CommitTag = "mlflow.source.git.commit";
    public const string BranchTag = "mlflow.source.git.branch";
    public const string DirtyTag = "mlflow.source.git.dirty";
    public const string RepositoryTag = "mlflow.source.git.repoURL";
    private const string Problem = "capture";

    private readonly TrackingStore _store;
    private readonly JournalDrain _drain;
    private readonly CaptureOptions _options;
    private readonly string? _root;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private List<(Run Run, TaskCompletionSource Done)> _waiting = [];
    private Task? _work;

    /// <param name="store">Takes the artifacts.</param>
    /// <param name="drain">Brings the start of a run into the database first.</param>
    /// <param name="options">What to read.</param>
    /// <param name="root">The folder of the store itself: what lies there is no source code.</param>
    public EnvironmentCapture(TrackingStore store, JournalDrain drain, CaptureOptions options, string? root)
    {
        _store = store;
        _drain = drain;
        _options = options;
        _root = root;
    }

    /// <summary>Captures the environment of a run that has just started; the end of the run waits for it.</summary>
    public void Begin(Run run)
    {
        if (!_options.IsEnabled)
        {
            return;
        }

        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add((run, done));
            _work ??= Task.Run(WorkAsync);
        }

        run.BeforeEnd("environment", _ => done.Task);
    }

    /// <summary>Waits until the runs that have started are captured.</summary>
    public Task IdleAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _work is null ? Task.CompletedTask : _work.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task? work;
        lock (_lock)
        {
            work = _work;
        }

        if (work is not null)
        {
            await work.ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            List<(Run Run, TaskCompletionSource Done)> batch;
            lock (_lock)
            {
                if (_waiting.Count == 0)
                {
                    _work = null;
                    return;
                }

                (batch, _waiting) = (_waiting, []);
            }

            await CaptureAsync([.. batch.Select(b => b.Run)]).ConfigureAwait(false);
            batch.ForEach(b => b.Done.SetResult());
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "What goes wrong here must never reach the run; it becomes a problem of it.")]
    private async Task CaptureAsync(IReadOnlyList<Run> runs)
    {
        try
        {
            List<string> problems = [];
            (EnvironmentRecord record, IReadOnlyList<(string Path, byte[] Content)> files) = Read(problems);
            foreach (Run run in runs)
            {
                Tag(run, record.Code);
                problems.ForEach(p => run.Note(Problem, "environment", p));
            }

            await StoreAsync(runs, record, files).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            foreach (Run run in runs)
            {
                run.Note(Problem, "environment", Tell("The environment of the run could not be stored", e));
            }
        }
    }

    private (EnvironmentRecord Record, IReadOnlyList<(string Path, byte[] Content)> Files) Read(List<string> problems)
    {
        IEnumerable<string> folders = _options.WorkTree is { } set ? [Path.GetFullPath(set)] : [AppContext.BaseDirectory, Environment.CurrentDirectory];
        CodeCapture code = Try("source code", () => CodeCapture.Read(folders, _options.KeepChangedFiles, _root, _stop.Token), new CodeCapture(null, []), problems);
        string? list = _options.PackageFile ?? PackageList.File();
        EnvironmentRecord record = new()
        {
            CapturedAt = DateTimeOffset.FromUnixTimeMilliseconds(_store.Now),
            Code = code.State,
            Packages = Try("list of packages", () => list is null ? [] : PackageList.Read(list), [], problems),
            Assemblies = Try("list of assemblies", PackageList.Loaded, [], problems),
            Host = Try("host", HostFacts.Read, [], problems),
            Variables = Try("environment variables", () => HostFacts.Variables(_options.EnvironmentNames), [], problems),
            Arguments = Try("arguments", HostFacts.Arguments, [], problems),
        };
        return (record, code.Files);
    }

    [SuppressMessage("Design", "CA1031", Justification = "One part that cannot be read must not take the others with it.")]
    private static T Try<T>(string what, Func<T> read, T otherwise, List<string> problems)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            problems.Add(Tell($"The {what} of the run could not be read", e));
            return otherwise;
        }
    }

    private static string Tell(string what, Exception e) => SecretRedactor.Redact($"{what}: {e.GetType().Name}: {e.Message}");

    private static void Tag(Run run, CodeState? code)
    {
        if (code is null)
        {
            return;
        }

        run.TagUnlessGiven(CommitTag, code.Commit);
        run.TagUnlessGiven(BranchTag, code.Branch);
        run.TagUnlessGiven(RepositoryTag, code.Repository);
        run.TagUnlessGiven(DirtyTag, code.IsDirty switch { true => "true", false => "false", null => "unknown" });
    }

    private async Task StoreAsync(IReadOnlyList<Run> runs, EnvironmentRecord record, IReadOnlyList<(string Path, byte[] Content)> files)
    {
        CancellationToken stop = _stop.Token;
        List<ArtifactEntry> entries = [];
        BlobBatch batch = await _store.Blobs.BeginBatchAsync(stop).ConfigureAwait(false);
        await using (batch.ConfigureAwait(false))
        {
            foreach ((string path, byte[] content) in
                files.Select(f => (EnvironmentRecord.ChangedFolder + f.Path, f.Content)).Append((EnvironmentRecord.ArtifactName, record.ToBytes())))
            {
                StoredBlob blob = await batch.PutAsync(content, stop).ConfigureAwait(false);
                entries.Add(new ArtifactEntry(path, blob.Length, blob.Digest, DateTimeOffset.FromUnixTimeMilliseconds(_store.Now)));
            }

            await batch.CompleteAsync(stop).ConfigureAwait(false);
        }

        await _drain.FlushAsync(stop).ConfigureAwait(false);
        await _store.Database.WriteAsync((transaction, token) => AddAsync(transaction, runs, entries, token), CommitDurability.Flushed, stop).ConfigureAwait(false);
        TrackingTelemetry.Artifact(entries.Sum(e => e.Size), "in");
    }

    private static async ValueTask<bool> AddAsync(
        LifecycleTransaction transaction, IReadOnlyList<Run> runs, List<ArtifactEntry> entries, CancellationToken cancellationToken)
    {
        foreach (Run run in runs)
        {
            if (await RunRow.FindAsync(transaction, run.Id, cancellationToken).ConfigureAwait(false) is { IsDeleted: false } row)
            {
                foreach (ArtifactEntry entry in entries)
                {
                    await ArtifactTable.PutAsync(transaction, ArtifactTable.OfRun, row.Id, entry, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return true;
    }
}
