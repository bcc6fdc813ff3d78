using System.Runtime.CompilerServices;

namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Which version an alias pointed at, at a moment; null when it pointed nowhere. When several models bore the name one after another, the one that had
    /// the alias then answers.
    /// </summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="at">The moment that is asked about.</param>
    /// <param name="knownAt">What was known at this moment; null means all that is known now.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    public async ValueTask<AliasPeriod?> WhoWasAsync(
        string model, string alias, DateTimeOffset at, DateTimeOffset? knownAt = null, CancellationToken cancellationToken = default)
    {
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        List<AliasPeriod> rows = await _store.Database.QueryAsync(
            knownAt is null ? AliasTable.At : AliasTable.AtKnownAt,
            [
                ("$model", model), ("$alias", alias), ("$at", at.ToUnixTimeMilliseconds()), ("$known", knownAt?.ToUnixTimeMilliseconds()),
                ("$first", (knownAt < at ? knownAt.Value : at).ToUnixTimeMilliseconds()),
            ],
            AliasTable.Read, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>
    /// All periods of an alias as they are known now, oldest first; periods in which it pointed nowhere have no version. Those of deleted models that bore the
    /// name come before those of the living one.
    /// </summary>
    public async IAsyncEnumerable<AliasPeriod> HistoryAsync(
        string model, string alias, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        foreach (AliasPeriod period in await _store.Database.QueryAsync(
            AliasTable.History, [("$model", model), ("$alias", alias)], AliasTable.Read, cancellationToken).ConfigureAwait(false))
        {
            yield return period;
        }
    }

    /// <summary>
    /// Where an alias points: at once what it is, then every change, until cancelled. Null means that it points nowhere. Moves made by this process
    /// are seen at once, those of others within two seconds; when moves follow each other quickly, only the last is seen.
    /// </summary>
    /// <exception cref="OperationCanceledException">The watch was cancelled.</exception>
    public async IAsyncEnumerable<AliasPeriod?> WatchAsync(
        string model, string alias, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        AliasSignal signal = AliasSignal.Of(_store.Database);
        bool first = true;
        long? seen = null;
        while (true)
        {
            Task next = signal.Next;
            List<AliasPeriod> rows = await _store.Database.QueryAsync(
                AliasTable.Current, [("$model", model), ("$alias", alias)], AliasTable.Read, cancellationToken).ConfigureAwait(false);
            AliasPeriod? current = rows.Count == 0 ? null : rows[0];
            if (first || current?.AuditSequence != seen)
            {
                first = false;
                seen = current?.AuditSequence;
                yield return current?.Version is null ? null : current;
            }

            await next.WaitAsync(Look, _store.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
