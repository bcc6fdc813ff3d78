using Lifecycle.Tracking;
using Lifecycle.Validation;

namespace Lifecycle;

/// <summary>Builds a gate that is bound to a workspace: its report names the model and is kept.</summary>
public sealed class LifecycleGateBuilder : GateBuilder
{
    private readonly GateEvaluator _evaluator;

    internal LifecycleGateBuilder(string name, GateEvaluator evaluator)
        : base(name) => _evaluator = evaluator;

    /// <summary>Builds the gate, evaluates it on a model and keeps the report with the run that made the model.</summary>
    /// <param name="model">The model that the report is about.</param>
    /// <param name="rows">Labels, decisions, groups of rows that the model was not trained on.</param>
    /// <param name="predict">The model as a function, for requirements that change its inputs.</param>
    /// <param name="baseline">What the model is compared with.</param>
    /// <param name="cancellationToken">Cancels the evaluation; nothing is kept.</param>
    /// <exception cref="GateDefinitionException">The gate is wrong; the message lists every mistake.</exception>
    public Task<GateReport> EvaluateAsync(
        ModelArtifact model, EvaluationSet rows, BatchPredictor? predict = null, Baseline? baseline = null, CancellationToken cancellationToken = default) =>
        _evaluator.EvaluateAsync(this.Build(), model, rows, predict, baseline, cancellationToken: cancellationToken);
}
