using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

/// <summary>Hostile models, each refused before native code sees it.</summary>
public sealed class OnnxGuardTests
{
    private const int NodeField = 1;
    private const int InitializerField = 5;

    public static TheoryData<string> ExternalPlaces() =>
    [
        "initializer by location", "initializer by data", "sparse initializer values", "sparse initializer indices", "attribute t", "attribute tensors",
        "attribute sparse_tensor", "attribute sparse_tensors", "attribute g", "attribute graphs", "function node", "function attribute",
        "training initialization", "training algorithm", "deep in graphs",
    ];

    [Theory]
    [MemberData(nameof(ExternalPlaces))]
    public void External_data_are_refused_wherever_a_tensor_can_stand(string place)
    {
        byte[] model = External(place);
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(() => Inspect(model));
        Assert.StartsWith("guard: the tensor at byte ", error.Message, StringComparison.Ordinal);
        Assert.Contains("another file", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> HostileModels() =>
    [
        "dims overflow", "dims beyond raw data", "dims beyond floats", "negative dim", "packed dims beyond payload", "text count", "EPContext", "foreign domain",
        "foreign opset", "group", "long varint", "length past the end", "too deep", "graph twice", "no graph", "graph as number", "field zero",
    ];

    [Theory]
    [MemberData(nameof(HostileModels))]
    public void Hostile_models_are_refused(string name)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        byte[] model = Hostile(name);
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(() => Inspect(model));
        Assert.StartsWith("guard: ", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    [Fact]
    public void Good_models_pass()
    {
        foreach (byte[] model in (byte[][])[OnnxModels.Linear(), OnnxModels.Mlp(), OnnxModels.Simple(), OnnxTrees.Model(), OnnxModels.NonZero()])
        {
            Inspect(model);
        }
    }

    [Fact]
    public void A_foreign_domain_can_be_allowed()
    {
        OnnxGuardOptions options = new();
        options.Domains.Add("com.contoso");
        OnnxGuard.Inspect(Hostile("foreign domain"), options);
    }

    [Fact]
    public void A_model_cut_anywhere_is_refused_unless_only_whole_fields_behind_the_graph_are_missing()
    {
        byte[] model = OnnxModels.Simple();
        int passed = 0;
        for (int length = 0; length < model.Length; length++)
        {
            byte[] cut = [.. model.Take(length)];
            try
            {
                Inspect(cut);
                passed++;
            }
            catch (ModelRejectedException error)
            {
                Assert.StartsWith("guard: no ONNX model: ", error.Message, StringComparison.Ordinal);
            }
        }

        // Behind the graph stand two opsets.
        Assert.Equal(2, passed);
    }

    [Fact]
    public void Any_bytes_are_refused_or_pass_and_never_break_the_guard()
    {
        byte[] model = OnnxModels.Simple();
        SplitMix64 random = new(3);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] changed = [.. model];
            for (int k = random.Below(4); k >= 0; k--)
            {
                changed[random.Below(changed.Length)] = (byte)random.Next();
            }

            try
            {
                Inspect(changed);
            }
            catch (ModelRejectedException)
            {
            }
        }
    }

    private static void Inspect(byte[] model) => OnnxGuard.Inspect(model, new OnnxGuardOptions());

    private static void Remote(ProtobufWriter tensor) => tensor
        .Numbers(1, [2]).Number(2, OnnxModels.Float).Text(8, "W")
        .Message(13, entry => entry.Text(1, "location").Text(2, "../../etc/passwd")).Number(14, 1);

    private static byte[] External(string place)
    {
        switch (place)
        {
            case "initializer by location":
                return Graph(g => g.Message(InitializerField, t => t.Numbers(1, [0]).Number(2, 1).Text(8, "W").Number(14, 1)));
            case "initializer by data":
                return Graph(g => g.Message(InitializerField, t => t.Numbers(1, [0]).Number(2, 1).Message(13, e => e.Text(1, "location").Text(2, "w"))));
            case "sparse initializer values":
                return Graph(g => g.Message(15, s => s.Message(1, Remote)));
            case "sparse initializer indices":
                return Graph(g => g.Message(15, s => s.Message(2, Remote)));
            case "attribute t":
                return Attribute(a => a.Message(5, Remote));
            case "attribute tensors":
                return Attribute(a => a.Message(10, Remote));
            case "attribute sparse_tensor":
                return Attribute(a => a.Message(22, s => s.Message(1, Remote)));
            case "attribute sparse_tensors":
                return Attribute(a => a.Message(23, s => s.Message(2, Remote)));
            case "attribute g":
                return Attribute(a => a.Message(6, g => g.Message(InitializerField, Remote)));
            case "attribute graphs":
                return Attribute(a => a.Message(11, g => g.Message(InitializerField, Remote)));
            case "function node":
                return Whole(m => m.Message(25, f => f.Message(7, n => n.Message(5, a => a.Message(5, Remote)))));
            case "function attribute":
                return Whole(m => m.Message(25, f => f.Message(11, a => a.Message(5, Remote))));
            case "training initialization":
                return Whole(m => m.Message(20, t => t.Message(1, g => g.Message(InitializerField, Remote))));
            case "training algorithm":
                return Whole(m => m.Message(20, t => t.Message(2, g => g.Message(InitializerField, Remote))));
            default:
                return Graph(g => Nested(g, 10, inner => inner.Message(InitializerField, Remote)));
        }
    }

    private static byte[] Hostile(string name) => name switch
    {
        "dims overflow" => Tensor(t => t.Numbers(1, [1L << 40, 1L << 40]).Number(2, 1).Bytes(9, new byte[8])),
        "dims beyond raw data" => Tensor(t => t.Numbers(1, [1_000_000]).Number(2, 1).Bytes(9, new byte[8])),
        "dims beyond floats" => Tensor(t => t.Numbers(1, [1_000_000]).Number(2, 1).Bytes(4, new byte[8])),
        "negative dim" => Tensor(t => t.Numbers(1, [-1]).Number(2, 1)),
        "packed dims beyond payload" => Tensor(t => t.Bytes(1, [0xFF, 0xFF, 0x03]).Number(2, 7).Bytes(7, [1])),
        "text count" => Tensor(t => t.Numbers(1, [100]).Number(2, 8).Text(6, "one")),
        "EPContext" => Graph(g => g.Message(NodeField, n => n.Text(1, "x").Text(2, "y").Text(4, "EPContext").Text(7, "com.microsoft"))),
        "foreign domain" => Graph(g => g.Message(NodeField, n => n.Text(1, "x").Text(2, "y").Text(4, "Steal").Text(7, "com.contoso"))),
        "foreign opset" => Whole(m => m.Message(8, o => o.Text(1, "com.contoso").Number(2, 1))),
        "group" => Whole(m => m.Raw([0x7B, 0x08, 0x01, 0x7C])),
        "long varint" => Whole(m => m.Raw([0x08, .. Enumerable.Repeat((byte)0x80, 10), 0x01])),
        "length past the end" => Whole(m => m.Raw([0x12, 0xFF, 0xFF, 0xFF, 0x7F])),
        "too deep" => Graph(g => Nested(g, 33, inner => inner.Text(2, "deep"))),
        "graph twice" => Whole(m => m.Message(7, g => g.Text(2, "again"))),
        "no graph" => new ProtobufWriter().Number(1, 8).ToArray(),
        "graph as number" => new ProtobufWriter().Number(1, 8).Number(7, 1).ToArray(),
        _ => Whole(m => m.Raw([0x00, 0x01])),
    };

    private static void Nested(ProtobufWriter graph, int depth, Action<ProtobufWriter> deepest)
    {
        if (depth == 0)
        {
            deepest(graph);
        }
        else
        {
            graph.Message(NodeField, n => n.Message(5, a => a.Message(6, inner => Nested(inner, depth - 1, deepest))));
        }
    }

    private static byte[] Tensor(Action<ProtobufWriter> tensor) => Graph(g => g.Message(InitializerField, tensor));

    private static byte[] Attribute(Action<ProtobufWriter> attribute) => Graph(g => g.Message(NodeField, n => n.Text(4, "Constant").Message(5, attribute)));

    private static byte[] Graph(Action<ProtobufWriter> graph) => new ProtobufWriter().Number(1, 8).Message(7, graph).ToArray();

    private static byte[] Whole(Action<ProtobufWriter> rest)
    {
        ProtobufWriter model = new ProtobufWriter().Number(1, 8).Message(7, g => g.Text(2, "g"));
        rest(model);
        return model.ToArray();
    }
}
