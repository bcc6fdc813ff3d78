using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>One model under its name: the versions that answer, those that come and go, and the state of all.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The host stops its models; users do not dispose them.")]
public sealed partial class ServedModel
{
    private const int KeptRecords = 16;

    private readonly HostContext _context;
    private readonly ModelBinding? _binding;
    private readonly VersionLoader _loader;
    private readonly VersionFollower _follower;
    private readonly object? _predictor;
    private LogRing? _log;
    private readonly ServedVersion? _fallback;
    private readonly bool _fallbackIsBare;
    private readonly string[] _pins;
    private readonly TensorCoercion _coercion;
    private readonly string _spanName;
    private readonly ActiveCalls _active;
    private readonly long _seed;
    private readonly Lock _lock = new();
    private readonly List<VersionRecord> _records = [];
    private readonly Dictionary<ServedVersion, VersionRecord> _living = [];
    private RouteTable _route = RouteTable.Closed(RouteClosing.NotReady);
    private Deployment _deployment;
    private string? _sourceProblem;
    private bool _isStopping;
    private long _notTold;

    internal ServedModel(ServedModelPlan plan, HostContext context)
    {
        Name = plan.Name;
        _spanName = $"predict {plan.Name}";
        _active = ServingMeter.ActiveOf(plan.Name);
        IsOptional = plan.IsOptional;
        Initial = plan.Initial;
        _deployment = plan.Initial;
        MaxConcurrency = plan.Admission.MaxConcurrency;
        Log = plan.Log;
        _coercion = plan.Coercion;
        _pins = [.. plan.Pins];
        _seed = TrafficSplit.Seed(plan.Name);
        _context = context;
        _binding = plan.Binding;
        _loader = new VersionLoader(plan, context);
        Source = plan.MakeSource(context);
        _follower = new VersionFollower(Source, PassAsync, SourceFailed, context);
        WantNow();
        _fallback = plan.Fallback is { } make ? _loader.Wrap("fallback", make(), "function", static _ => { }) : null;
        if (_fallback is not null && Log?.Options.Missing(_fallback.Model.Signature) is { } missing)
        {
            _fallbackIsBare = true;
            ServingLog.FallbackNotLogged(context.Logger, Name, missing);
        }

        Shadow = new ShadowRunner(Name, context);
        _predictor = plan.Binding?.CreatePredictor(this, context.Services, context.Time);
    }

    /// <summary>The name under which it is served.</summary>
    public string Name { get; }

    /// <summary>Whether the host counts as ready without it.</summary>
    public bool IsOptional { get; }

    /// <summary>What goes in; null when the model is served without types.</summary>
    public Type? InputType => _binding?.Input;

    /// <summary>What comes out; null when the model is served without types.</summary>
    public Type? OutputType => _binding?.Output;

    /// <summary>Whether a function answers while the model is stopped.</summary>
    public bool HasFallback => _fallback is not null;

    /// <summary>Whether a version is loaded, or the model is stopped and its fallback answers. This is what readiness asks for.</summary>
    public bool IsReadyOrFallback => Volatile.Read(ref _route) is { Primary: not null } or { Fallback: not null };

    /// <summary>Whether a version answers.</summary>
    public bool IsReady => Volatile.Read(ref _route).Primary is not null;

    /// <summary>The version of the first arm that is ready; null when none is.</summary>
    public string? Version => Volatile.Read(ref _route).Primary?.Version.Version;

    /// <summary>Name of the platform of that version, for example <c>mlnet_zip</c>.</summary>
    public string? Platform => Volatile.Read(ref _route).Primary?.Version.Platform;

    /// <summary>Inputs and outputs of that version.</summary>
    public TensorSignature? Signature => Volatile.Read(ref _route).Primary?.Version.Model.Signature;

    /// <summary>Which versions answer whom. Changed by <see cref="ModelHost.Deployments"/>.</summary>
    public Deployment Deployment
    {
        get
        {
            lock (_lock)
            {
                return _deployment;
            }
        }
    }

    /// <summary>What the shadow made of its copies since the host started.</summary>
    public ShadowReport ShadowReport => Shadow.Report;

    /// <summary><see cref="VersionState.Ready"/> while a version answers, else the state of the newest one.</summary>
    public VersionState State => IsReady ? VersionState.Ready : Wrong()?.State ?? Newest()?.State ?? VersionState.Found;

    /// <summary>
    /// Which version does not answer that should, and why, or what is wrong with the source; null when all is well. A part of a sentence, without a full stop.
    /// A model may be ready and have a reason: an older version answers then. For example <c>version 4: digest: expected ..., got ...</c>.
    /// </summary>
    public string? Reason
    {
        get
        {
            RouteTable route = Volatile.Read(ref _route);
            return route.Closing switch
            {
                RouteClosing.Stopped => $"stopped: {Phrase.Of(route.StopReason ?? string.Empty)}",
                RouteClosing.Unloaded => "unloaded; load it again",
                _ => WhyWrong ?? Problem,
            };
        }
    }

    /// <summary>The versions that came since the start, newest first; at most 16, and all that live.</summary>
    public IReadOnlyList<VersionStatus> Versions
    {
        get
        {
            lock (_lock)
            {
                return [.. _records.Select(r => r.Status())];
            }
        }
    }

