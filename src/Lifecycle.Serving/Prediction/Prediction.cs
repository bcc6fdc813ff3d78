namespace Lifecycle.Serving;

/// <summary>An answer with its origin.</summary>
/// <param name="Value">What the model said.</param>
/// <param name="Version">The version that said it.</param>
/// <param name="RequestId">Version-7 Guid of this call.</param>
public readonly record struct Prediction<T>(T Value, string Version, Guid RequestId)
{
    /// <summary>The arm of the deployment: the alias or version that it names.</summary>
    public string Arm { get; init; } = string.Empty;
}
