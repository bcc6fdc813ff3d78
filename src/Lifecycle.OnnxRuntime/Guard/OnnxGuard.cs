using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.OnnxRuntime;

/// <summary>
/// Reads an ONNX model (onnx.proto of the ONNX project) far enough to refuse what reaches outside the model or beyond its bytes:
/// external data wherever a tensor can stand (the hole of CVE-2022-25882, CVE-2024-27318 and CVE-2026-27489), operators of foreign domains,
/// precompiled engine contexts, dimensions beyond the payload, functions that call themselves. A well-formed graph may still ask for much memory when it runs.
/// </summary>
internal sealed class OnnxGuard(OnnxGuardOptions options)
{
    private readonly OnnxFunctionGuard _functions = new(options.MaximumNodes);
    private int _nodes;

    /// <summary>Refuses a model.</summary>
    /// <exception cref="ModelRejectedException">It must not be loaded.</exception>
    public static void Inspect(ReadOnlySpan<byte> model, OnnxGuardOptions options) => new OnnxGuard(options).Model(model);

    internal static ReadOnlySpan<byte> Message(ProtobufCursor cursor) => cursor.Wire == 2 ? cursor.Bytes : throw WrongWire(cursor, 2);

    internal static ModelRejectedException WrongWire(ProtobufCursor cursor, int expected) => new(
        $"guard: no ONNX model: field {cursor.Field} at byte {cursor.Position} has the wire type {cursor.Wire} instead of {expected}");

    // A parser merges a single field that stands twice; what was inspected apart would be loaded together.
    internal static void Once(int count, string what)
    {
        if (count > 1)
        {
            throw new ModelRejectedException($"guard: the {what} stands twice");
        }
    }

    private void Model(ReadOnlySpan<byte> bytes)
    {
        Look(bytes);
        ProtobufCursor functions = new(bytes, 0);
        while (functions.Next())
        {
            if (functions.Field == 25)
            {
                _functions.Declare(Message(functions), functions.Position);
            }
        }

        ProtobufCursor model = new(bytes, 0);
        int graphs = 0;
        int opsets = 0;
        while (model.Next())
        {
            switch (model.Field)
            {
                case 7:
                    Once(++graphs, "graph");
                    Graph(Message(model), model.Position, 1);
                    break;
                case 8:
                    opsets++;
                    Opset(Message(model), model.Position);
                    break;
                case 20:
                    Training(Message(model), model.Position);
                    break;
                case 25:
                    Function(Message(model), model.Position);
                    break;
            }
        }

        if (graphs == 0)
        {
            throw new ModelRejectedException("guard: no ONNX model: it has no graph");
        }

        if (opsets == 0)
        {
            throw new ModelRejectedException("guard: no ONNX model: it names no operator set");
        }

        _functions.Require();
    }

    // What is often found where a model should be.
    private static void Look(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            throw new ModelRejectedException("guard: no ONNX model: the file is empty");
        }

        if (bytes.TrimStart(" \t\r\n\uFEFF"u8).StartsWith("<"u8))
        {
            throw new ModelRejectedException("guard: no ONNX model: the file begins like a web page; look at how it was downloaded");
        }

        if (bytes.Length >= 8 && bytes[4..8].SequenceEqual("ORTM"u8))
        {
            throw new ModelRejectedException("guard: no ONNX model: the file is in the format of ONNX Runtime (.ort), which cannot be inspected; export it as ONNX");
        }

        if (bytes.StartsWith("version https://git-lfs"u8))
        {
            throw new ModelRejectedException("guard: no ONNX model: the file is a pointer of Git LFS; fetch what it points to (git lfs pull)");
        }
    }

    private void Opset(ReadOnlySpan<byte> bytes, long position)
    {
        ProtobufCursor opset = new(bytes, position);
        while (opset.Next())
        {
            if (opset.Field == 1)
            {
                Domain(Message(opset));
            }
        }
    }

    private void Training(ReadOnlySpan<byte> bytes, long position)
    {
        ProtobufCursor training = new(bytes, position);
        while (training.Next())
        {
            if (training.Field is 1 or 2)
            {
                Graph(Message(training), training.Position, 1);
            }
        }
    }

    private void Function(ReadOnlySpan<byte> bytes, long position)
    {
        _functions.Begin(bytes, position);
        ProtobufCursor function = new(bytes, position);
        while (function.Next())
        {
            switch (function.Field)
            {
                case 10:
                    Domain(Message(function));
                    break;
                case 7:
                    Node(Message(function), function.Position, 1);
                    break;
                case 9:
                    Opset(Message(function), function.Position);
                    break;
                case 11:
                    Attribute(Message(function), function.Position, 1);
                    break;
            }
        }

        _functions.End();
    }

    private void Graph(ReadOnlySpan<byte> bytes, long position, int depth)
    {
        if (depth > options.MaximumDepth)
        {
            throw new ModelRejectedException($"guard: graphs stand more than {options.MaximumDepth} deep in graphs (at byte {position})");
        }

        ProtobufCursor graph = new(bytes, position);
        while (graph.Next())
        {
            switch (graph.Field)
            {
                case 1:
                    Node(Message(graph), graph.Position, depth);
                    break;
                case 5:
                    OnnxTensorGuard.Tensor(Message(graph), graph.Position);
                    break;
                case 15:
                    OnnxTensorGuard.Sparse(Message(graph), graph.Position);
                    break;
            }
        }
    }

    private void Node(ReadOnlySpan<byte> bytes, long position, int depth)
    {
        if (++_nodes > options.MaximumNodes)
        {
            throw new ModelRejectedException($"guard: the model has more than {options.MaximumNodes} nodes");
        }

        _functions.Node(bytes, position);
        ProtobufCursor node = new(bytes, position);
        while (node.Next())
        {
            switch (node.Field)
            {
                case 4 when Message(node).SequenceEqual("EPContext"u8):
                    throw new ModelRejectedException($"guard: a node EPContext, which loads a precompiled engine, at byte {node.Position}; export the model without it");
                case 5:
                    Attribute(Message(node), node.Position, depth);
                    break;
                case 7:
                    Domain(Message(node));
                    break;
            }
        }
    }

    private void Attribute(ReadOnlySpan<byte> bytes, long position, int depth)
    {
        ProtobufCursor attribute = new(bytes, position);
        int tensors = 0;
        int graphs = 0;
        int sparse = 0;
        while (attribute.Next())
        {
            switch (attribute.Field)
            {
                case 5:
                    Once(++tensors, "tensor of an attribute");
                    OnnxTensorGuard.Tensor(Message(attribute), attribute.Position);
                    break;
                case 10:
                    OnnxTensorGuard.Tensor(Message(attribute), attribute.Position);
                    break;
                case 6:
                    Once(++graphs, "graph of an attribute");
                    Graph(Message(attribute), attribute.Position, depth + 1);
                    break;
                case 11:
                    Graph(Message(attribute), attribute.Position, depth + 1);
                    break;
                case 22:
                    Once(++sparse, "sparse tensor of an attribute");
                    OnnxTensorGuard.Sparse(Message(attribute), attribute.Position);
                    break;
                case 23:
                    OnnxTensorGuard.Sparse(Message(attribute), attribute.Position);
                    break;
            }
        }
    }

    private void Domain(ReadOnlySpan<byte> name)
    {
        string domain = Encoding.UTF8.GetString(name[..Math.Min(name.Length, 256)]);
        if (!options.Domains.Contains(domain))
        {
            throw new ModelRejectedException(
                $"guard: the operator domain '{domain}' is not allowed; if you trust it, add it to OnnxOptions.Guard.Domains and register its library");
        }
    }
}
