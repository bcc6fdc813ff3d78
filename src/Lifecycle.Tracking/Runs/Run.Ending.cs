namespace Lifecycle.Tracking;

public sealed partial class Run
{
    /// <summary>Ends the run. Never throws; waits at most <see cref="TrackingOptions.EndTimeout"/> for the database, then leaves it to the background.</summary>
    /// <param name="status">How it ended; <see cref="RunStatus.Running"/> and <see cref="RunStatus.Scheduled"/> are no ends and are refused.</param>
    /// <param name="cancellationToken">Cancels the waiting, not the end.</param>
    public ValueTask CompleteAsync(RunStatus status = RunStatus.Finished, CancellationToken cancellationToken = default)
    {
        if (status is RunStatus.Finished or RunStatus.Failed or RunStatus.Killed)
        {
            return EndAsync(status, "", isAsked: true, cancellationToken);
        }

        Refuse("value", "status", $"A run cannot end as {status}; use Finished, Failed or Killed.");
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Ends the run as <see cref="RunStatus.Failed"/>; the type of the exception stands in the tag <c>lifecycle.exception.type</c>. The message is not kept:
    /// it may hold secrets.
    /// </summary>
    public ValueTask FailAsync(Exception exception, CancellationToken cancellationToken = default)
    {
        if (Status == RunStatus.Running)
        {
            SetTag(EndReasonTag, "exception");
            SetTag(ExceptionTag, exception?.GetType().FullName ?? "unknown");
        }

        return EndAsync(RunStatus.Failed, "exception", isAsked: true, cancellationToken);
    }

    /// <summary>Ends the run as <see cref="RunStatus.Finished"/> unless it was ended before.</summary>
    public ValueTask DisposeAsync() => EndAsync(RunStatus.Finished, "", isAsked: false, CancellationToken.None);

    internal async ValueTask EndAsync(RunStatus status, string reason, bool isAsked, CancellationToken cancellationToken)
    {
        TimeSpan timeout = await DoBeforeEndAsync(cancellationToken).ConfigureAwait(false);
        if (Interlocked.CompareExchange(ref _status, (int)status, (int)RunStatus.Running) != (int)RunStatus.Running)
        {
            if (isAsked)
            {
                RefuseEnded("end");
            }

            return;
        }

        DateTimeOffset now = _store.Time.GetUtcNow();
        _journal.AppendEnd(new EndRecord(status, now.ToUnixTimeMilliseconds(), reason));
        TrackingTelemetry.RunEnded(status, now > StartedAt ? now - StartedAt : TimeSpan.Zero);
        _span?.SetTag("lifecycle.tracking.status", status.ToString());
        _span?.Dispose();
        Ended?.Invoke(this);
        try
        {
            if (await _drain.TryFlushAsync(timeout, cancellationToken).ConfigureAwait(false) is { } cause)
            {
                TrackingLog.Spooled(_logger, Id, cause);
            }
        }
        catch (OperationCanceledException)
        {
            // The end stands in the journal; only the waiting was cancelled.
        }
    }
}
