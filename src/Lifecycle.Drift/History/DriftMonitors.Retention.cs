using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Drift;

public sealed partial class DriftMonitors
{
    private const int MostAtOnce = 1000;

    /// <summary>Windows of performance bring up to all their predictions.</summary>
    private const int MostPerformanceAtOnce = 20;
    private const string OldPerformance = "SELECT monitor, window FROM drift_performance WHERE closed < $oldest ORDER BY closed, monitor, window LIMIT $most";

    /// <summary>When a monitor was heard of; where no holder was noted yet, when it last wrote something that tells.</summary>
    private const string Forsaken = """
        SELECT m.id FROM drift_performance_monitor m WHERE COALESCE(m.heard, MAX(
            COALESCE((SELECT MAX(COALESCE(p.closed, p.opened)) FROM drift_performance p WHERE p.monitor = m.id), 0),
            COALESCE((SELECT MAX(q.at) FROM drift_prediction q WHERE q.monitor = m.id), 0))) < $oldest
        """;

    private const string ForsakenWindows = $"SELECT monitor, window FROM drift_performance WHERE monitor IN ({Forsaken}) ORDER BY monitor, window LIMIT $most";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromDays(1);

    private long _lookedAt;

    /// <summary>
    /// Once a day forgets windows, and with them their findings or predictions, that closed longer ago than <see cref="DriftOptions.KeepFindings"/>, and
    /// performance monitors of which nothing was heard for as long, with their open windows. The reports of windows are
    /// then blobs that nobody names and go with the next sweep. Alerts stay. A failure is logged and tried again with the next window: what was
    /// saved before is saved.
    /// </summary>
    internal async ValueTask PruneIfDueAsync(CancellationToken cancellationToken)
    {
        long now = Time.GetUtcNow().UtcTicks, looked = Interlocked.Read(ref _lookedAt);
        if (now - looked < BetweenLooks.Ticks || Interlocked.CompareExchange(ref _lookedAt, now, looked) != looked)
        {
            return;
        }

        try
        {
            await PruneAsync(now - Math.Min(_options.KeepFindings.Ticks, now), cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever the store throws
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _lookedAt, looked, now);
            Log.PruneFailed(_logger ?? NullLogger.Instance, error);
        }
    }

    private async ValueTask PruneAsync(long oldest, CancellationToken cancellationToken)
    {
        int gone;
        do
        {
            gone = await Database.WriteAsync(
                async (transaction, token) =>
                {
                    await transaction.ExecuteAsync(
                        "DELETE FROM drift_finding WHERE window IN (SELECT id FROM drift_window WHERE closed < $oldest ORDER BY closed LIMIT $most)",
                        [("$oldest", oldest), ("$most", (long)MostAtOnce)], token).ConfigureAwait(false);
                    return await transaction.ExecuteAsync(
                        "DELETE FROM drift_window WHERE id IN (SELECT id FROM drift_window WHERE closed < $oldest ORDER BY closed LIMIT $most)",
                        [("$oldest", oldest), ("$most", (long)MostAtOnce)], token).ConfigureAwait(false);
                },
                CommitDurability.Buffered, cancellationToken).ConfigureAwait(false);
        }
        while (gone == MostAtOnce);

        do
        {
            gone = await Database.WriteAsync(
                async (transaction, token) =>
                {
                    await transaction.ExecuteAsync(
                        $"DELETE FROM drift_prediction WHERE (monitor, window) IN ({OldPerformance})",
                        [("$oldest", oldest), ("$most", (long)MostPerformanceAtOnce)], token).ConfigureAwait(false);
                    return await transaction.ExecuteAsync(
                        $"DELETE FROM drift_performance WHERE (monitor, window) IN ({OldPerformance})",
                        [("$oldest", oldest), ("$most", (long)MostPerformanceAtOnce)], token).ConfigureAwait(false);
                },
                CommitDurability.Buffered, cancellationToken).ConfigureAwait(false);
        }
        while (gone == MostPerformanceAtOnce);
        await PruneForsakenAsync(oldest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Performance monitors of which nothing was heard for so long go with their open windows: nobody opens them again.</summary>
    private async ValueTask PruneForsakenAsync(long oldest, CancellationToken cancellationToken)
    {
        int gone;
        do
        {
            gone = await Database.WriteAsync(
                async (transaction, token) =>
                {
                    (string, object?)[] which = [("$oldest", oldest), ("$most", (long)MostPerformanceAtOnce)];
                    await transaction.ExecuteAsync($"DELETE FROM drift_prediction WHERE (monitor, window) IN ({ForsakenWindows})", which, token).ConfigureAwait(false);
                    return await transaction.ExecuteAsync($"DELETE FROM drift_performance WHERE (monitor, window) IN ({ForsakenWindows})", which, token)
                        .ConfigureAwait(false);
                },
                CommitDurability.Buffered, cancellationToken).ConfigureAwait(false);
        }
        while (gone == MostPerformanceAtOnce);

        await Database.WriteAsync(
            async (transaction, token) => await transaction.ExecuteAsync(
                $"DELETE FROM drift_performance_monitor WHERE id IN ({Forsaken}) AND id NOT IN (SELECT monitor FROM drift_performance)",
                [("$oldest", oldest)], token).ConfigureAwait(false),
            CommitDurability.Buffered, cancellationToken).ConfigureAwait(false);
    }

    private static partial class Log
    {
        [LoggerMessage(6, LogLevel.Warning, "Old windows of drift monitors could not be dropped. This is tried again with the next window that is saved.")]
        public static partial void PruneFailed(ILogger logger, Exception error);
    }
}
