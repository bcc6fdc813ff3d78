using Lifecycle.Storage.Local;

namespace Lifecycle.Data.Tests;

public sealed class DatasetLineageTests
{
    private static readonly LineageNode Run = new(LineageNode.Run, "r1");
    private static readonly LineageNode Model = new(LineageNode.Model, "sha256:m");
    private static readonly LineageNode ModelVersion = new(LineageNode.ModelVersion, "mortgage/1");

    private static async Task PublishAsync(LocalWorkspace local, params LineageEdge[] edges) => await local.Database.WriteAsync(async (t, token) =>
    {
        await local.Events.PublishAsync(t, "lifecycle.run.finished", "run/r1", "{}", edges, token);
        return true;
    });

    private static LineageEdge Edge(LineageNode from, string relation, LineageNode to) => new(from, relation, to, DateTimeOffset.UnixEpoch, "ada");

    [Fact]
    public async Task BothWays_OverEventsOfOtherFeatures()
    {
        await using TestWorkspace w = new();
        DatasetVersion raw = await w.Datasets.CommitAsync("raw", w.Write("raw.csv", "a\n1\n"));
        DatasetVersion clean = await w.Datasets.CommitAsync("clean", w.Write("clean.csv", "a\n2\n"), configure: c => c.DerivedFrom(raw).GeneratedBy(new LineageNode(LineageNode.Run, "r0")));
        LineageEdge[] edges = [Edge(Run, LineageEdge.Used, clean), Edge(Model, LineageEdge.WasGeneratedBy, Run), Edge(ModelVersion, LineageEdge.SpecializationOf, Model)];
        await PublishAsync(w.Local, edges);
        await PublishAsync(w.Local, edges);
        LineageGraph up = await w.Datasets.Lineage.UpstreamOfAsync(ModelVersion);
        Assert.Equal([Model, Run, clean], up.Nodes.Take(3));
        Assert.Equal(5, up.Nodes.Count);
        Assert.Equal([clean.Id, raw.Id], up.OfKind(LineageNode.DatasetVersion).Select(n => n.Id));
        LineageGraph down = await w.Datasets.Lineage.DownstreamOfAsync(raw);
        Assert.Equal([clean, Run, Model, ModelVersion], down.Nodes);
        Assert.Equal(4, down.Edges.Count);
        Assert.Contains("used dataset-version " + clean.Id, down.ToString(), StringComparison.Ordinal);
        Assert.Empty((await w.Datasets.Lineage.DownstreamOfAsync(ModelVersion)).Nodes);
    }

    [Fact]
    public async Task Cycles_EndTheWalk()
    {
        await using TestWorkspace w = new();
        LineageNode a = new(LineageNode.External, "a");
        LineageNode b = new(LineageNode.External, "b");
        await PublishAsync(w.Local, Edge(a, LineageEdge.WasDerivedFrom, b), Edge(b, LineageEdge.WasDerivedFrom, a));
        LineageGraph graph = await w.Datasets.Lineage.UpstreamOfAsync(a);
        Assert.Equal([b], graph.Nodes);
        Assert.Equal(2, graph.Edges.Count);
    }

    [Fact]
    public async Task Walk_EqualsNaive_OnAGraphOfThousandRuns()
    {
        await using TestWorkspace w = new();
        List<LineageEdge> edges = [];
        for (int i = 0; i < 1000; i++)
        {
            LineageNode run = new(LineageNode.Run, $"r{i}");
            edges.Add(Edge(run, LineageEdge.Used, new LineageNode(LineageNode.DatasetVersion, $"d{i % 17}")));
            edges.Add(Edge(new LineageNode(LineageNode.Model, $"m{i % 400}"), LineageEdge.WasGeneratedBy, run));
            edges.Add(Edge(new LineageNode(LineageNode.DatasetVersion, $"d{17 + (i % 5)}"), LineageEdge.WasGeneratedBy, run));
        }

        await PublishAsync(w.Local, [.. edges]);
        foreach (string id in new[] { "d3", "d18", "d0" })
        {
            LineageNode node = new(LineageNode.DatasetVersion, id);
            HashSet<LineageNode> expected = [];
            Queue<LineageNode> open = new([node]);
            while (open.TryDequeue(out LineageNode? next))
            {
                foreach (LineageEdge edge in edges.Where(e => e.To == next && expected.Add(e.From)))
                {
                    open.Enqueue(edge.From);
                }
            }

            Assert.Equal(expected, [.. (await w.Datasets.Lineage.DownstreamOfAsync(node)).Nodes]);
        }
    }

    [Fact]
    public async Task EventsOfAnEarlierProcess_ArriveAtTheNextOpen()
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-data-").FullName;
        try
        {
            await using (LocalWorkspace first = LocalWorkspace.Open(folder))
            {
                await PublishAsync(first, Edge(Model, LineageEdge.WasGeneratedBy, Run));
            }

            await using LocalWorkspace second = LocalWorkspace.Open(folder);
            await using DatasetLineage lineage = new(second.Database, second.Events);
            Assert.Equal([Run], (await lineage.UpstreamOfAsync(Model)).Nodes);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task TwoCatalogsOfOneWorkspace_ListenTogether_UntilTheLastIsGone()
    {
        await using TestWorkspace w = new();
        await w.Datasets.LatestAsync("x");
        DatasetCatalog second = w.Catalog(w.Local.Blobs);
        await second.LatestAsync("x");
        await second.DisposeAsync();
        await second.DisposeAsync();
        await PublishAsync(w.Local, Edge(Model, LineageEdge.WasGeneratedBy, Run));
        Assert.Equal([Run], (await w.Datasets.Lineage.UpstreamOfAsync(Model)).Nodes);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await second.LatestAsync("x"));
    }
}
