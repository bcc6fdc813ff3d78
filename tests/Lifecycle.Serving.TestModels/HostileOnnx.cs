namespace Lifecycle.Serving.TestModels;

/// <summary>Models that must be refused before native code sees them, each with a part of the reason that must be given.</summary>
public static class HostileOnnx
{
    private const string Elsewhere = "keeps its data in another file";
    private const int NodeField = 1;
    private const int InitializerField = 5;

    /// <summary>Name, reason and bytes of each.</summary>
    public static IReadOnlyList<(string Name, string Reason, Func<byte[]> Make)> All { get; } =
    [
        ("external initializer by location", Elsewhere, () => Tensor(t => t.Numbers(1, [0]).Number(2, 1).Text(8, "W").Number(14, 1))),
        ("external initializer by data", Elsewhere, () => Tensor(t => t.Numbers(1, [0]).Number(2, 1).Message(13, e => e.Text(1, "location").Text(2, "w")))),
        ("external initializer, location taken back", Elsewhere, () => Tensor(t => t.Numbers(1, [0]).Number(2, 1).Number(14, 1).Number(14, 0))),
        ("external sparse initializer values", Elsewhere, () => Graph(g => g.Message(15, s => s.Message(1, Remote)))),
        ("external sparse initializer indices", Elsewhere, () => Graph(g => g.Message(15, s => s.Message(2, Remote)))),
        ("external attribute t", Elsewhere, () => Attribute(a => a.Message(5, Remote))),
        ("external attribute tensors", Elsewhere, () => Attribute(a => a.Message(10, Remote))),
        ("external attribute sparse_tensor", Elsewhere, () => Attribute(a => a.Message(22, s => s.Message(1, Remote)))),
        ("external attribute sparse_tensors", Elsewhere, () => Attribute(a => a.Message(23, s => s.Message(2, Remote)))),
        ("external attribute g", Elsewhere, () => Attribute(a => a.Message(6, g => g.Message(InitializerField, Remote)))),
        ("external attribute graphs", Elsewhere, () => Attribute(a => a.Message(11, g => g.Message(InitializerField, Remote)))),
        ("external function node", Elsewhere, () => Function(f => f.Message(7, n => n.Message(5, a => a.Message(5, Remote))))),
        ("external function attribute", Elsewhere, () => Function(f => f.Message(11, a => a.Message(5, Remote)))),
        ("external function graph", Elsewhere, () => Function(f => f.Message(7, n => n.Message(5, a => a.Message(6, g => g.Message(15, s => s.Message(1, Remote))))))),
        ("external training initialization", Elsewhere, () => Whole(m => m.Message(20, t => t.Message(1, g => g.Message(InitializerField, Remote))))),
        ("external training algorithm", Elsewhere, () => Whole(m => m.Message(20, t => t.Message(2, g => g.Message(InitializerField, Remote))))),
        ("external deep in graphs", Elsewhere, () => Graph(g => Nested(g, 10, inner => inner.Message(InitializerField, Remote)))),
        ("dims overflow", "multiply to more than 2^63 - 1", () => Tensor(t => t.Numbers(1, [1L << 40, 1L << 40]).Number(2, 1).Bytes(9, new byte[8]))),
        ("dims beyond raw data", "declares 1000000 elements", () => Tensor(t => t.Numbers(1, [1_000_000]).Number(2, 1).Bytes(9, new byte[8]))),
        ("dims beyond floats", "declares 1000000 elements", () => Tensor(t => t.Numbers(1, [1_000_000]).Number(2, 1).Bytes(4, new byte[8]))),
        ("dims beyond packed integers", "brings 1 values", () => Tensor(t => t.Numbers(1, [5]).Number(2, 7).Bytes(7, [0x80, 0x80, 0x80, 0x80, 0x01]))),
        ("values in the wrong field", "brings 0 values", () => Tensor(t => t.Numbers(1, [2]).Number(2, 1).Numbers(5, [1, 2]))),
        ("negative dim", "has the dimension -1", () => Tensor(t => t.Numbers(1, [-1]).Number(2, 1))),
        ("packed dims beyond payload", "declares 65535 elements", () => Tensor(t => t.Bytes(1, [0xFF, 0xFF, 0x03]).Number(2, 7).Bytes(7, [1]))),
        ("text count", "declares 100 elements", () => Tensor(t => t.Numbers(1, [100]).Number(2, 8).Text(6, "one"))),
        ("unknown data type", "data type 99", () => Tensor(t => t.Numbers(1, [0]).Number(2, 99))),
        ("sparse tensor that grows", "grows to 1099511627776", () => Graph(g => g.Message(15, s => s.Message(1, t => t.Numbers(1, [1]).Number(2, 1).Bytes(9, new byte[4])).Numbers(3, [1L << 40])))),
        ("sparse values twice", "stands twice", () => Graph(g => g.Message(15, s => s.Message(1, Empty).Message(1, Empty)))),
        ("EPContext", "EPContext", () => Graph(g => g.Message(NodeField, n => n.Text(1, "x").Text(2, "y").Text(4, "EPContext").Text(7, "com.microsoft")))),
        ("EPContext in a subgraph", "EPContext", () => Attribute(a => a.Message(6, g => g.Message(NodeField, n => n.Text(4, "EPContext"))))),
        ("foreign domain", "'com.contoso' is not allowed", () => ForeignDomain()),
        ("foreign domain in a function", "'com.contoso' is not allowed", () => Function(f => f.Message(7, n => n.Text(4, "Steal").Text(7, "com.contoso")))),
        ("foreign opset", "'com.contoso' is not allowed", () => Whole(m => m.Message(8, o => o.Text(1, "com.contoso").Number(2, 1)))),
        ("foreign function domain", "'com.contoso' is not allowed", () => Function(f => f.Text(10, "com.contoso"))),
        ("function that calls itself", "calls itself", () => Functions(1, 1)),
        ("functions that double", "grow to more than", () => Functions(40, 2)),
        ("function twice", "stands twice", () => Whole(m => m.Message(25, f => f.Text(1, "f")).Message(25, f => f.Text(1, "f")))),
        ("too deep", "more than 32 deep", () => Graph(g => Nested(g, 33, inner => inner.Text(2, "deep")))),
        ("too many nodes", "more than 1000000 nodes", () => Graph(g => g.Raw([.. Enumerable.Repeat<byte[]>([0x0A, 0x00], 1_000_001).SelectMany(b => b)]))),
        ("graph twice", "stands twice", () => Whole(m => m.Message(7, g => g.Text(2, "again")))),
        ("ONNX and ORT at once", "cannot be inspected", TwoFormats),
        ("no graph", "it has no graph", () => new ProtobufWriter().Number(1, 8).ToArray()),
        ("no operator set", "it names no operator set", () => new ProtobufWriter().Number(1, 8).Message(7, g => g.Text(2, "g")).ToArray()),
        ("graph as number", "wire type 0 instead of 2", () => new ProtobufWriter().Number(1, 8).Number(7, 1).ToArray()),
        ("group", "wire type 3", () => Whole(m => m.Raw([0x7B, 0x08, 0x01, 0x7C]))),
        ("end of no group", "wire type 4", () => Whole(m => m.Raw([0x7C]))),
        ("varint of 11 bytes", "more than 10 bytes", () => Whole(m => m.Raw([0x08, .. Enumerable.Repeat((byte)0x80, 10), 0x01]))),
        ("varint without end", "the end inside a number", () => Whole(m => m.Raw([0x08, 0x80, 0x80]))),
        ("varint bomb", "more than 10 bytes", () => Whole(m => m.Raw([.. Enumerable.Repeat((byte)0x80, 1 << 20)]))),
        ("packed dims without end", "broken number", () => Tensor(t => t.Bytes(1, [0xFF, 0xFF]))),
        ("length past the end", "where 0 bytes are left", () => Whole(m => m.Raw([0x12, 0xFF, 0xFF, 0xFF, 0x7F]))),
        ("length of 2^64 - 1", "a length of 18446744073709551615", () => Whole(m => m.Raw([0x12, .. Enumerable.Repeat((byte)0xFF, 9), 0x01]))),
        ("field zero", "a field number that protobuf does not have", () => Whole(m => m.Raw([0x00, 0x01]))),
        ("empty file", "the file is empty", () => []),
        ("web page", "like a web page", () => "<!DOCTYPE html><html><body>404 Not Found</body></html>"u8.ToArray()),
        ("pointer of Git LFS", "pointer of Git LFS", () => "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"u8.ToArray()),
        ("zip archive", "no ONNX model", () => "PK\u0003\u0004\u0014\0\0\0\u0008\0"u8.ToArray()),
    ];

