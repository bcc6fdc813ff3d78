using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>Inputs and outputs of a session, and whether rows of it can be bound to buffers made before the run.</summary>
internal sealed class OnnxSignature
{
    private OnnxSignature(TensorSignature tensors, bool rowsAreBatched, bool canBind)
    {
        Tensors = tensors;
        RowsAreBatched = rowsAreBatched;
        CanBind = canBind;
    }

    public TensorSignature Tensors { get; }

    /// <summary>Whether the first dimension of every input and output counts the same rows.</summary>
    public bool RowsAreBatched { get; }

    /// <summary>Whether the size of every input and output is known once the rows are: no texts, no other open dimension.</summary>
    public bool CanBind { get; }

    /// <exception cref="ModelRejectedException">An input or output is no tensor, or has elements that cannot be served.</exception>
    public static OnnxSignature Of(InferenceSession session)
    {
        TensorSpec[] inputs = [.. session.InputNames.Select(n => Spec(n, session.InputMetadata[n], "input"))];
        TensorSpec[] outputs = [.. session.OutputNames.Select(n => Spec(n, session.OutputMetadata[n], "output"))];
        string?[] rows =
        [
            .. session.InputNames.Select(n => RowName(session.InputMetadata[n])),
            .. session.OutputNames.Select(n => RowName(session.OutputMetadata[n])),
        ];

        // Only a name that all share says that an output has as many rows as the inputs: a nameless open dimension may be anything.
        bool batched = rows.Length > 0 && rows[0] is { Length: > 0 } && rows.All(r => r == rows[0]);
        TensorSpec[] all = [.. inputs, .. outputs];
        bool fixedOnly = all.All(s => s.Shape.IsKnown);
        bool canBind = all.All(s => s.Type != TensorElementType.Bytes)
            && (fixedOnly || (batched && all.All(s => !s.Shape.Skip(1).Contains(-1))));
        return new OnnxSignature(new TensorSignature(inputs, outputs), batched, canBind);
    }

    private static TensorSpec Spec(string name, NodeMetadata node, string what)
    {
        if (node.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR)
        {
            throw new ModelRejectedException(
                $"signature: the {what} '{name}' is {node.OnnxValueType}; only tensors can be served. Models of skl2onnx: export with zipmap=False");
        }

        return new TensorSpec(
            name,
            OnnxTypes.FromNative(node.ElementDataType, name),
            TensorShape.Create([.. node.Dimensions.Select(d => d < 0 ? -1L : d)]));
    }

    private static string? RowName(NodeMetadata node) =>
        node.Dimensions.Length > 0 && node.Dimensions[0] < 0 && node.SymbolicDimensions.Length > 0 ? node.SymbolicDimensions[0] : null;
}
