using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.OnnxRuntime;

/// <summary>
/// Functions of a model are written out at each of their calls. Refuses those that call themselves, by whatever way, and those that grow to more nodes
/// than a model may have: thirty functions that call one another twice make a billion.
/// </summary>
internal sealed class OnnxFunctionGuard(int maximumNodes)
{
    private const int MaximumFunctions = 10_000;
    private const int MaximumCalls = 128;

    private readonly Dictionary<string, Body> _bodies = new(StringComparer.Ordinal);
    private readonly Body _graphs = new("the graph");
    private Body? _current;

    /// <summary>Takes note of a function before any node is seen: functions may stand behind the graph that calls them.</summary>
    public void Declare(ReadOnlySpan<byte> function, long position)
    {
        string name = Name(function, position, nameField: 1, domainField: 10, overloadField: 13);
        if (!_bodies.TryAdd(name, new Body(name)))
        {
            throw new ModelRejectedException($"guard: the function {name} stands twice (at byte {position})");
        }

        if (_bodies.Count > MaximumFunctions)
        {
            throw new ModelRejectedException($"guard: the model has more than {MaximumFunctions} functions");
        }
    }

    /// <summary>What follows stands in this function, until <see cref="End"/>.</summary>
    public void Begin(ReadOnlySpan<byte> function, long position) => _current = _bodies[Name(function, position, 1, 10, 13)];

    public void End() => _current = null;

    /// <summary>A node of the current function, or of a graph.</summary>
    public void Node(ReadOnlySpan<byte> node, long position)
    {
        if (_bodies.Count == 0)
        {
            return;
        }

        Body body = _current ?? _graphs;
        body.Nodes++;
        if (_bodies.TryGetValue(Name(node, position, nameField: 4, domainField: 7, overloadField: 8), out Body? called))
        {
            body.Calls[called] = body.Calls.GetValueOrDefault(called) + 1;
        }
    }

    /// <summary>Refuses the model when a function calls itself or all together grow too large.</summary>
    public void Require()
    {
        foreach (Body body in _bodies.Values)
        {
            Grow(body, 0);
        }

        Grow(_graphs, 0);
    }

    private long Grow(Body body, int depth)
    {
        if (body.IsOpen)
        {
            throw new ModelRejectedException($"guard: the function {body.Name} calls itself");
        }

        if (depth > MaximumCalls)
        {
            throw new ModelRejectedException($"guard: functions call one another more than {MaximumCalls} deep");
        }

        if (body.Grown < 0)
        {
            body.IsOpen = true;
            long nodes = body.Nodes;
            foreach ((Body called, long times) in body.Calls)
            {
                nodes += times * Grow(called, depth + 1);
                if (nodes > maximumNodes)
                {
                    throw new ModelRejectedException($"guard: the functions in {body.Name} grow to more than {maximumNodes} nodes");
                }
            }

            body.Grown = nodes;
            body.IsOpen = false;
        }

        return body.Grown;
    }

    private static string Name(ReadOnlySpan<byte> bytes, long position, int nameField, int domainField, int overloadField)
    {
        ProtobufCursor fields = new(bytes, position);
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> domain = default;
        ReadOnlySpan<byte> overload = default;
        while (fields.Next())
        {
            if (fields.Field == nameField)
            {
                name = fields.Bytes;
            }
            else if (fields.Field == domainField)
            {
                domain = fields.Bytes;
            }
            else if (fields.Field == overloadField)
            {
                overload = fields.Bytes;
            }
        }

        return $"'{Text(domain.SequenceEqual("ai.onnx"u8) ? default : domain)}:{Text(name)}{(overload.IsEmpty ? string.Empty : ":")}{Text(overload)}'";
    }

    private static string Text(ReadOnlySpan<byte> bytes) => bytes.Length <= 256
        ? Encoding.UTF8.GetString(bytes)
        : throw new ModelRejectedException($"guard: the name of an operator or function has {bytes.Length} bytes; at most 256 are read");

    private sealed class Body(string name)
    {
        public string Name { get; } = name;

        public Dictionary<Body, long> Calls { get; } = [];

        public long Nodes { get; set; }

        /// <summary>Nodes with those of all calls; -1 while not counted.</summary>
        public long Grown { get; set; } = -1;

        public bool IsOpen { get; set; }
    }
}
