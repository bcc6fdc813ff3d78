using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>Inputs and outputs of a session as they are served, and how rows of them can be run.</summary>
internal sealed class OnnxSignature
{
    // A slot keeps its buffers for good, so what goes into one has a limit.
    private const long MaximumSlotBytes = 64L << 20;

    private readonly LabelMaps?[] _maps;

    private OnnxSignature(TensorSignature tensors, LabelMaps?[] maps)
    {
        Tensors = tensors;
        _maps = maps;
    }

    public TensorSignature Tensors { get; }

    /// <summary>Whether the first dimension of every input and output counts the same rows.</summary>
    public bool RowsAreBatched { get; private init; }

    /// <summary>Whether the model takes one row at a time; served with any number of rows.</summary>
    public bool RunsRowByRow { get; private init; }

    /// <summary>Whether the size of every output is known once the rows are: no texts, no maps, no other open dimension.</summary>
    public bool OutputsAreKnown { get; private init; }

    /// <summary>Most rows for which buffers can be bound before the run; 0 when none can.</summary>
    public int BoundRows { get; private init; }

    /// <summary>Whether a call has rows that can be run apart.</summary>
    public bool HasRows => RowsAreBatched || RunsRowByRow;

    /// <summary>The labels of an output of maps; null for a tensor.</summary>
    public LabelMaps? Maps(int output) => _maps[output];

    /// <summary>The labels of outputs by their names.</summary>
    public IEnumerable<KeyValuePair<string, string>> Labels => Tensors.Outputs
        .Select((spec, i) => KeyValuePair.Create($"labels.{spec.Name}", _maps[i]?.ToString() ?? string.Empty))
        .Where(l => l.Value.Length > 0);

    /// <summary>Reads the signature of a session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">The file it was made from.</param>
    /// <param name="wanted">The outputs to serve; empty for all.</param>
    /// <param name="options">How models are run.</param>
    /// <exception cref="ModelRejectedException">An input or output cannot be served, or a wanted output is not there.</exception>
    public static OnnxSignature Of(InferenceSession session, ReadOnlySpan<byte> model, IReadOnlyList<string> wanted, OnnxOptions options)
    {
        if (wanted.FirstOrDefault(w => !session.OutputMetadata.ContainsKey(w)) is { } missing)
        {
            throw new ModelRejectedException(
                $"signature: the output '{missing}' is asked for and the model has only {string.Join(", ", session.OutputNames.Select(n => $"'{n}'"))}");
        }

        string[] names = [.. session.OutputNames.Where(n => wanted.Count == 0 || wanted.Contains(n))];
        TensorSpec[] inputs = [.. session.InputNames.Select(n => Spec(n, session.InputMetadata[n], "input"))];
        LabelMaps?[] maps = new LabelMaps?[names.Length];
        TensorSpec[] outputs = new TensorSpec[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            NodeMetadata node = session.OutputMetadata[names[i]];
            maps[i] = IsLabelMaps(node) ? LabelMaps.Find(model, names[i]) : null;
            outputs[i] = maps[i] is { Count: > 0 } labels
                ? new TensorSpec(names[i], TensorElementType.Float32, [-1, labels.Count])
                : Spec(names[i], node, "output");
        }

        NodeMetadata[] nodes = [.. session.InputNames.Select(n => session.InputMetadata[n]), .. names.Where((_, i) => maps[i] is null).Select(n => session.OutputMetadata[n])];
        return RowsAreShared(nodes, inputs.Length, options.OpenRowsAreShared) ? Rows(inputs, outputs, maps, options)
            : nodes.All(n => n.Dimensions is [1, ..]) && Array.TrueForAll(maps, m => m is null) ? RowByRow(inputs, outputs, maps)
            : Whole(inputs, outputs, maps);
    }

    private static OnnxSignature Rows(TensorSpec[] inputs, TensorSpec[] outputs, LabelMaps?[] maps, OnnxOptions options)
    {
        bool known = Array.TrueForAll(outputs, o => IsKnown(o, 1)) && Array.TrueForAll(maps, m => m is null);
        long row = Bytes(inputs, 1) + Bytes(outputs, 1);
        bool canBind = known && Array.TrueForAll(inputs, i => IsKnown(i, 1)) && row <= MaximumSlotBytes;
        return new OnnxSignature(new TensorSignature(inputs, outputs), maps)
        {
            RowsAreBatched = true,
            OutputsAreKnown = known,
            BoundRows = canBind ? (int)Math.Clamp(MaximumSlotBytes / Math.Max(row, 1), 1, options.MaxBatchRows) : 0,
        };
    }

