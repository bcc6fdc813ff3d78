using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Tracking;

public sealed partial class Run
{
    private readonly List<(string What, Func<CancellationToken, Task> Work)> _beforeEnd = [];

    /// <summary>
    /// Has work finished before the run ends: an ending calls it, all pieces at once, and waits within <see cref="TrackingOptions.EndTimeout"/>. Work that
    /// fails or takes longer becomes a problem of the run, never an exception. In a run that has ended it is refused.
    /// </summary>
    /// <param name="what">What it is about, for the problem, for example <c>model</c>.</param>
    /// <param name="work">Gets a token that is cancelled when the time is up; may log to the run.</param>
    public void BeforeEnd(string what, Func<CancellationToken, Task> work)
    {
        bool open = false;
        if (what is not null && work is not null)
        {
            lock (_beforeEnd)
            {
                open = Status == RunStatus.Running;
                if (open)
                {
                    _beforeEnd.Add((what, work));
                }
            }
        }

        if (!open)
        {
            ReportProblem(
                "ended", what ?? "",
                what is null || work is null ? "Work before the end needs a subject and something to do." : $"'{what}' came too late: the run {Id} ended as {Status}.");
        }
    }

    /// <summary>
    /// Keeps a problem with the run: <see cref="Problems"/> shows it and the database stores it. Never throws, not even in a strict run; for code that logs
    /// on behalf of the user and must not disturb a training job.
    /// </summary>
    /// <param name="reason">One word, for example <c>autolog</c>.</param>
    /// <param name="subject">What it was about.</param>
    /// <param name="text">One sentence for a person, without secrets.</param>
    public void ReportProblem(string reason, string subject, string text) => Note(reason ?? "", subject ?? "", text ?? "");

    /// <summary>Does what is to be done before the end and gives what is left of the time.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "An ending never throws; what went wrong is kept as a problem of the run.")]
    private async ValueTask<TimeSpan> DoBeforeEndAsync(CancellationToken cancellationToken)
    {
        (string What, Func<CancellationToken, Task> Work)[] pieces;
        lock (_beforeEnd)
        {
            pieces = [.. _beforeEnd];
            _beforeEnd.Clear();
        }

        if (pieces.Length == 0)
        {
            return _endTimeout;
        }

        long started = _store.Time.GetTimestamp();
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_endTimeout);
        await Task.WhenAll(pieces.Select(async piece =>
        {
            try
            {
                await Task.Run(() => piece.Work(timeout.Token), CancellationToken.None).WaitAsync(timeout.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested)
            {
                ReportProblem("ended", piece.What, $"'{piece.What}' was not finished when the run ended: it took longer than {_endTimeout}.");
            }
            catch (Exception e)
            {
                ReportProblem("background", piece.What, $"'{piece.What}' was not logged: {e.GetType().Name}: {e.Message}");
            }
        })).ConfigureAwait(false);
        TimeSpan left = _endTimeout - _store.Time.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
