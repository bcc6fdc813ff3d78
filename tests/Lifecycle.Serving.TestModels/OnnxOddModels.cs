namespace Lifecycle.Serving.TestModels;

/// <summary>Models whose outputs are no plain rows, or whose runs are not.</summary>
public static class OnnxOddModels
{
    private const int Int64 = 7;
    private const int Text = 8;
    private const int Bool = 9;

    /// <summary>A number for each label, as skl2onnx writes a classifier's probabilities: x[N,k] -> maps, and the plain numbers beside them.</summary>
    /// <param name="labels">Texts or whole numbers, in the order of the columns of x.</param>
    /// <param name="isMade">Whether the node ZipMap itself makes the output; else a copy of what it made.</param>
    public static byte[] ZipMap(object[] labels, bool isMade = true) => OnnxModels.Model("zipmap", graph =>
    {
        bool areTexts = labels[0] is string;
        graph.Message(1, node =>
        {
            OnnxModels.Node(node, "ZipMap", ["x"], [isMade ? "maps" : "made"]);
            node.Message(5, a =>
            {
                a.Text(1, areTexts ? "classlabels_strings" : "classlabels_int64s");
                foreach (object label in labels)
                {
                    _ = label is string text ? a.Text(9, text) : a.Number(8, (int)label);
                }

                a.Number(20, areTexts ? 8 : 7);
            });
            node.Text(7, "ai.onnx.ml");
        });
        if (!isMade)
        {
            graph.Message(1, node => OnnxModels.Node(node, "Identity", ["made"], ["maps"]));
        }

        graph.Message(1, node => OnnxModels.Node(node, "Identity", ["x"], ["plain"])).Text(2, "zipmap");
        graph.Message(11, v => OnnxModels.Value(v, "x", OnnxModels.Float, ["N", labels.Length]));
        graph.Message(12, v => OnnxModels.Value(v, "plain", OnnxModels.Float, ["N", labels.Length]));
        graph.Message(12, v => v.Text(1, "maps").Message(2, t => t.Message(4, sequence => sequence.Message(1, element => element
            .Message(5, map => map.Number(1, areTexts ? Text : Int64).Message(2, value => value.Message(1, n => n.Number(1, OnnxModels.Float).Message(2, _ => { }))))))));
    }, opset: 14);

    /// <summary>An output that is a sequence of tensors, beside one that is a tensor.</summary>
    public static byte[] Sequence() => OnnxModels.Model("sequence", graph => graph
        .Message(1, node => OnnxModels.Node(node, "SequenceConstruct", ["x", "x"], ["both"]))
        .Message(1, node => OnnxModels.Node(node, "Identity", ["x"], ["y"]))
        .Text(2, "sequence")
        .Message(11, v => OnnxModels.Value(v, "x", OnnxModels.Float, ["N", 2]))
        .Message(12, v => OnnxModels.Value(v, "y", OnnxModels.Float, ["N", 2]))
        .Message(12, v => v.Text(1, "both").Message(2, t => t.Message(4, s => s.Message(1, e => e.Message(1, n => n.Number(1, OnnxModels.Float)))))));

    /// <summary>An output that may be absent.</summary>
    public static byte[] Optional() => OnnxModels.Model("optional", graph => graph
        .Message(1, node => OnnxModels.Node(node, "Optional", ["x"], ["maybe"]))
        .Text(2, "optional")
        .Message(11, v => OnnxModels.Value(v, "x", OnnxModels.Float, ["N", 2]))
        .Message(12, v => v.Text(1, "maybe").Message(2, t => t.Message(9, o => o.Message(1, e => e.Message(1, n => n
            .Number(1, OnnxModels.Float).Message(2, dims => dims.Message(1, d => d.Text(2, "N")).Message(1, d => d.Number(1, 2)))))))), opset: 15);

    /// <summary>Each row is the sum of the rows of its run before it and itself: shows which rows were run together.</summary>
    public static byte[] RunningSum() => OnnxModels.Model("running_sum", graph => graph
        .Message(1, node => OnnxModels.Node(node, "CumSum", ["x", "axis"], ["y"]))
        .Text(2, "running_sum")
        .Message(5, t => t.Number(2, OnnxModels.Int32).Text(8, "axis").Bytes(9, [0, 0, 0, 0]))
        .Message(11, v => OnnxModels.Value(v, "x", OnnxModels.Float, ["N", 1]))
        .Message(12, v => OnnxModels.Value(v, "y", OnnxModels.Float, ["N", 1])));

    /// <summary>The positions of what is not zero, as rows: their number depends on the values.</summary>
    /// <param name="rows">The first dimension of the output: a name, or "" for none.</param>
    /// <param name="width">The second one.</param>
    public static byte[] FoundRows(object rows, object width) => OnnxModels.Model("found_rows", graph => graph
        .Message(1, node => OnnxModels.Node(node, "NonZero", ["x"], ["found"]))
        .Message(1, node => OnnxModels.Node(node, "Transpose", ["found"], ["y"]))
        .Text(2, "found_rows")
        .Message(11, v => OnnxModels.Value(v, "x", OnnxModels.Float, ["N"]))
        .Message(12, v => OnnxModels.Value(v, "y", Int64, [rows, width])));

    /// <summary>Adds 1 to x as many times as m says: with a large m a run that does not end unless it is stopped.</summary>
    public static byte[] Spin() => OnnxModels.Model("spin", graph => graph
        .Message(1, node => OnnxModels.Node(node, "Loop", ["m", "", "x"], ["y"]).Message(5, a => a.Text(1, "body").Message(6, body => body
            .Message(1, n => OnnxModels.Node(n, "Identity", ["go"], ["go_on"]))
            .Message(1, n => OnnxModels.Node(n, "Add", ["a", "one"], ["b"]))
            .Text(2, "body")
            .Message(5, t => OnnxModels.Tensor(t, "one", [1], [1]))
            .Message(11, v => OnnxModels.Value(v, "i", Int64, []))
            .Message(11, v => OnnxModels.Value(v, "go", Bool, []))
            .Message(11, v => OnnxModels.Value(v, "a", OnnxModels.Float, ["K"]))
            .Message(12, v => OnnxModels.Value(v, "go_on", Bool, []))
            .Message(12, v => OnnxModels.Value(v, "b", OnnxModels.Float, ["K"]))).Number(20, 5)))
        .Text(2, "spin")
        .Message(11, v => OnnxModels.Value(v, "m", Int64, []))
        .Message(11, v => OnnxModels.Value(v, "x", OnnxModels.Float, ["K"]))
        .Message(12, v => OnnxModels.Value(v, "y", OnnxModels.Float, ["K"])));
}
