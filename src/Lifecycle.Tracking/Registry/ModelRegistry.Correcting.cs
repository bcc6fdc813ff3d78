namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    /// <summary>
    /// Says what an alias pointed at in the past: a correction of what the registry believed, or a history that is brought from elsewhere. Only the past can be
    /// said, <paramref name="until"/> is at most now: where the alias points now is changed by <see cref="PromoteAsync"/> alone, so no rule is gone round.
    /// What was believed before stays: <see cref="WhoWasAsync"/> with an earlier <c>knownAt</c> still answers it.
    /// </summary>
    /// <param name="model">Name of a living model.</param>
    /// <param name="alias">The alias; it need not have existed.</param>
    /// <param name="version">The version it pointed at, which may be deleted by now; null means nowhere.</param>
    /// <param name="from">First moment, from 1970 on; before the registry existed, too. Whole milliseconds count.</param>
    /// <param name="until">First moment that does not belong to it; after <paramref name="from"/> and at most now.</param>
    /// <param name="reason">Why; stands in the history and in the audit log.</param>
    /// <param name="cancellationToken">Cancelling changes nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The times are not in order, or reach into the future.</exception>
    /// <exception cref="ModelNotFoundException">There is no such model, or it never had this version.</exception>
    public async ValueTask<AliasPeriod> CorrectAsync(
        string model, string alias, int? version, DateTimeOffset from, DateTimeOffset until, string reason, CancellationToken cancellationToken = default)
    {
        RegistryNames.RequireModel(model);
        RegistryNames.RequireAlias(alias);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        (long first, long end) = (from.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds());
        if (first < 0 || end <= first)
        {
            throw new ArgumentOutOfRangeException(
                nameof(until), $"The time from {from:O} until {until:O} is none. Give a first moment from 1970-01-01 on and a later one, for example from yesterday until an hour ago.");
        }

        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                long now = _store.Now;
                if (end > now)
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(until), $"{until:O} is not past. A correction speaks of the past; where an alias points now is changed by promoting or rolling back.");
                }

                ModelRow row = await RequireModelAsync(transaction, model, token).ConfigureAwait(false);
                if (version is { } number)
                {
                    await RequireVersionAsync(transaction, row.Id, model, number, token).ConfigureAwait(false);
                }

                string after = JsonText.Text(json =>
                {
                    json.WriteString("alias", alias);
                    Number(json, "version", version);
                    json.WriteNumber("from", first);
                    json.WriteNumber("until", end);
                });
                AuditEntry entry = await _store.Audit.AppendAsync(
                    transaction, new AuditRecord("model.alias.corrected", $"model/{model}", After: after, Reason: reason), token).ConfigureAwait(false);
                return await AliasTable.CorrectAsync(
                    transaction, row.Id,
                    new AliasPeriod
                    {
                        Model = model, Alias = alias, Version = version, From = DateTimeOffset.FromUnixTimeMilliseconds(first),
                        Until = DateTimeOffset.FromUnixTimeMilliseconds(end), RecordedAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
                        Move = AliasMove.Correction, Actor = _store.Actor.Actor, Reason = reason, AuditSequence = entry.Sequence,
                    },
                    token).ConfigureAwait(false);
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }
}