    /// <summary>The versions that may be asked for now, oldest first.</summary>
    public IReadOnlyList<string> ReadyVersions => [.. Volatile.Read(ref _route).Versions.Select(v => v.Version)];

    /// <summary>A version that may be asked for now; null when it is not loaded.</summary>
    /// <param name="name">Version or alias; null means the first arm that is ready.</param>
    public ReadyVersion? Find(string? name = null)
    {
        RouteTable route = Volatile.Read(ref _route);
        RouteArm? arm = name is null ? route.Primary : route.Find(name);
        return arm is null ? null : new ReadyVersion(
            arm.Version.Version, arm.Version.Platform, arm.Version.Model.Signature, arm.Version.Model.Properties, arm.Version.BatchRows);
    }

    /// <summary>All versions there are, also those that are not loaded, oldest first, as far as the source knows them.</summary>
    /// <exception cref="LifecycleException">The source failed.</exception>
    public ValueTask<IReadOnlyList<string>> ListVersionsAsync(CancellationToken cancellationToken = default) => Source.ListVersionsAsync(cancellationToken);

    /// <summary>Asks the source anew and loads what it names, also what was rejected, failed or unloaded before. Ends when that was tried.</summary>
    /// <exception cref="PredictionRejectedException">No version is ready after it, or one that the source offers is not; the message says why. An older version goes on answering.</exception>
    public async ValueTask LoadAsync(CancellationToken cancellationToken = default)
    {
        _context.Audit?.Tell("serving.model.loaded", Name, null, null, null);
        if (await LoadAgainAsync(cancellationToken).ConfigureAwait(false) is { } why)
        {
            throw new PredictionRejectedException(RejectionReason.NotReady, $"failed to load '{Name}': {why}", TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Lets this process answer no more until <see cref="LoadAsync"/>; running calls end. Other processes and the deployment are not touched.</summary>
    public void Unload()
    {
        _context.Audit?.Tell("serving.model.unloaded", Name, null, null, null);
        Close();
    }

    /// <summary>Calls the visitor with the model's own types.</summary>
    /// <exception cref="InvalidOperationException">The model is served without types.</exception>
    public TResult Visit<TResult>(IPredictorVisitor<TResult> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return _binding is null
            ? throw new InvalidOperationException($"The model '{Name}' is served without types; use ModelHost.Lease(\"{Name}\").")
            : _binding.Visit(_predictor!, visitor);
    }

    /// <summary>What the code says.</summary>
    internal Deployment Initial { get; }

    internal IModelSource Source { get; }

    internal int MaxConcurrency { get; }

    /// <summary>What is logged of it; null when nothing is.</summary>
    internal (double Sample, InferenceLogOptions Options)? Log { get; }

    internal ShadowRunner Shadow { get; }

    internal object? Predictor => _predictor;

    internal Task FirstAttempt => _follower.First;

    /// <summary>What is wrong with the source, or with what a name means there.</summary>
    private string? Problem
    {
        get
        {
            lock (_lock)
            {
                return _sourceProblem
                    ?? (_missing.Count == 0 ? null : $"source: it names no version for {string.Join(", ", _missing.Select(m => $"'{m}'"))}; {NameIt}")
                    ?? _held.Values.FirstOrDefault();
            }
        }
    }

    /// <summary>Begins to follow the source; calls are logged into the ring.</summary>
    internal void Start(LogRing? log)
    {
        _log = log;
        Shadow.Logged = log is null ? null : (stamp, inputs, outputs) =>
        {
            if (log.Wants(stamp.RequestId))
            {
                log.Record(stamp, inputs, outputs, Math.Max(1, (int)TensorRows.Count(inputs)));
            }
        };
        _follower.Start();
    }

    internal void FeedbackStored(Guid requestId, string outcome) => _binding?.TellFeedback(_predictor!, Name, requestId, outcome);

    internal void SinkFailed(Type sink, long failures, Exception error) => ServingLog.SinkFailed(_context.Logger, error, Name, sink.Name, failures);

    private string? WhyWrong => Wrong() is { } wrong ? $"version {wrong.Version}: {wrong.Reason}" : null;

    /// <summary>The newest version that the source offers and that does not answer.</summary>
    private VersionStatus? Wrong()
    {
        lock (_lock)
        {
            return _records.Select(r => r.Status())
                .Where(s => s.Reason is not null && (_noted is null || _noted.Revisions.Any(r => r.Version == s.Version && r.Digest == s.Digest)))
                .MaxBy(s => s.Version, VersionOrder.Ascending);
        }
    }

    private VersionStatus? Newest()
    {
        lock (_lock)
        {
            return _records.Count == 0 ? null : _records[0].Status();
        }
    }
}

/// <summary>A version of a model that may be asked.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Platform">Name of its platform, for example <c>onnx_onnxv1</c>.</param>
/// <param name="Signature">What it takes and gives.</param>
/// <param name="Properties">What it says of itself, for example the labels of an output.</param>
/// <param name="BatchRows">Most rows of several callers in one run; 0 when every call runs alone.</param>
public sealed record ReadyVersion(
    string Version, string Platform, TensorSignature Signature, IReadOnlyDictionary<string, string> Properties, int BatchRows);
