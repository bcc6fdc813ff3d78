using System.Runtime.InteropServices;

namespace Lifecycle.Serving.TestModels;

/// <summary>ONNX models, written without ONNX: ir_version 8, opsets "" 13 and ai.onnx.ml 2. The same call writes the same bytes.</summary>
public static class OnnxModels
{
    public const int Float = 1;
    public const int Int32 = 6;

    /// <summary>A weighted sum of ten numbers.</summary>
    /// <param name="bias">What is added to it; another one is another version.</param>
    /// <param name="rows">The first dimension: a name, "" for none, or a number.</param>
    /// <param name="outputRows">The first dimension of the output; null for the same.</param>
    /// <param name="columns">The metadata lifecycle.columns; null for none.</param>
    public static byte[] Linear(float bias = 0.5f, object? rows = null, object? outputRows = null, string? columns = null) => Model("linear", graph => graph
        .Message(1, node => Node(node, "Gemm", ["x", "W", "b"], ["y"]))
        .Text(2, "linear")
        .Message(5, t => Tensor(t, "W", [10, 1], [.. Enumerable.Range(1, 10).Select(i => i / 8f)]))
        .Message(5, t => Tensor(t, "b", [1], [bias]))
        .Message(11, v => Value(v, "x", Float, [rows ?? "N", 10]))
        .Message(12, v => Value(v, "y", Float, [outputRows ?? rows ?? "N", 1])), columns: columns);

    public static byte[] Wide() => Dense("wide", 256, 10);

    public static byte[] Mlp() => Dense("mlp", 64, 256, 256, 10);

    public static byte[] BigMlp() => Dense("bigmlp", 256, 1024, 1024, 1024, 10);

    public static byte[] Simple() => Model("simple", graph => graph
        .Message(1, node => Node(node, "Add", ["INPUT0", "INPUT1"], ["OUTPUT0"]))
        .Message(1, node => Node(node, "Sub", ["INPUT0", "INPUT1"], ["OUTPUT1"]))
        .Text(2, "simple")
        .Message(11, v => Value(v, "INPUT0", Int32, ["N", 16]))
        .Message(11, v => Value(v, "INPUT1", Int32, ["N", 16]))
        .Message(12, v => Value(v, "OUTPUT0", Int32, ["N", 16]))
        .Message(12, v => Value(v, "OUTPUT1", Int32, ["N", 16])));

    /// <summary>What comes in goes out.</summary>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Numbers, and names of open dimensions.</param>
    public static byte[] Identity(TensorElementType type, params object[] shape) => Model($"identity_{type.ProtocolName()}", graph => graph
        .Message(1, node => Node(node, "Identity", ["x"], ["y"]))
        .Text(2, $"identity_{type.ProtocolName()}")
        .Message(11, v => Value(v, "x", DataType(type), shape))
        .Message(12, v => Value(v, "y", DataType(type), shape)));

    /// <summary>The positions of what is not zero: an output whose size depends on the values.</summary>
    public static byte[] NonZero() => Model("nonzero", graph => graph
        .Message(1, node => Node(node, "NonZero", ["x"], ["y"]))
        .Text(2, "nonzero")
        .Message(11, v => Value(v, "x", Float, ["N"]))
        .Message(12, v => Value(v, "y", 7, [1, "M"])));

    /// <summary>Number of an element type in TensorProto.DataType.</summary>
    public static int DataType(TensorElementType type) => type switch
    {
        TensorElementType.Boolean => 9,
        TensorElementType.UInt8 => 2,
        TensorElementType.UInt16 => 4,
        TensorElementType.UInt32 => 12,
        TensorElementType.UInt64 => 13,
        TensorElementType.Int8 => 3,
        TensorElementType.Int16 => 5,
        TensorElementType.Int32 => 6,
        TensorElementType.Int64 => 7,
        TensorElementType.Float16 => 10,
        TensorElementType.Float32 => 1,
        TensorElementType.Float64 => 11,
        TensorElementType.BFloat16 => 16,
        _ => 8,
    };

    /// <summary>Layers of <see cref="Dense"/>: weights row by row, then biases.</summary>
    public static IEnumerable<(int In, int Out, float[] W, float[] B)> Layers(params int[] widths)
    {
        SplitMix64 random = new(42);
        for (int layer = 0; layer + 1 < widths.Length; layer++)
        {
            float[] w = [.. Enumerable.Range(0, widths[layer] * widths[layer + 1]).Select(_ => 0.05f * (float)random.Unit())];
            float[] b = [.. Enumerable.Range(0, widths[layer + 1]).Select(_ => (float)random.Unit())];
            yield return (widths[layer], widths[layer + 1], w, b);
        }
    }

    public static byte[] Model(string name, Action<ProtobufWriter> graph, int opset = 13, string? columns = null)
    {
        ProtobufWriter model = new ProtobufWriter()
            .Number(1, 8)
            .Message(7, graph)
            .Message(8, set => set.Text(1, "").Number(2, opset))
            .Message(8, set => set.Text(1, "ai.onnx.ml").Number(2, 2));
        return (columns is null ? model : model.Message(14, p => p.Text(1, "lifecycle.columns").Text(2, columns))).ToArray();
    }

    public static ProtobufWriter Node(ProtobufWriter node, string op, string[] inputs, string[] outputs)
    {
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        foreach (string output in outputs)
        {
            node.Text(2, output);
        }

        return node.Text(4, op);
    }

    public static ProtobufWriter Tensor(ProtobufWriter tensor, string name, long[] dims, float[] values) =>
        tensor.Numbers(1, dims).Number(2, Float).Text(8, name).Bytes(9, MemoryMarshal.AsBytes(values.AsSpan()));

    public static ProtobufWriter Value(ProtobufWriter value, string name, int type, object[] shape) => value
        .Text(1, name)
        .Message(2, t => t.Message(1, tensor => tensor
            .Number(1, type)
            .Message(2, dims =>
            {
                foreach (object dim in shape)
                {
                    dims.Message(1, d => _ = dim is string open ? open.Length == 0 ? d : d.Text(2, open) : d.Number(1, (int)dim));
                }
            })));

    private static byte[] Dense(string name, params int[] widths) => Model(name, graph =>
    {
        int layers = widths.Length - 1;
        for (int i = 0; i < layers; i++)
        {
            string from = i == 0 ? "x" : $"h{i - 1}";
            string to = i == layers - 1 ? "y" : $"g{i}";
            graph.Message(1, node => Node(node, "Gemm", [from, $"W{i}", $"b{i}"], [to]));
            if (i < layers - 1)
            {
                graph.Message(1, node => Node(node, "Relu", [$"g{i}"], [$"h{i}"]));
            }
        }

        graph.Text(2, name);
        int layer = 0;
        foreach ((int rows, int columns, float[] w, float[] b) in Layers(widths))
        {
            graph.Message(5, t => Tensor(t, $"W{layer}", [rows, columns], w));
            graph.Message(5, t => Tensor(t, $"b{layer}", [columns], b));
            layer++;
        }

        graph.Message(11, v => Value(v, "x", Float, ["N", widths[0]]));
        graph.Message(12, v => Value(v, "y", Float, ["N", widths[^1]]));
    });
}
