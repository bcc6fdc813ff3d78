using System.Data.Common;

namespace Lifecycle.Tracking;

/// <summary>SQL over the periods of aliases. A period is never changed in what it says: it is superseded, and what is known now is written beside it.</summary>
internal static class AliasTable
{
    private const string Columns = """
        SELECT m.name, p.alias, p.version, p.valid_from, p.valid_to, p.recorded_at, p.superseded_at, p.kind, p.actor, p.reason, p.audit_seq
        FROM tracking_alias_period p JOIN tracking_registered_model m ON m.id = p.model AND m.ended IS NULL
        WHERE m.name = $model AND p.alias = $alias
        """;

    /// <summary>The period that lasts.</summary>
    public const string Current = Columns + " AND p.superseded_at IS NULL AND p.valid_to IS NULL";

    /// <summary>What is known now, oldest first.</summary>
    public const string History = Columns + " AND p.superseded_at IS NULL ORDER BY p.valid_from";

    /// <summary>The period of a moment, as known now.</summary>
    public const string At = Columns + " AND p.superseded_at IS NULL AND p.valid_from <= $at AND (p.valid_to IS NULL OR $at < p.valid_to)";

    /// <summary>The period of a moment, as known at another moment.</summary>
    public const string AtKnownAt = Columns + """
         AND p.valid_from <= $at AND (p.valid_to IS NULL OR $at < p.valid_to)
         AND p.recorded_at <= $known AND (p.superseded_at IS NULL OR $known < p.superseded_at)
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

    /// <summary>Ends the period that lasts and begins the next. Moments of one alias always rise, also when the clock goes back.</summary>
    public static async ValueTask<AliasPeriod> MoveAsync(
        LifecycleTransaction transaction, long modelRow, AliasPeriod? current, AliasPeriod next, CancellationToken cancellationToken)
    {
        if (current is not null)
        {
            long moment = Math.Max(next.From.ToUnixTimeMilliseconds(), current.From.ToUnixTimeMilliseconds() + 1);
            next = next with { From = DateTimeOffset.FromUnixTimeMilliseconds(moment), RecordedAt = DateTimeOffset.FromUnixTimeMilliseconds(moment) };
            await transaction.ExecuteAsync(
                """
                UPDATE tracking_alias_period SET superseded_at = $moment
                WHERE model = $model AND alias = $alias AND superseded_at IS NULL AND valid_to IS NULL
                """,
                [("$moment", moment), ("$model", modelRow), ("$alias", next.Alias)], cancellationToken).ConfigureAwait(false);
            await InsertAsync(
                transaction, modelRow, current with { Until = next.From, RecordedAt = next.From }, cancellationToken).ConfigureAwait(false);
        }

        await InsertAsync(transaction, modelRow, next, cancellationToken).ConfigureAwait(false);
        return next;
    }

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
