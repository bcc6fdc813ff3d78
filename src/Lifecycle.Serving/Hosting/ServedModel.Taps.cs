using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <content>Who is told of a call: log, shadow, sinks, instruments.</content>
public sealed partial class ServedModel
{
    // Never filled: what is logged of an answer whose columns nobody can tell apart.
    private static readonly TensorSet Bare = new();

    /// <summary>Whether calls need a key or an id to find their arm.</summary>
    internal bool IsSplit => Volatile.Read(ref _route).Only is null;

    /// <summary>Whether log or shadow may want to know of calls.</summary>
    internal bool IsWatched => _log is not null || Volatile.Read(ref _route).Shadow is not null;

    /// <summary>Whether sinks are told of calls.</summary>
    internal bool HasSinks => _binding?.HasSinks == true;

    /// <summary>Whether somebody will ask for the id of a call.</summary>
    internal bool NeedsId => IsWatched || IsSplit || CallTrace.HasListeners;

    /// <summary>Whether log or shadow want to know of this call.</summary>
    internal bool Wants(in InferenceStamp stamp)
    {
        RouteTable route = Volatile.Read(ref _route);
        return WantsRecord(stamp.RequestId)
            || (route.Shadow is not null && stamp.Role == InferenceRole.Primary && ShadowRunner.Wants(stamp.RequestId, route.ShadowSample));
    }

    /// <summary>Whether the log wants to know of this call.</summary>
    internal bool WantsRecord(Guid id) => _log?.Wants(id) == true;

    internal InferenceStamp Stamp(VersionLease lease, Guid id, long started, string? clientId) => new(Name, lease.Arm.Version.Version, id, _context.Time.GetUtcNow())
    {
        Arm = lease.Arm.Name,
        Role = Role(lease),
        Propensity = lease.Arm.Propensity,
        Duration = _context.Time.GetElapsedTime(started),
        ClientId = clientId,
    };

    /// <summary>Tells log, shadow and sinks of a call in tensors. Whatever goes wrong here is no failure of the call.</summary>
    internal void Tap(VersionLease lease, in InferenceStamp stamp, TensorSet inputs, TensorSet outputs, int rows)
    {
        try
        {
            Copy(stamp, inputs, outputs);
            _binding?.Tell(_predictor!, lease.Arm.Version.Typed!, stamp, inputs, outputs, rows);
        }
        catch (Exception error)
        {
            NotTold(error);
        }
    }

    /// <summary>Gives log and shadow their copies.</summary>
    /// <param name="stamp">The call.</param>
    /// <param name="inputs">What went in.</param>
    /// <param name="outputs">What came out.</param>
    /// <param name="arePart">Whether there may be more outputs, as the types of the call hold only some.</param>
    /// <param name="canBeRun">Whether the inputs are all that a model needs, and there is an output to compare.</param>
    internal void Copy(in InferenceStamp stamp, TensorSet inputs, TensorSet outputs, bool arePart = false, bool canBeRun = true)
    {
        if (WantsRecord(stamp.RequestId))
        {
            bool isBare = IsBare(stamp);
            _log!.Record(in stamp, isBare ? Bare : inputs, isBare ? Bare : outputs, Math.Max(1, (int)TensorRows.Count(inputs)));
        }

        RouteTable route = Volatile.Read(ref _route);
        if (route.Shadow is { } shadow && stamp.Role == InferenceRole.Primary && ShadowRunner.Wants(stamp.RequestId, route.ShadowSample))
        {
            if (canBeRun)
            {
                Shadow.Offer(shadow, stamp, inputs, outputs, arePart);
            }
            else
            {
                Shadow.Drop();
            }
        }
    }

    /// <summary>Tells the log of a call in which the model threw.</summary>
    internal void CopyFailure(in InferenceStamp stamp, TensorSet inputs, Exception error)
    {
        if (WantsRecord(stamp.RequestId))
        {
            InferenceStamp failed = stamp with { Error = error.GetType().Name };
            _log!.Record(in failed, IsBare(stamp) ? Bare : inputs, null, Math.Max(1, (int)TensorRows.Count(inputs)));
        }
    }

    /// <summary>A call could not be told to log, shadow or sinks: counted each time, logged ever more rarely.</summary>
    internal void NotTold(Exception error)
    {
        ServingMeter.RecordDropped(Name, "write_failed");
        long count = Interlocked.Increment(ref _notTold);
        if (long.IsPow2(count))
        {
            ServingLog.NotTold(_context.Logger, error, Name, count);
        }
    }

    /// <summary>A call has its version.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal CallTrace Begin(VersionLease lease, Guid id) => CallTrace.IsListenedTo ? CallTrace.Begin(_active, _spanName, lease, id) : default;

    /// <summary>A call has its answer, or will have none.</summary>
    /// <param name="trace">What was begun for it.</param>
    /// <param name="lease">Its version.</param>
    /// <param name="started">Timestamp of its beginning.</param>
    /// <param name="ended">Timestamp of its end; 0 reads the clock.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="failure">Why it has no answer; null when it has.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Told(in CallTrace trace, VersionLease lease, long started, long ended, long rows, Exception? failure)
    {
        if (ServingMeter.MeasuresCalls)
        {
            TimeSpan duration = _context.Time.GetElapsedTime(started, ended == 0 ? _context.Time.GetTimestamp() : ended);
            ServingMeter.Predicted(duration, Name, lease.Arm, Role(lease), rows, failure);
        }

        trace.End(_active, lease, failure);
    }

    /// <summary>Whether the log gets no tensors of this answer: the fallback names its columns by itself, and a redacted value may stand under another name.</summary>
    private bool IsBare(in InferenceStamp stamp) => _fallbackIsBare && stamp.Role == InferenceRole.Fallback;

    private InferenceRole Role(VersionLease lease) => ReferenceEquals(lease.Arm.Version, _fallback) ? InferenceRole.Fallback : InferenceRole.Primary;
}
