namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    /// <summary>
    /// Puts a version into one of MLflow's stages. Stages are there for MLflow's clients: no rule is asked and nothing serves by them; use aliases.
    /// When which version was in which stage is kept as for aliases.
    /// </summary>
    /// <param name="version">A living version.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="archiveOthers">Whether other versions of this stage go to <see cref="ModelStage.Archived"/>; only with Staging or Production.</param>
    /// <param name="cancellationToken">Cancelling changes nothing.</param>
    /// <returns>The version as it is now.</returns>
    /// <exception cref="ModelNotFoundException">There is no such living version.</exception>
    /// <exception cref="ArgumentException"><paramref name="archiveOthers"/> with another stage.</exception>
    public async ValueTask<ModelVersion> MoveToStageAsync(
        ModelVersion version, ModelStage stage, bool archiveOthers = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (archiveOthers && stage is not (ModelStage.Staging or ModelStage.Production))
        {
            throw new ArgumentException("Model version transition cannot archive existing model versions because the target stage is "
                + $"{stage}. Valid stages are Staging, Production.", nameof(archiveOthers));
        }

        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                ModelRow row = await RequireModelAsync(transaction, version.Model, token).ConfigureAwait(false);
                await RequireLivingAsync(transaction, row.Id, version, token).ConfigureAwait(false);
                List<int> others = archiveOthers ? await StageTable.VersionsAsync(transaction, row.Id, stage, token).ConfigureAwait(false) : [];
                others.Remove(version.Number);
                long now = _store.Now;
                AuditEntry entry = await _store.Audit.AppendAsync(
                    transaction, new AuditRecord("model.stage.moved", $"model/{version.Model}/{version.Number}", After: StageJson(stage, others)), token).ConfigureAwait(false);
                await StageTable.MoveAsync(transaction, row.Id, version.Number, stage, now, entry, token).ConfigureAwait(false);
                foreach (int other in others)
                {
                    await StageTable.MoveAsync(transaction, row.Id, other, ModelStage.Archived, now, entry, token).ConfigureAwait(false);
                }

                await VersionTable.TouchAsync(transaction, row.Id, now, token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        return await ReadAgainAsync(version, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The greatest ready version of each stage that holds one, in the order in which the stages' first versions came, as MLflow answers; versions in no stage
    /// count as <see cref="ModelStage.None"/>.
    /// </summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async ValueTask<IReadOnlyList<ModelVersion>> LatestVersionsAsync(string model, CancellationToken cancellationToken = default) =>
    [
        .. (await VersionsAsync(model, cancellationToken).ConfigureAwait(false)).Where(v => !v.IsDeleted && v.Status == VersionStatus.Ready)
            .GroupBy(v => v.Stage).Select(g => g.MaxBy(v => v.Number)!),
    ];

    private static string StageJson(ModelStage stage, List<int> archived) => JsonText.Text(json =>
    {
        json.WriteString("stage", stage.ToString());
        json.WriteStartArray("archived");
        foreach (int number in archived)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    });
}
