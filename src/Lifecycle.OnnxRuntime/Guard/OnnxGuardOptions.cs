namespace Lifecycle.OnnxRuntime;

/// <summary>What an ONNX model may be before native code sees it.</summary>
public sealed class OnnxGuardOptions
{
    /// <summary>Most nodes, subgraphs and functions included. 1,000,000 by default.</summary>
    public int MaximumNodes { get; set; } = 1_000_000;

    /// <summary>How deep graphs may stand in graphs. 32 by default.</summary>
    public int MaximumDepth { get; set; } = 32;

    /// <summary>Operator domains that a node may name. By default those that ONNX Runtime brings: none, <c>ai.onnx</c>, <c>ai.onnx.ml</c>, <c>com.microsoft</c>.</summary>
    public ISet<string> Domains { get; } = new HashSet<string>(StringComparer.Ordinal) { string.Empty, "ai.onnx", "ai.onnx.ml", "com.microsoft" };
}
