using Lifecycle.Tracking;
using Lifecycle.Validation;

namespace Lifecycle;

/// <summary>
/// Evaluates gates on models of the workspace. The report is stored as a blob and as an artifact of the run that made the model, passed or not,
/// so a refused candidate can be explained a year later.
/// </summary>
public sealed class GateEvaluator
{
    private readonly ExperimentCatalog _experiments;
    private readonly IBlobStore _blobs;
    private readonly IActorAccessor _actor;
    private readonly TimeProvider _time;
    private readonly ValidationOptions _options;

    /// <summary>Makes an evaluator.</summary>
    /// <param name="experiments">Where the runs are.</param>
    /// <param name="blobs">Where reports go.</param>
    /// <param name="actor">Who evaluates.</param>
    /// <param name="time">The clock of the report.</param>
    /// <param name="options">Draws, seed, limits; null means the defaults.</param>
    public GateEvaluator(
        ExperimentCatalog experiments, IBlobStore blobs, IActorAccessor? actor = null, TimeProvider? time = null, ValidationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        ArgumentNullException.ThrowIfNull(blobs);
        _experiments = experiments;
        _blobs = blobs;
        _actor = actor ?? new ProcessActor();
        _time = time ?? TimeProvider.System;
        _options = options ?? new ValidationOptions();
    }

    /// <summary>Evaluates a gate on a model and keeps the report.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="model">The model that the report is about.</param>
    /// <param name="rows">Labels, decisions, groups.</param>
    /// <param name="predict">The model as a function, for requirements that change its inputs.</param>
    /// <param name="baseline">What the model is compared with.</param>
    /// <param name="data">Digests of the data behind <paramref name="rows"/>; null means the inputs of the model's run.</param>
    /// <param name="cancellationToken">Cancels the evaluation; nothing is kept.</param>
    public async Task<GateReport> EvaluateAsync(
        Gate gate,
        ModelArtifact model,
        EvaluationSet rows,
        BatchPredictor? predict = null,
        Baseline? baseline = null,
        IReadOnlyList<string>? data = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        IReadOnlyList<string> digests = data ?? await InputsAsync(model, cancellationToken).ConfigureAwait(false);
        EvaluationContext context = new() { Actor = _actor, Time = _time, Options = _options };
        GateReport report = await gate.EvaluateAsync(
            rows, new GateSubject(model.Digest, digests), predict, baseline, context, cancellationToken).ConfigureAwait(false);
        await KeepAsync(report, gate, model, cancellationToken).ConfigureAwait(false);
        return report;
    }

    private async Task<IReadOnlyList<string>> InputsAsync(ModelArtifact model, CancellationToken cancellationToken)
    {
        RunRecord? run = await _experiments.GetRunAsync(model.RunId, cancellationToken).ConfigureAwait(false);
        return run is null ? [] : [.. run.Inputs.Select(i => i.Dataset.Digest)];
    }

    private async Task KeepAsync(GateReport report, Gate gate, ModelArtifact model, CancellationToken cancellationToken)
    {
        byte[] json = report.ToJson();
        using MemoryStream stored = new(json, writable: false);
        StoredBlob blob = await _blobs.PutAsync(stored, cancellationToken: cancellationToken).ConfigureAwait(false);
        string path = $"gates/{gate.Name}-{blob.Digest.Hex[..12]}.json";
        await _experiments.ArtifactsOf(model.RunId).PutAsync(path, json, cancellationToken).ConfigureAwait(false);
    }
}
