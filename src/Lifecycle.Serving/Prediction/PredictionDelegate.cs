namespace Lifecycle.Serving;

/// <summary>One run of a model in tensors: the model itself, or a stage around it.</summary>
/// <param name="run">What goes in, where the answer goes, and which version runs.</param>
public delegate void PredictionDelegate(PredictionRun run);

/// <summary>One prediction under types: the model itself, or a stage around it.</summary>
/// <param name="input">What goes in.</param>
/// <param name="origin">Which version predicts.</param>
public delegate TOut PredictionDelegate<in TIn, out TOut>(TIn input, PredictionOrigin origin);

/// <summary>The version that predicts.</summary>
/// <param name="Model">Name under which the model is served.</param>
/// <param name="Version">Its version.</param>
public sealed record PredictionOrigin(string Model, string Version);

/// <summary>One run of a model; of a batched model the rows of several callers.</summary>
/// <param name="Origin">Which version runs.</param>
/// <param name="Inputs">Read only.</param>
/// <param name="Outputs">Filled by the model; a stage may change them afterwards.</param>
/// <param name="CancellationToken">Of the call.</param>
public readonly record struct PredictionRun(PredictionOrigin Origin, TensorSet Inputs, TensorSet Outputs, CancellationToken CancellationToken);
