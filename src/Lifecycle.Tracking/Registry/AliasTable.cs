using System.Data.Common;

namespace Lifecycle.Tracking;

/// <summary>
/// SQL over the periods of aliases. A period is never changed in what it says: it is superseded, and what is known now is written beside it.
/// For every moment of knowledge the periods of one alias of one model do not overlap, and no period begins after the moment it was recorded.
/// </summary>
internal static class AliasTable
{
    private const string Columns = """
        SELECT m.name, p.alias, p.version, p.valid_from, p.valid_to, p.recorded_at, p.superseded_at, p.kind, p.actor, p.reason, p.audit_seq
        FROM tracking_registered_model m CROSS JOIN tracking_alias_period p
        """;

    private const string Living = Columns + " ON p.model = m.id WHERE m.name = $model AND m.ended IS NULL AND p.alias = $alias AND p.superseded_at IS NULL";

    /// <summary>The period that lasts. The index is named: left to itself SQLite takes one that leads through the whole history of the alias.</summary>
    public const string Current = Columns + """
         INDEXED BY tracking_alias_period_lasting ON p.model = m.id
        WHERE m.name = $model AND m.ended IS NULL AND p.alias = $alias AND p.superseded_at IS NULL AND p.valid_to IS NULL
        """;

    /// <summary>What is known now of the living model, oldest first.</summary>
    public const string LivingHistory = Living + " ORDER BY p.valid_from";

    /// <summary>What is known now of all models that bore the name, oldest first.</summary>
    public const string History = Columns + """
         ON p.model = m.id WHERE m.name = $model AND p.alias = $alias AND p.superseded_at IS NULL ORDER BY m.id, p.valid_from
        """;

    /// <summary>The period of a moment, as known now; of several models that bore the name, the newest that had the alias then.</summary>
    public const string At = Columns + """
         ON p.id = (
            SELECT x.id FROM tracking_alias_period x
            WHERE x.model = m.id AND x.alias = $alias AND x.superseded_at IS NULL AND x.valid_from <= $at ORDER BY x.valid_from DESC LIMIT 1)
        WHERE m.name = $model AND p.version IS NOT NULL AND (p.valid_to IS NULL OR $at < p.valid_to) ORDER BY m.id DESC LIMIT 1
        """;

    /// <summary>The period of a moment, as known at another moment. <c>$first</c> is the earlier of both: no period begins after it was recorded.</summary>
    public const string AtKnownAt = Columns + """
         ON p.id = (
            SELECT x.id FROM tracking_alias_period x
            WHERE x.model = m.id AND x.alias = $alias AND x.valid_from <= $first
            AND x.recorded_at <= $known AND (x.superseded_at IS NULL OR $known < x.superseded_at) ORDER BY x.valid_from DESC LIMIT 1)
        WHERE m.name = $model AND p.version IS NOT NULL AND (p.valid_to IS NULL OR $at < p.valid_to) ORDER BY m.id DESC LIMIT 1
        """;

    private const string Overlapping = Columns + """
         ON p.model = m.id WHERE m.id = $model AND p.alias = $alias AND p.superseded_at IS NULL
        AND p.valid_from < $until AND (p.valid_to IS NULL OR $from < p.valid_to) ORDER BY p.valid_from
        """;

    public static AliasPeriod Read(DbDataReader row) => new()
    {
        Model = row.GetString(0),
        Alias = row.GetString(1),
        Version = row.IsDBNull(2) ? null : row.GetInt32(2),
        From = row.Time(3),
        Until = row.TimeOrNull(4),
        RecordedAt = row.Time(5),
        SupersededAt = row.TimeOrNull(6),
        Move = (AliasMove)row.GetInt32(7),
        Actor = row.GetString(8),
        Reason = row.TextOrNull(9),
        AuditSequence = row.GetInt64(10),
    };

