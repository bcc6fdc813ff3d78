namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    /// <summary>
    /// Lets an alias point at the version before the present one again. Deleted versions are skipped; a second rollback goes one further back.
    /// Rules are not asked: what served before may serve again.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is nothing earlier to roll back to.</exception>
    public async ValueTask<AliasPeriod> RollbackAsync(string model, string alias, string? reason = null, CancellationToken cancellationToken = default)
    {
        RegistryNames.RequireModel(model);
        RegistryNames.RequireAlias(alias);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        AliasPeriod period = await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                ModelRow row = await RequireModelAsync(transaction, model, token).ConfigureAwait(false);
                List<AliasPeriod> history = await transaction.QueryAsync(
                    AliasTable.LivingHistory, [("$model", model), ("$alias", alias)], AliasTable.Read, token).ConfigureAwait(false);
                List<int> living = await transaction.QueryAsync(
                    "SELECT version FROM tracking_model_version WHERE model = $model AND deleted_at IS NULL", [("$model", row.Id)],
                    r => r.GetInt32(0), token).ConfigureAwait(false);
                int target = EarlierVersion(history, living.ToHashSet())
                    ?? throw new InvalidOperationException($"'{model}@{alias}' has nothing earlier to roll back to.");
                return await MoveAsync(transaction, row.Id, model, alias, history[^1] is { Until: null } last ? last : null, target, AliasMove.Rollback, reason, token).ConfigureAwait(false);
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        TrackingTelemetry.Promoted("rolled-back");
        TrackingLog.AliasMoved(_logger, model, alias, period.Version ?? 0);
        return period;
    }

    /// <summary>Takes an alias away; it then points nowhere. Its history stays. When it points nowhere already, nothing happens.</summary>
    public async ValueTask RemoveAliasAsync(string model, string alias, string? reason = null, CancellationToken cancellationToken = default)
    {
        RegistryNames.RequireModel(model);
        RegistryNames.RequireAlias(alias);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                ModelRow row = await RequireModelAsync(transaction, model, token).ConfigureAwait(false);
                AliasPeriod? current = await AliasTable.CurrentAsync(transaction, model, alias, token).ConfigureAwait(false);
                return current?.Version is null
                    ? null
                    : await MoveAsync(transaction, row.Id, model, alias, current, null, AliasMove.Removal, reason, token).ConfigureAwait(false);
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// What stands below the present version: promotions are laid on a pile, a rollback takes from it down to the version it went back to.
    /// Null when nothing living and different lies below.
    /// </summary>
    internal static int? EarlierVersion(IReadOnlyList<AliasPeriod> history, IReadOnlySet<int> living)
    {
        Stack<int> pile = new();
        foreach (AliasPeriod period in history)
        {
            if (period.Version is not { } version)
            {
                continue;
            }

            if (period.Move == AliasMove.Rollback)
            {
                while (pile.Count > 0 && pile.Peek() != version)
                {
                    pile.Pop();
                }

                // a correction may have taken away the promotion that the rollback went back to
                if (pile.Count == 0)
                {
                    pile.Push(version);
                }
            }
            else
            {
                pile.Push(version);
            }
        }

        int? present = history.Count == 0 || history[^1].Until is not null ? null : history[^1].Version;
        while (pile.TryPop(out int candidate))
        {
            if (candidate != present && living.Contains(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static async ValueTask<ModelRow> RequireModelAsync(LifecycleTransaction transaction, string model, CancellationToken cancellationToken) =>
        await VersionTable.FindModelAsync(transaction, model, cancellationToken).ConfigureAwait(false)
        ?? throw ModelNotFoundException.Model(model);

    private static async ValueTask RequireVersionAsync(LifecycleTransaction transaction, long modelRow, string model, int number, CancellationToken cancellationToken)
    {
        if (await transaction.ScalarAsync(
            "SELECT 1 FROM tracking_model_version WHERE model = $model AND version = $version", [("$model", modelRow), ("$version", (long)number)], cancellationToken)
            .ConfigureAwait(false) is null)
        {
            throw ModelNotFoundException.Version(model, number);
        }
    }

    private static async ValueTask RequireLivingAsync(LifecycleTransaction transaction, long modelRow, ModelVersion version, CancellationToken cancellationToken)
    {
        if (await transaction.ScalarAsync(
            "SELECT 1 FROM tracking_model_version WHERE model = $model AND version = $version AND deleted_at IS NULL",
            [("$model", modelRow), ("$version", (long)version.Number)], cancellationToken).ConfigureAwait(false) is null)
        {
            throw ModelNotFoundException.Version(version.Model, version.Number);
        }
    }
}
