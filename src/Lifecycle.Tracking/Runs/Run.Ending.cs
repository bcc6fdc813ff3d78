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
    /// Ends the run as <see cref="RunStatus.Failed"/>; the type of the exception stands in the tag <c>lifecycle.exception.type</c>, the first 1,000
    /// characters of its message, without secrets (<see cref="SecretRedactor"/>), in <c>lifecycle.exception.message</c>.
    /// </summary>
    public ValueTask FailAsync(Exception exception, CancellationToken cancellationToken = default)
    {
        if (Status == RunStatus.Running)
        {
            SetTag(EndReasonTag, RunEnd.Exception);
            SetTag(ExceptionTag, exception?.GetType().FullName ?? "unknown");
            SetTag(MessageTag, exception is null ? "" : MessageOf(exception));
        }

        return EndAsync(RunStatus.Failed, RunEnd.Exception, isAsked: true, cancellationToken);
    }

    /// <summary>Ends the run as <see cref="RunStatus.Finished"/> unless it was ended before.</summary>
    public ValueTask DisposeAsync() => EndAsync(RunStatus.Finished, "", isAsked: false, CancellationToken.None);

    /// <summary>Leaves a mark: the process got a signal. It counts when nothing comes after it.</summary>
    internal void MarkSignal(string name) => _journal.Append(JournalRecords.Signal(_store.Now, name));

    /// <summary>Writes the end into the journal and waits for nothing: the process is ending.</summary>
    internal void EndInJournal(RunStatus status, string reason, string? exception)
    {
        if (Interlocked.CompareExchange(ref _status, (int)status, (int)RunStatus.Running) == (int)RunStatus.Running)
        {
            _journal.Append(JournalRecords.Pair(JournalKind.Tag, EndReasonTag, reason));
            if (exception is not null)
            {
                _journal.Append(JournalRecords.Pair(JournalKind.Tag, ExceptionTag, exception));
            }

            _journal.AppendEnd(new EndRecord(status, _store.Now, reason));
        }
    }

    internal async ValueTask EndAsync(RunStatus status, string reason, bool isAsked, CancellationToken cancellationToken)
    {
        DateTimeOffset now = _store.Time.GetUtcNow();
        TimeSpan left = await DoBeforeEndAsync(cancellationToken).ConfigureAwait(false);
        if (Interlocked.CompareExchange(ref _status, (int)status, (int)RunStatus.Running) != (int)RunStatus.Running)
        {
            if (isAsked)
            {
                RefuseEnded("end");
            }

            return;
        }

        _journal.AppendEnd(new EndRecord(status, now.ToUnixTimeMilliseconds(), reason));
        TrackingTelemetry.RunEnded(status, now > StartedAt ? now - StartedAt : TimeSpan.Zero);
        _span?.SetTag("lifecycle.tracking.status", status.ToString());
        _span?.Dispose();
        Ended?.Invoke(this);
        try
        {
            if (await _drain.TryFlushAsync(left, cancellationToken).ConfigureAwait(false) is { } cause)
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
