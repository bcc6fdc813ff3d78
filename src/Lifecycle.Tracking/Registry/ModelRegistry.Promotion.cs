using System.Diagnostics;

namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    private const int Attempts = 3;

    /// <summary>Lets an alias point at a version, if every rule allows it. When it points there already, nothing happens.</summary>
    /// <param name="version">A living version of this registry.</param>
    /// <param name="alias">Letters, digits, <c>_</c> and <c>-</c>; <c>latest</c> and <c>v7</c> are reserved.</param>
    /// <param name="reason">Why; stands in the history and in the audit log.</param>
    /// <param name="expected">The version the alias must point at now; 0 means nowhere; null means whatever it is.</param>
    /// <param name="cancellationToken">Cancelling moves nothing.</param>
    /// <returns>The period that lasts now.</returns>
    /// <exception cref="PromotionRefusedException">Rules refused; the exception lists every reason. The refusal is audited.</exception>
    /// <exception cref="ConcurrencyConflictException">The alias does not point where <paramref name="expected"/> says, or the model kept changing.</exception>
    /// <exception cref="ModelNotFoundException">The version is unknown, deleted, not complete, or another model.</exception>
    public async ValueTask<AliasPeriod> PromoteAsync(
        ModelVersion version, string alias, string? reason = null, int? expected = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        RegistryNames.RequireAlias(alias);
        using Activity? span = TrackingTelemetry.Source.StartActivity("promote");
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            PromotionSnapshot snapshot = await SnapshotAsync(version, alias, reason, cancellationToken).ConfigureAwait(false);
            RequireExpected(version.Model, alias, expected, snapshot.Current);
            if (snapshot.Current?.Version == version.Number)
            {
                TrackingTelemetry.Promoted("unchanged");
                return snapshot.Current;
            }

            await JudgeAsync(snapshot.Request, cancellationToken).ConfigureAwait(false);
            (AliasPeriod? period, bool moved) = (null, false);
            await _promotions.WriteAsync(
                async (transaction, token) => (period, moved) = await CommitAsync(transaction, snapshot, expected, token).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
            if (period is not null)
            {
                TrackingTelemetry.Promoted(moved ? "moved" : "unchanged");
                TrackingLog.AliasMoved(_logger, version.Model, alias, version.Number);
                return period;
            }
        }

        TrackingTelemetry.Promoted("conflict");
        throw new ConcurrencyConflictException(
            "registry", "promote", version.ToString(), $"'{version.Model}' was changed {Attempts} times while '{version}' was being judged. Try again.");
    }

    private async ValueTask<PromotionSnapshot> SnapshotAsync(ModelVersion version, string alias, string? reason, CancellationToken cancellationToken)
    {
        // The revision is read first: what changes after it is found again when the move is committed.
        (ModelVersion? known, long revision) = await OneWithRevisionAsync(
            VersionTable.ByNumber, [("$model", version.Model), ("$version", (long)version.Number)], cancellationToken).ConfigureAwait(false);
        if (known is null)
        {
            throw ModelNotFoundException.Version(version.Model, version.Number);
        }

        if (known.DigestOrNull != version.DigestOrNull)
        {
            throw new ModelNotFoundException($"'{version}' is {Show(known)} in this workspace, not {Show(version)}.");
        }

        if (known.IsDeleted)
        {
            throw new ModelNotFoundException($"'{version}' was deleted at {known.DeletedAt:O} by {known.DeletedBy}. Register the model again.");
        }

        if (known.Status != VersionStatus.Ready)
        {
            throw new ModelNotFoundException($"'{version}' is {known.Status}: the files of '{known.ModelId}' are not complete. Finish the upload and try again.");
        }

        if (version.ModelRow != 0 && version.ModelRow != known.ModelRow)
        {
            throw new ModelNotFoundException($"'{version}' is of a model that was deleted; another one has its name now. Look the version up again.");
        }

        List<AliasPeriod> current = await _store.Database.QueryAsync(
            AliasTable.Current, [("$model", version.Model), ("$alias", alias)], AliasTable.Read, cancellationToken).ConfigureAwait(false);
        List<string> required = await _store.Database.QueryAsync(
            "SELECT evidence FROM tracking_alias_protection WHERE model = $model AND alias = $alias ORDER BY evidence",
            [("$model", known.ModelRow), ("$alias", alias)], row => row.GetString(0), cancellationToken).ConfigureAwait(false);
        AliasPeriod? period = current.Count == 0 ? null : current[0];
        return new PromotionSnapshot(
            known.ModelRow, revision, period,
            new PromotionRequest(known, alias, period?.Version, required, _store.Actor.Actor, reason)
            {
                Approvals = await ApprovalsAsync(known, alias, cancellationToken).ConfigureAwait(false),
            });

        static string Show(ModelVersion of) => of.DigestOrNull?.ToString() ?? "without files";
    }

    private async ValueTask JudgeAsync(PromotionRequest request, CancellationToken cancellationToken)
    {
        List<string> reasons = [];
        foreach (IPromotionRule rule in Rules)
        {
            PromotionVerdict verdict = await rule.JudgeAsync(request, cancellationToken).ConfigureAwait(false);
            reasons.AddRange(verdict.Reasons);
        }

        if (reasons.Count == 0)
        {
            return;
        }

        await _store.Database.WriteAsync(
            async (transaction, token) => await _store.Audit.AppendAsync(
                transaction,
                new AuditRecord(
                    "model.promotion.refused", $"model/{request.Version.Model}",
                    After: AliasJson(request.Alias, request.Current, request.Version.Number), Reason: string.Join(" ", reasons)),
                token).ConfigureAwait(false),
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        TrackingTelemetry.Promoted("refused");
        TrackingLog.PromotionRefused(_logger, request.Version.Model, request.Version.Number, request.Alias, string.Join(" ", reasons));
        throw new PromotionRefusedException(request.Version.ToString(), request.Alias, reasons);
    }

    // Null: the model changed since the snapshot, judge again.
    private async ValueTask<(AliasPeriod? Period, bool Moved)> CommitAsync(
        LifecycleTransaction transaction, PromotionSnapshot snapshot, int? expected, CancellationToken cancellationToken)
    {
        PromotionRequest request = snapshot.Request;
        ModelRow? row = await VersionTable.FindModelAsync(transaction, request.Version.Model, cancellationToken).ConfigureAwait(false);
        if (row is null || row.Id != snapshot.ModelRow || row.Revision != snapshot.Revision)
        {
            return (null, false);
        }

        AliasPeriod? current = await AliasTable.CurrentAsync(transaction, request.Version.Model, request.Alias, cancellationToken).ConfigureAwait(false);
        RequireExpected(request.Version.Model, request.Alias, expected, current);
        return current?.Version == request.Version.Number
            ? (current, false)
            : (await MoveAsync(
                transaction, row.Id, request.Version.Model, request.Alias, current, request.Version.Number, AliasMove.Promotion, request.Reason, cancellationToken)
                .ConfigureAwait(false), true);
    }

    private async ValueTask<AliasPeriod> MoveAsync(
        LifecycleTransaction transaction, long modelRow, string model, string alias, AliasPeriod? current, int? to, AliasMove move, string? reason,
        CancellationToken cancellationToken, bool lasts = true)
    {
        AuditEntry entry = await _store.Audit.AppendAsync(
            transaction,
            new AuditRecord("model.alias.moved", $"model/{model}", AliasJson(alias, null, current?.Version), AliasJson(alias, current?.Version, to), reason),
            cancellationToken).ConfigureAwait(false);
        DateTimeOffset now = DateTimeOffset.FromUnixTimeMilliseconds(_store.Now);
        AliasPeriod period = await AliasTable.MoveAsync(
            transaction, modelRow, current,
            new AliasPeriod
            {
                Model = model, Alias = alias, Version = to, From = now, RecordedAt = now, Move = move,
                Actor = _store.Actor.Actor, Reason = reason, AuditSequence = entry.Sequence,
            },
            lasts, cancellationToken).ConfigureAwait(false);
        string payload = JsonText.Text(json =>
        {
            json.WriteString("model", model);
            json.WriteString("alias", alias);
            Number(json, "from", current?.Version);
            Number(json, "to", to);
            json.WriteString("move", move.ToString());
            json.WriteString("actor", period.Actor);
            json.WriteString("reason", reason);
        });
        await _store.Events.PublishAsync(
            transaction, "lifecycle.model.alias.moved", $"model/{model}", payload, null, cancellationToken).ConfigureAwait(false);
        AliasSignal signal = AliasSignal.Of(_store.Database);
        transaction.OnCommitted(signal.Moved);
        return period;
    }

    private static void RequireExpected(string model, string alias, int? expected, AliasPeriod? current)
    {
        if (expected is { } version && version != (current?.Version ?? 0))
        {
            throw new ConcurrencyConflictException(
                "registry", "promote", $"{model}@{alias}",
                $"'{model}@{alias}' was expected to point at {Show(version)}, but it points at {Show(current?.Version ?? 0)}. Look at it again and decide again.");
        }

        static string Show(int number) => number == 0 ? "nothing" : $"version {number}";
    }

    private static string AliasJson(string alias, int? from, int? to) => JsonText.Text(json =>
    {
        json.WriteString("alias", alias);
        Number(json, "from", from);
        Number(json, "version", to);
    });

    private static void Number(System.Text.Json.Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private sealed record PromotionSnapshot(long ModelRow, long Revision, AliasPeriod? Current, PromotionRequest Request);
}
