namespace Lifecycle.Serving;

/// <summary>What a builder said about one model; the host makes the model of it.</summary>
internal sealed class ServedModelPlan
{
    public required string Name { get; init; }

    public required Func<HostContext, IModelSource> MakeSource { get; init; }

    public required Deployment Initial { get; init; }

    public required AdmissionOptions Admission { get; init; }

    public required BatchingOptions Batching { get; init; }

    public ModelBinding? Binding { get; init; }

    public bool AllowSignatureChange { get; init; }

    public bool IsOptional { get; init; }

    /// <summary>Versions that are kept loaded though no arm names them.</summary>
    public IReadOnlyList<string> Pins { get; init; } = [];

    /// <summary>Makes what answers while the model is stopped.</summary>
    public Func<LoadedModel>? Fallback { get; init; }

    /// <summary>Stages around every run in tensors, outermost first.</summary>
    public IReadOnlyList<Func<PredictionDelegate, PredictionDelegate>> Stages { get; init; } = [];

    /// <summary>Share of the requests that is logged, and how; null when none is.</summary>
    public (double Sample, InferenceLogOptions Options)? Log { get; init; }

    /// <summary>Whether inputs of narrower datatypes are taken.</summary>
    public TensorCoercion Coercion { get; init; }

    /// <summary>What the runtime is asked for.</summary>
    public ModelRequest Request { get; init; } = new();
}
