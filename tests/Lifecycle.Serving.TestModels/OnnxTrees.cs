namespace Lifecycle.Serving.TestModels;

/// <summary>100 trees of depth 6 over 10 features, as ONNX (<c>TreeEnsembleRegressor</c> of ai.onnx.ml) and as plain arrays.</summary>
public static class OnnxTrees
{
    private const int Trees = 100;
    private const int Branches = 63;
    private const int Nodes = 127;
    private const int Features = 10;

    /// <summary>Feature, threshold or weight of each node, tree by tree; node k has the children 2k+1 and 2k+2.</summary>
    public static IReadOnlyList<(int Feature, float Value)> Draw()
    {
        SplitMix64 random = new(42);
        List<(int, float)> nodes = [];
        for (int node = 0; node < Trees * Nodes; node++)
        {
            if (node % Nodes < Branches)
            {
                int feature = random.Below(Features);
                nodes.Add((feature, (float)random.Unit()));
            }
            else
            {
                nodes.Add((0, (float)random.Unit()));
            }
        }

        return nodes;
    }

    /// <summary>The sum of the leaves of a row, in double precision.</summary>
    public static double Evaluate(IReadOnlyList<(int Feature, float Value)> nodes, ReadOnlySpan<float> row)
    {
        double sum = 0;
        for (int tree = 0; tree < Trees; tree++)
        {
            int k = 0;
            while (k < Branches)
            {
                (int feature, float value) = nodes[(tree * Nodes) + k];
                k = row[feature] <= value ? (2 * k) + 1 : (2 * k) + 2;
            }

            sum += nodes[(tree * Nodes) + k].Value;
        }

        return sum;
    }

    public static byte[] Model()
    {
        IReadOnlyList<(int Feature, float Value)> nodes = Draw();
        (int Tree, int Node)[] all = [.. Enumerable.Range(0, Trees).SelectMany(t => Enumerable.Range(0, Nodes).Select(k => (t, k)))];
        (int Tree, int Node)[] leaves = [.. all.Where(n => n.Node >= Branches)];
        return OnnxModels.Model("trees", graph => graph
            .Message(1, node =>
            {
                OnnxModels.Node(node, "TreeEnsembleRegressor", ["x"], ["y"]);
                node.Message(5, a => a.Text(1, "n_targets").Number(3, 1).Number(20, 2));
                Ints(node, "nodes_treeids", all.Select(n => (long)n.Tree));
                Ints(node, "nodes_nodeids", all.Select(n => (long)n.Node));
                Ints(node, "nodes_featureids", all.Select((n, i) => (long)nodes[i].Feature));
                node.Message(5, a =>
                {
                    a.Text(1, "nodes_modes");
                    foreach ((_, int k) in all)
                    {
                        a.Text(9, k < Branches ? "BRANCH_LEQ" : "LEAF");
                    }

                    a.Number(20, 8);
                });
                Floats(node, "nodes_values", all.Select((n, i) => n.Node < Branches ? nodes[i].Value : 0));
                Ints(node, "nodes_truenodeids", all.Select(n => n.Node < Branches ? (2L * n.Node) + 1 : 0));
                Ints(node, "nodes_falsenodeids", all.Select(n => n.Node < Branches ? (2L * n.Node) + 2 : 0));
                Ints(node, "target_treeids", leaves.Select(n => (long)n.Tree));
                Ints(node, "target_nodeids", leaves.Select(n => (long)n.Node));
                Ints(node, "target_ids", leaves.Select(_ => 0L));
                Floats(node, "target_weights", leaves.Select(n => nodes[(n.Tree * Nodes) + n.Node].Value));
                node.Text(7, "ai.onnx.ml");
            })
            .Text(2, "trees")
            .Message(11, v => OnnxModels.Value(v, "x", OnnxModels.Float, ["N", Features]))
            .Message(12, v => OnnxModels.Value(v, "y", OnnxModels.Float, ["N", 1])));
    }

    private static void Ints(ProtobufWriter node, string name, IEnumerable<long> values) =>
        node.Message(5, a => a.Text(1, name).Numbers(8, values).Number(20, 7));

    private static void Floats(ProtobufWriter node, string name, IEnumerable<float> values) => node.Message(5, a =>
    {
        a.Text(1, name);
        foreach (float value in values)
        {
            a.Float(7, value);
        }

        a.Number(20, 6);
    });
}