    private static OnnxSignature RowByRow(TensorSpec[] inputs, TensorSpec[] outputs, LabelMaps?[] maps)
    {
        static TensorSpec Open(TensorSpec spec) => spec with { Shape = spec.Shape.WithRows(-1) };

        bool known = Array.TrueForAll(outputs, o => IsKnown(o, 1));
        bool canBind = known && Array.TrueForAll(inputs, i => IsKnown(i, 1)) && Bytes(inputs, 1) + Bytes(outputs, 1) <= MaximumSlotBytes;
        return new OnnxSignature(new TensorSignature(inputs.Select(Open), outputs.Select(Open)), maps)
        {
            RunsRowByRow = true,
            OutputsAreKnown = known,
            BoundRows = canBind ? 1 : 0,
        };
    }

    private static OnnxSignature Whole(TensorSpec[] inputs, TensorSpec[] outputs, LabelMaps?[] maps)
    {
        bool known = Array.TrueForAll(outputs, o => IsKnown(o, 0)) && Array.TrueForAll(maps, m => m is null);
        bool canBind = known && Array.TrueForAll(inputs, i => IsKnown(i, 0)) && Bytes(inputs, 0) + Bytes(outputs, 0) <= MaximumSlotBytes;
        return new OnnxSignature(new TensorSignature(inputs, outputs), maps) { OutputsAreKnown = known, BoundRows = canBind ? 1 : 0 };
    }

    /// <summary>
    /// Only a name that all share says that every output has as many rows as the inputs: an open dimension without a name may be anything,
    /// for example the number of boxes that were found. The application may say otherwise.
    /// </summary>
    private static bool RowsAreShared(NodeMetadata[] nodes, int inputs, bool openIsEnough)
    {
        if (inputs == 0 || !Array.TrueForAll(nodes, n => n.Dimensions is [< 0, ..]))
        {
            return false;
        }

        string name = nodes[0].SymbolicDimensions[0];
        if (!openIsEnough && (name.Length == 0 || !Array.TrueForAll(nodes, n => n.SymbolicDimensions[0] == name)))
        {
            return false;
        }

        // An output whose rows may differ in size from run to run must not be put together with others: its other sizes come from inputs.
        HashSet<string> sizes = [.. nodes.Take(inputs).SelectMany(n => n.SymbolicDimensions.Skip(1)).Where(s => s.Length > 0)];
        return nodes.Skip(inputs).All(n => n.Dimensions.Select((d, i) => (d, i)).Skip(1).All(d => d.d >= 0 || sizes.Contains(n.SymbolicDimensions[d.i])));
    }

    private static bool IsLabelMaps(NodeMetadata node)
    {
        if (node.OnnxValueType != OnnxValueType.ONNX_TYPE_SEQUENCE || node.AsSequenceMetadata().ElementMeta is not { OnnxValueType: OnnxValueType.ONNX_TYPE_MAP } map)
        {
            return false;
        }

        return map.AsMapMetadata().ValueMetadata is { OnnxValueType: OnnxValueType.ONNX_TYPE_TENSOR, ElementDataType: Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float };
    }

    private static TensorSpec Spec(string name, NodeMetadata node, string what)
    {
        if (node.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR)
        {
            string kind = node.OnnxValueType.ToString().Replace("ONNX_TYPE_", string.Empty, StringComparison.Ordinal);
            throw new ModelRejectedException(what == "input"
                ? $"signature: the input '{name}' is of the kind {kind}; only tensors can be served, so export the model with tensors as inputs"
                : $"signature: the output '{name}' is of the kind {kind}; only tensors and the maps of ZipMap can be served: export with zipmap=False (skl2onnx), or name the outputs that you want");
        }

        return new TensorSpec(
            name,
            OnnxTypes.FromNative(node.ElementDataType, name),
            TensorShape.Create([.. node.Dimensions.Select(d => d < 0 ? -1L : d)]));
    }

    private static bool IsKnown(TensorSpec spec, int from) =>
        spec.Type != TensorElementType.Bytes && !spec.Shape.Dimensions[from..].Contains(-1);

    private static long Bytes(TensorSpec[] specs, int from)
    {
        Int128 sum = 0;
        foreach (TensorSpec spec in specs)
        {
            Int128 bytes = spec.Type.Size();
            foreach (long dimension in spec.Shape.Dimensions[from..])
            {
                bytes = Int128.Min(bytes * Math.Max(dimension, 1), long.MaxValue);
            }

            sum += bytes;
        }

        return (long)Int128.Min(sum, long.MaxValue);
    }
}