    public static async ValueTask<AliasPeriod?> CurrentAsync(LifecycleTransaction transaction, string model, string alias, CancellationToken cancellationToken)
    {
        List<AliasPeriod> rows = await transaction.QueryAsync(Current, [("$model", model), ("$alias", alias)], Read, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>
    /// Ends the period that lasts and begins the next, or none. Moments of one alias always rise, also when the clock goes back:
    /// the next then begins a millisecond after the last began.
    /// </summary>
    public static async ValueTask<AliasPeriod> MoveAsync(
        LifecycleTransaction transaction, long modelRow, AliasPeriod? current, AliasPeriod next, bool lasts, CancellationToken cancellationToken)
    {
        (long recorded, long? ended) = await LastAsync(transaction, modelRow, next.Alias, cancellationToken).ConfigureAwait(false);
        long from = Math.Max(next.From.ToUnixTimeMilliseconds(), current is null ? ended ?? 0 : current.From.ToUnixTimeMilliseconds() + 1);
        next = next with { From = DateTimeOffset.FromUnixTimeMilliseconds(from), RecordedAt = DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(from, recorded)) };
        if (current is not null)
        {
            await SupersedeAsync(transaction, modelRow, current, next.RecordedAt, cancellationToken).ConfigureAwait(false);
            await InsertAsync(
                transaction, modelRow, current with { Until = next.From, RecordedAt = next.RecordedAt }, cancellationToken).ConfigureAwait(false);
        }

        if (lasts)
        {
            await InsertAsync(transaction, modelRow, next, cancellationToken).ConfigureAwait(false);
        }

        return next;
    }

    /// <summary>Writes what had been: what is known of that time is superseded, what is known of the time around it is written again.</summary>
    public static async ValueTask<AliasPeriod> CorrectAsync(LifecycleTransaction transaction, long modelRow, AliasPeriod was, CancellationToken cancellationToken)
    {
        (long recorded, _) = await LastAsync(transaction, modelRow, was.Alias, cancellationToken).ConfigureAwait(false);
        was = was with { RecordedAt = DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(was.RecordedAt.ToUnixTimeMilliseconds(), recorded)) };
        DateTimeOffset until = was.Until!.Value;
        foreach (AliasPeriod known in await transaction.QueryAsync(
            Overlapping,
            [("$model", modelRow), ("$alias", was.Alias), ("$from", was.From.ToUnixTimeMilliseconds()), ("$until", until.ToUnixTimeMilliseconds())],
            Read, cancellationToken).ConfigureAwait(false))
        {
            await SupersedeAsync(transaction, modelRow, known, was.RecordedAt, cancellationToken).ConfigureAwait(false);
            if (known.From < was.From)
            {
                await InsertAsync(transaction, modelRow, known with { Until = was.From, RecordedAt = was.RecordedAt }, cancellationToken).ConfigureAwait(false);
            }

            if (known.Until is null || until < known.Until)
            {
                await InsertAsync(transaction, modelRow, known with { From = until, RecordedAt = was.RecordedAt }, cancellationToken).ConfigureAwait(false);
            }
        }

        await InsertAsync(transaction, modelRow, was, cancellationToken).ConfigureAwait(false);
        return was;
    }

    private static async ValueTask<(long Recorded, long? Ended)> LastAsync(
        LifecycleTransaction transaction, long modelRow, string alias, CancellationToken cancellationToken) => (await transaction.QueryAsync(
            """
            SELECT (SELECT max(recorded_at) FROM tracking_alias_period WHERE model = $model AND alias = $alias),
                   (SELECT valid_to FROM tracking_alias_period WHERE model = $model AND alias = $alias AND superseded_at IS NULL ORDER BY valid_from DESC LIMIT 1)
            """,
            [("$model", modelRow), ("$alias", alias)], row => (row.LongOrNull(0) ?? 0, row.LongOrNull(1)), cancellationToken).ConfigureAwait(false))[0];

    private static ValueTask<int> SupersedeAsync(
        LifecycleTransaction transaction, long modelRow, AliasPeriod period, DateTimeOffset at, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            """
            UPDATE tracking_alias_period SET superseded_at = $at
            WHERE model = $model AND alias = $alias AND superseded_at IS NULL AND valid_from = $from
            """,
            [
                ("$at", at.ToUnixTimeMilliseconds()), ("$model", modelRow), ("$alias", period.Alias), ("$from", period.From.ToUnixTimeMilliseconds()),
            ],
            cancellationToken);

    private static ValueTask<int> InsertAsync(LifecycleTransaction transaction, long modelRow, AliasPeriod period, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            """
            INSERT INTO tracking_alias_period(model, alias, version, valid_from, valid_to, recorded_at, kind, actor, reason, audit_seq)
            VALUES($model, $alias, $version, $from, $to, $recorded, $kind, $actor, $reason, $seq)
            """,
            [
                ("$model", modelRow), ("$alias", period.Alias), ("$version", period.Version is { } v ? (long)v : null),
                ("$from", period.From.ToUnixTimeMilliseconds()), ("$to", period.Until?.ToUnixTimeMilliseconds()),
                ("$recorded", period.RecordedAt.ToUnixTimeMilliseconds()), ("$kind", (long)period.Move), ("$actor", period.Actor),
                ("$reason", period.Reason), ("$seq", period.AuditSequence),
            ],
            cancellationToken);
}
