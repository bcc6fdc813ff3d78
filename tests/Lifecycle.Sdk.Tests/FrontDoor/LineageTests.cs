using Lifecycle.Data;
using Lifecycle.Tracking;

namespace Lifecycle.Sdk.Tests;

/// <summary>Data, runs and registered models of the features themselves, traced both ways.</summary>
public sealed class LineageTests
{
    [Fact]
    public async Task DataRunModelAndVersion_AreReached_BothWays_AlsoByTheNextWhoOpens()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        DatasetVersion raw = await lifecycle.Datasets.CommitAsync("raw", workspace.Write("raw.csv", "a,b\n1,2\n"));
        DatasetVersion loans = await lifecycle.Datasets.CommitAsync("loans", workspace.Write("loans.csv", "a,b\n3,4\n"), configure: c => c.DerivedFrom(raw));
        DatasetVersion other = await lifecycle.Datasets.CommitAsync("other", workspace.Write("other.csv", "a,b\n5,6\n"));
        Run trained = await lifecycle.Experiments.StartRunAsync("loans", start => start.With(loans));
        ModelArtifact model = await Workspace.LogModelAsync(trained, "weights");
        await trained.CompleteAsync();
        Run failed = await lifecycle.Experiments.StartRunAsync("loans", start => start.With(loans).With(other));
        await failed.FailAsync(new InvalidOperationException("no memory"));
        ModelVersion version = await lifecycle.Registry.RegisterAsync("loans", model);
        foreach (ModelLifecycle door in new[] { lifecycle, await workspace.OpenAsync() })
        {
            LineageGraph up = await door.Datasets.Lineage.UpstreamOfAsync(version);
            Assert.Equal<LineageNode>([model, trained, loans, raw], up.Nodes);
            (LineageNode, string, LineageNode)[] edges =
                [(version, LineageEdge.SpecializationOf, model), (model, LineageEdge.WasGeneratedBy, trained), (trained, LineageEdge.Used, loans), (loans, LineageEdge.WasDerivedFrom, raw)];
            Assert.Equal(edges, up.Edges.Select(e => (e.From, e.Relation, e.To)));
            LineageGraph down = await door.Datasets.Lineage.DownstreamOfAsync(raw);
            Assert.Equal<HashSet<LineageNode>>([loans, trained, failed, model, version], [.. down.Nodes]);
            Assert.Equal<HashSet<LineageNode>>([failed], [.. (await door.Datasets.Lineage.DownstreamOfAsync(other)).Nodes]);
            Assert.Empty((await door.Datasets.Lineage.DownstreamOfAsync(version)).Nodes);
        }
    }
}
