using System.Text;
using Lifecycle.Data;
using Lifecycle.Storage.Specification;
using Lifecycle.Tracking;

namespace Lifecycle.Sdk.Tests;

public sealed class SixteenProcessesTests
{
    private const int Processes = 16;

    [Fact]
    public async Task SixteenProcesses_OpenANewWorkspaceAtTheSameMoment_CommitOneDataset_AndMakeTheirRuns()
    {
        await using Workspace workspace = new();
        StringBuilder csv = new("age,income,deny\n");
        for (int i = 0; i < 2_000; i++)
        {
            csv.Append(20 + (i % 50)).Append(',').Append(i * 7919 % 1_000).Append(i % 3 == 0 ? ",yes\n" : ",no\n");
        }

        string file = workspace.Write("shared.csv", csv.ToString());
        string[] names = [.. Enumerable.Range(0, Processes).Select(i => $"{i:00}")];
        ChildProcess[] children = [.. names.Select(n => ChildProcess.Start(ChildRoutines.Join, workspace.Root, file, n))];
        string[][] said;
        try
        {
            await Task.WhenAll(children.Select(c => c.ExpectAsync("ready")));
            await Task.WhenAll(children.Select(c => c.SendAsync("go")));
            said = await Task.WhenAll(children.Select(async c =>
            {
                string? line = await c.Output.ReadLineAsync();
                await c.EndAsync();
                return line!.Split(' ');
            }));
        }
        finally
        {
            Array.ForEach(children, c => c.Dispose());
        }

        ModelLifecycle lifecycle = await workspace.OpenAsync();
        DatasetVersion only = Assert.Single(await lifecycle.Datasets.ListAsync().ToListAsync());
        Assert.All(said, s => Assert.Equal(only.Id, s[0]));
        Assert.Equal(1, only.Number);
        Assert.True((await lifecycle.Datasets.VerifyAsync(only)).IsSound);
        Digest content = Digest.Of(await File.ReadAllBytesAsync(file));
        Assert.Single(await lifecycle.Blobs.ListAsync().Where(b => b.Digest == content).ToListAsync());

        IReadOnlyList<RunRecord> runs = (await lifecycle.Experiments.Runs.In("joined").ToPageAsync()).Runs;
        Assert.Equal(said.Select(s => s[1]).Order(StringComparer.Ordinal), runs.Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.Equal(names, runs.Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.All(runs, r => Assert.Equal(RunStatus.Finished, r.Status));
        Assert.All(runs, r => Assert.Equal(only.Digest.ToString(), Assert.Single(r.Inputs).Dataset.Digest));
        foreach (RunRecord run in runs)
        {
            MetricPoint point = Assert.Single(await lifecycle.Experiments.MetricHistoryAsync(run.Id, "number").ToListAsync());
            Assert.Equal(run.Name, $"{point.Value:00}");
        }

        Assert.Single(await lifecycle.Audit.ReadAsync().ToListAsync(), e => e.Action.StartsWith("dataset.", StringComparison.Ordinal));
        Assert.True((await lifecycle.Audit.VerifyAsync()).IsSound);
        Assert.True((await lifecycle.Objects.VerifyAsync()).IsSound);
        Assert.DoesNotContain(workspace.Folder.Files(), f => f.Contains(AtomicFile.TemporaryPrefix, StringComparison.Ordinal));
    }
}
