using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Drift;

public sealed partial class DriftMonitors
{
    private const int MostAtOnce = 1000;

    /// <summary>Windows of performance bring up to all their predictions.</summary>
    private const int MostPerformanceAtOnce = 20;
    private const string OldPerformance = "SELECT monitor, window FROM drift_performance WHERE closed < $oldest ORDER BY closed, monitor, window LIMIT $most";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromDays(1);

    private long _lookedAt;

    /// <summary>
    /// Once a day forgets windows, and with them their findings or predictions, that closed longer ago than <see cref="DriftOptions.KeepFindings"/>. Their reports are
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
    }

    private static partial class Log
    {
        [LoggerMessage(6, LogLevel.Warning, "Old windows of drift monitors could not be dropped. This is tried again with the next window that is saved.")]
        public static partial void PruneFailed(ILogger logger, Exception error);
    }
}
