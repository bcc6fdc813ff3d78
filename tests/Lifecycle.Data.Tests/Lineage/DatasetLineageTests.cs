using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;

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

    // The child is killed while its receiver holds an event: before it writes the edges, or with the edges written and not committed.
    [Fact]
    public async Task KilledBetweenEventAndEdge_TheEdgeAppearsAfterReopening()
    {
        using TemporaryFolder folder = new();
        string[] runs = [.. Enumerable.Range(0, 4).Select(i => $"run-{i}")];
        for (int i = 0; i < runs.Length; i++)
        {
            using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Program.Publishing, folder["lifecycle"], runs[i], i % 2 == 0 ? "before" : "inside"]))!;
            await child.WaitForExitAsync();
            Assert.Equal(137, child.ExitCode);
            await using LocalWorkspace dead = LocalWorkspace.Open(folder["lifecycle"]);
            Assert.Equal((i + 1L, 0L), (await CountAsync(dead, "storage_outbox"), await CountAsync(dead, "data_lineage_edge")));
        }

        await using LocalWorkspace local = LocalWorkspace.Open(folder["lifecycle"]);
        await using DatasetLineage lineage = new(local.Database, local.Events);
        LineageGraph graph = await lineage.DownstreamOfAsync(new LineageNode(LineageNode.External, "data"));
        Assert.Equal(runs, graph.OfKind(LineageNode.Run).Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.Equal(4, graph.Edges.Count);
    }

    // Ten thousand runs that used a derived version and made a model each, and every tenth model registered. All are told by events, as Tracking does;
    // in every build a fifth of them, the others are in the table.
    [Fact]
    public async Task TenThousandRuns_AreReached_BothWays()
    {
        await using TestWorkspace w = new();
        const int Runs = 10_000, Block = 500, Registered = 10;
        int told = Depth.IsFull ? Runs : Runs / 5;
        DatasetVersion raw = await w.Datasets.CommitAsync("raw", w.Write("raw.csv", "a\n1\n"));
        DatasetVersion data = await w.Datasets.CommitAsync("data", w.Write("data.csv", "a\n2\n"), configure: c => c.DerivedFrom(raw));
        LineageNode Ran(int i) => new(LineageNode.Run, i.ToString("x32", CultureInfo.InvariantCulture));
        LineageNode Made(int i) => new(LineageNode.Model, Digest.Of(BitConverter.GetBytes(i)).ToString());
        LineageNode Version(int i) => new(LineageNode.ModelVersion, $"mortgage/{(i / Registered) + 1}");
        IEnumerable<LineageEdge> OfRun(int i) => [Edge(Ran(i), LineageEdge.Used, data), Edge(Made(i), LineageEdge.WasGeneratedBy, Ran(i))];
        IEnumerable<LineageEdge> OfVersion(int i) => i % Registered == 0 ? [Edge(Version(i), LineageEdge.SpecializationOf, Made(i)), Edge(Made(i), LineageEdge.WasGeneratedBy, Ran(i))] : [];
        for (int from = 0; from < told; from += Block)
        {
            await w.Local.Database.WriteAsync(async (t, token) =>
            {
                for (int i = from; i < from + Block; i++)
                {
                    await w.Local.Events.PublishAsync(t, "lifecycle.run.finished", "run/" + Ran(i).Id, "{}", [.. OfRun(i)], token);
                    if (i % Registered == 0)
                    {
                        await w.Local.Events.PublishAsync(t, "lifecycle.model.version.registered", "model/mortgage", "{}", [.. OfVersion(i)], token);
                    }
                }

                return true;
            });
        }

        await w.Local.Events.DrainAsync();
        await w.Local.Database.WriteAsync(async (t, token) =>
        {
            BulkInsert table = new("data_lineage_edge", ["from_kind", "from_id", "relation", "to_kind", "to_id", "at", "actor"], "ON CONFLICT DO NOTHING");
            IEnumerable<LineageEdge> edges = Enumerable.Range(told, Runs - told).SelectMany(i => OfRun(i).Concat(OfVersion(i)));
            return await w.Local.Database.BulkInsertAsync(t, table, edges.Select(e => new object?[] { e.From.Kind, e.From.Id, e.Relation, e.To.Kind, e.To.Id, 0L, "ada" }), token);
        });
        Assert.Equal(1 + (2 * Runs) + (Runs / Registered), await CountAsync(w.Local, "data_lineage_edge"));
        LineageGraph down = await w.Datasets.Lineage.DownstreamOfAsync(raw);
        Assert.Equal(1 + (2 * Runs) + (Runs / Registered), down.Edges.Count);
        Assert.Equal(
            [data, .. Enumerable.Range(0, Runs).SelectMany(i => new[] { Ran(i), Made(i) }), .. Enumerable.Range(0, Runs / Registered).Select(i => Version(i * Registered))],
            down.Nodes.ToHashSet());
        LineageGraph up = await w.Datasets.Lineage.UpstreamOfAsync(Version(770));
        Assert.Equal([Made(770), Ran(770), data, raw], up.Nodes);
        Assert.Equal(4, up.Edges.Count);
    }

    [Fact]
    public async Task WaysLongerThanTheLimit_EndThere()
    {
        await using TestWorkspace w = new();
        await PublishAsync(w.Local, [.. Enumerable.Range(0, 80).Select(i => Edge(
            new LineageNode(LineageNode.DatasetVersion, $"v{i + 1}"), LineageEdge.WasDerivedFrom, new LineageNode(LineageNode.DatasetVersion, $"v{i}")))]);
        LineageGraph graph = await w.Datasets.Lineage.DownstreamOfAsync(new LineageNode(LineageNode.DatasetVersion, "v0"));
        Assert.Equal($"v{DatasetLineage.MaximumDepth}", graph.Nodes[^1].Id);
        Assert.Equal((DatasetLineage.MaximumDepth, DatasetLineage.MaximumDepth), (graph.Nodes.Count, graph.Edges.Count));
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
        ObjectDisposedException e = await Assert.ThrowsAsync<ObjectDisposedException>(async () => await second.LatestAsync("x"));
        Assert.Equal("The catalog of datasets was closed; await what runs before DisposeAsync.", e.Message);
        await w.Local.DisposeAsync();
        e = await Assert.ThrowsAsync<ObjectDisposedException>(async () => await w.Datasets.LatestAsync("x"));
        Assert.Equal("The workspace was closed; await what runs before DisposeAsync.", e.Message);
    }

    private static async Task<long> CountAsync(LocalWorkspace local, string table)
    {
        await using DbConnection connection = await local.Database.DataSource.OpenConnectionAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM " + table;
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
