using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>One model under its name: the version that answers, those that come and go, and the state of all.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The host stops its models; users do not dispose them.")]
public sealed partial class ServedModel
{
    private const int KeptRecords = 16;
    private const int AcquireTries = 3;

    private readonly HostContext _context;
    private readonly ModelBinding? _binding;
    private readonly VersionLoader _loader;
    private readonly VersionFollower _follower;
    private readonly object? _predictor;
    private readonly Lock _lock = new();
    private readonly List<VersionRecord> _records = [];
    private readonly Dictionary<ServedVersion, VersionRecord> _living = [];
    private RouteTable _route = RouteTable.NotReady;
    private ModelRevision? _serving;
    private string? _sourceProblem;

    internal ServedModel(ServedModelPlan plan, HostContext context)
    {
        Name = plan.Name;
        IsOptional = plan.IsOptional;
        _context = context;
        _binding = plan.Binding;
        _loader = new VersionLoader(Name, plan.Binding, plan.AllowSignatureChange, context);
        _follower = new VersionFollower(plan.MakeSource(context), LoadAsync, SourceFailed, NothingNamed, context);
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

    /// <summary>Whether a version answers.</summary>
    public bool IsReady => Volatile.Read(ref _route).Primary is not null;

    /// <summary>The version that answers; null when none does.</summary>
    public string? Version => Volatile.Read(ref _route).Primary?.Version;

    /// <summary>Name of the platform of the version that answers, for example <c>mlnet_zip</c>.</summary>
    public string? Platform => Volatile.Read(ref _route).Primary?.Platform;

    /// <summary>Inputs and outputs of the version that answers.</summary>
    public TensorSignature? Signature => Volatile.Read(ref _route).Primary?.Model.Signature;

    /// <summary><see cref="VersionState.Ready"/> while a version answers, else the state of the newest one.</summary>
    public VersionState State => IsReady ? VersionState.Ready : Newest()?.State ?? VersionState.Found;

    /// <summary>
    /// Why the newest version does not answer, or what is wrong with the source; null when all is well.
    /// A model may be ready and have a reason: an older version answers then.
    /// </summary>
    public string? Reason => Newest()?.Reason ?? SourceProblem;

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

    /// <summary>Calls the visitor with the model's own types.</summary>
    /// <exception cref="InvalidOperationException">The model is served without types.</exception>
    public TResult Visit<TResult>(IPredictorVisitor<TResult> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return _binding is null
            ? throw new InvalidOperationException($"The model '{Name}' is served without types; use ModelHost.Lease(\"{Name}\").")
            : _binding.Visit(_predictor!, visitor);
    }

    internal object? Predictor => _predictor;

    internal Task FirstAttempt => _follower.First;

    private string? SourceProblem
    {
        get
        {
            lock (_lock)
            {
                return _sourceProblem;
            }
        }
    }

    internal void Start() => _follower.Start();

    /// <summary>Leases the version that answers now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal VersionLease Acquire()
    {
        ServedVersion? primary = Volatile.Read(ref _route).Primary;
        return primary is not null && primary.TryAcquire(out int cell) ? new VersionLease(primary, cell) : AcquireSlowly();
    }

    internal void Run(VersionLease lease, TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ServedVersion version = lease.Version;
        long rows = Math.Max(1, version.Model.Signature.Check(inputs));
        long started = ServingMeter.PredictionDuration.Enabled ? _context.Time.GetTimestamp() : 0;
        Exception? failure = null;
        try
        {
            version.Model.Run(inputs, outputs, cancellationToken);
            version.CountSuccess(lease.Cell, rows);
        }
        catch (Exception error) when (error is not (OperationCanceledException or InvalidInputException))
        {
            version.CountFailure(lease.Cell);
            failure = error;
            throw new PredictionFailedException(Name, version.Version, error);
        }
        finally
        {
            if (started != 0)
            {
                ServingMeter.Predicted(_context.Time.GetElapsedTime(started), Name, version.Version, rows, failure);
            }
        }
    }

    internal void SinkFailed(Type sink, long failures, Exception error) => ServingLog.SinkFailed(_context.Logger, error, Name, sink.Name, failures);

    private VersionLease AcquireSlowly()
    {
        SpinWait spin = default;
        for (int attempt = 0; ; attempt++)
        {
            RouteTable route = Volatile.Read(ref _route);
            if (route.Primary is null)
            {
                ObjectDisposedException.ThrowIf(route.IsStopped, typeof(ModelHost));
                ServingMeter.Rejected(Name);
                throw new PredictionRejectedException(
                    RejectionReason.NotReady, $"The model '{Name}' is not ready ({State}): {Reason ?? "it is on its way"}.", TimeSpan.FromSeconds(1));
            }

            if (route.Primary.TryAcquire(out int cell))
            {
                return new VersionLease(route.Primary, cell);
            }

            if (attempt >= AcquireTries)
            {
                spin.SpinOnce();
            }
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