    /// <summary>A sound model whose first field is text that makes the file a flat buffer, too.</summary>
    public static byte[] TwoFormats() => [0x12, 0x08, 0x00, 0x00, .. "ORTM"u8, 0x00, 0x00, .. OnnxModels.Linear()];

    public static byte[] ForeignDomain() => Graph(g => g.Message(NodeField, n => n.Text(1, "x").Text(2, "y").Text(4, "Steal").Text(7, "com.contoso")));

    private static void Remote(ProtobufWriter tensor) => tensor
        .Numbers(1, [2]).Number(2, OnnxModels.Float).Text(8, "W")
        .Message(13, entry => entry.Text(1, "location").Text(2, "../../etc/passwd")).Number(14, 1);

    private static void Empty(ProtobufWriter tensor) => tensor.Numbers(1, [0]).Number(2, OnnxModels.Float);

    // Each function calls the next one; a single one calls itself.
    private static byte[] Functions(int count, int calls) => Whole(m =>
    {
        for (int i = 0; i < count; i++)
        {
            string next = count == 1 ? "f0" : $"f{i + 1}";
            m.Message(25, f =>
            {
                f.Text(1, $"f{i}");
                for (int call = 0; call < calls; call++)
                {
                    f.Message(7, n => n.Text(4, next).Text(7, "ai.onnx"));
                }
            });
        }
    });

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

    private static byte[] Function(Action<ProtobufWriter> function) => Whole(m => m.Message(25, function));

    private static byte[] Graph(Action<ProtobufWriter> graph) => new ProtobufWriter()
        .Number(1, 8).Message(7, graph).Message(8, o => o.Text(1, "").Number(2, 13)).ToArray();

    private static byte[] Whole(Action<ProtobufWriter> rest)
    {
        ProtobufWriter model = new ProtobufWriter().Number(1, 8).Message(7, g => g.Text(2, "g")).Message(8, o => o.Text(1, "").Number(2, 13));
        rest(model);
        return model.ToArray();
    }
}
