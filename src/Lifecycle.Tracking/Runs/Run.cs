using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Tracking;

/// <summary>
/// A run that goes on in this process. Calls that return nothing never throw and never wait: when such a call has returned, the death of the process
/// loses nothing of it. Awaited calls write artifacts and models, all or nothing, and throw. Safe for any number of threads.
/// </summary>
public sealed partial class Run : IAsyncDisposable
{
    internal const string EndReasonTag = "lifecycle.end_reason";
    internal const string ExceptionTag = "lifecycle.exception.type";
    internal const int LongestValue = 65_536;
    internal const int LongestLogged = 16 * 1024 * 1024;
    private const int MostProblems = 100;

    private readonly TrackingStore _store;
    private readonly JournalDrain _drain;
    private readonly RunJournal _journal;
    private readonly TimeSpan _endTimeout;
    private readonly bool _strict;
    private readonly ILogger _logger;
    private readonly Activity? _span;
    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _params = new(StringComparer.Ordinal);
    private readonly List<RunProblem> _problems = [];
    private readonly HashSet<(string Reason, string Subject)> _said = [];
    private int _status = (int)RunStatus.Running;

    internal Run(
        TrackingStore store, JournalDrain drain, RunJournal journal, StartRecord start, bool strict, TimeSpan endTimeout, ILogger logger, Activity? span,
        IReadOnlyDictionary<string, string> parameters)
    {
        _store = store;
        _drain = drain;
        _journal = journal;
        _endTimeout = endTimeout;
        _strict = strict;
        _logger = logger;
        _span = span;
        foreach ((string key, string value) in parameters)
        {
            _params[key] = value;
        }

        Id = start.Run;
        Name = start.Name;
        Experiment = start.Experiment;
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(start.StartMs);
        Artifacts = new RunArtifacts(store, Id);
        journal.Deleted = () => Keep(RunProblem.OfDeleted(Id, _store.Time));
        _given = new HashSet<string>(start.Tags.Keys, StringComparer.Ordinal);
    }

    /// <summary>32 hex digits of a version-7 Guid.</summary>
    public string Id { get; }

    /// <summary>Name of the run.</summary>
    public string Name { get; }

    /// <summary>Name of its experiment.</summary>
    public string Experiment { get; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>Where it stands.</summary>
    public RunStatus Status => (RunStatus)Volatile.Read(ref _status);

    /// <summary>The artifacts that were logged.</summary>
    public RunArtifacts Artifacts { get; }

    /// <summary>The first 100 calls that were refused as misuse, and what else went wrong, such as that somebody deleted the run meanwhile.</summary>
    public IReadOnlyList<RunProblem> Problems
    {
        get
        {
            lock (_problems)
            {
                return [.. _problems];
            }
        }
    }

    internal Action<Run>? Ended { get; init; }

    /// <summary>Waits until everything that was logged before the call can be searched.</summary>
    /// <exception cref="LifecycleStorageException">The database cannot be written now. What was logged stays in the journal and is written later.</exception>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => _drain.FlushAsync(cancellationToken);

    /// <summary>The run as a node of lineage.</summary>
    public LineageNode ToLineageNode() => new(LineageNode.Run, Id);

    /// <summary>The run as a node of lineage.</summary>
    public static implicit operator LineageNode(Run run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.ToLineageNode();
    }

    /// <summary>Name and id.</summary>
    public override string ToString() => $"{Experiment}/{Name} ({Id})";

    internal void Refuse(string reason, string subject, string text)
    {
        TrackingTelemetry.Rejected(reason);
        RunProblem problem = Note(reason, subject, text);
        if (_strict)
        {
            throw new RunMisuseException(problem);
        }
    }

    /// <summary>Keeps a problem that is nobody's misuse; never throws.</summary>
    internal RunProblem Note(string reason, string subject, string text)
    {
        RunProblem problem = new(reason, KeyRule.Show(subject), text, _store.Time.GetUtcNow());
        if (Keep(problem))
        {
            _journal.Add(problem);
        }

        return problem;
    }

    // False when there are too many to keep another one.
    private bool Keep(RunProblem problem)
    {
        bool say;
        bool isKept;
        lock (_problems)
        {
            say = _said.Count < MostProblems && _said.Add((problem.Reason, problem.Subject));
            isKept = _problems.Count < MostProblems;
            if (isKept)
            {
                _problems.Add(problem);
            }
        }

        if (say)
        {
            TrackingLog.Misuse(_logger, Id, problem.Text, problem.Subject);
        }

        return isKept;
    }

    private void RefuseEnded(string subject) =>
        Refuse("ended", subject, string.Create(CultureInfo.InvariantCulture, $"Nothing can be logged to the run {Id}: it ended as {Status}. Start another run."));
}
