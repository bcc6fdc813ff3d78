namespace Lifecycle.MLNet;

/// <summary>How ML.NET models are served.</summary>
public sealed class MLNetServingOptions
{
    /// <summary>What a <c>model.zip</c> may be.</summary>
    public ModelZipGuardOptions Guard { get; } = new();
}
