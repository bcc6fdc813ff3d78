namespace Lifecycle.Drift;

public sealed partial class DriftMonitors
{
    private const int MostAtOnce = 1000;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromDays(1);

    private long _lookedAt;

    /// <summary>
    /// Once a day forgets windows, and with them their findings, that closed longer ago than <see cref="DriftOptions.KeepFindings"/>. Their reports are
    /// then blobs that nobody names and go with the next sweep. Alerts stay.
    /// </summary>
    internal async ValueTask PruneIfDueAsync(CancellationToken cancellationToken)
    {
        long now = Time.GetUtcNow().UtcTicks, looked = Interlocked.Read(ref _lookedAt);
        if (now - looked < BetweenLooks.Ticks || Interlocked.CompareExchange(ref _lookedAt, now, looked) != looked)
        {
            return;
        }

        long oldest = now - Math.Min(_options.KeepFindings.Ticks, now);
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
    }
}
