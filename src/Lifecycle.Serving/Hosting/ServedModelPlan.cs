namespace Lifecycle.Serving;

/// <summary>What a builder said about one model; the host makes the model of it.</summary>
internal sealed record ServedModelPlan(
    string Name, Func<HostContext, IModelSource> MakeSource, ModelBinding? Binding, bool AllowSignatureChange, bool IsOptional);
