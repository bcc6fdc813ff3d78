using Lifecycle.Statistics;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;
using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Sdk.Tests;

public sealed class KillTests
{
    private const int Kills = 50;
    private const int KillsOfAWorkspace = 10;

    [Fact]
    public async Task AProcessThatIsKilledAtAnyMoment_KeepsWhatItPromised_AndShowsNothingHalf()
    {
        RandomStream random = new(seed: 17);
        int versions = 0, metrics = 0, cut = 0;
        for (int w = 0; w < Kills / KillsOfAWorkspace; w++)
        {
            await using Workspace workspace = new();
            Promises promises = new();
            for (int kill = 0; kill < KillsOfAWorkspace; kill++)
            {
                promises.Add(await KillAsync(workspace.Root, random));
                await using ModelLifecycle lifecycle = await OpenAsync(workspace.Root);
                await AssertKeptAsync(lifecycle, promises);
                await AssertSoundAsync(lifecycle, workspace.Folder);
            }

            versions += promises.Versions.Count;
            metrics += promises.Steps.Values.Sum(s => s.Count);
            cut += promises.Steps.Count - promises.Finished.Count;
        }

        Assert.True(versions > Kills / 2 && metrics > 10 * Kills && cut > Kills / 4, $"only {versions} versions, {metrics} points, {cut} runs that were cut off");
    }

    // Some moments lie in the start and in the opening of the workspace, most in the work: it is seen how far it is, then comes the chance.
    private static async Task<List<string>> KillAsync(string root, RandomStream random)
    {
        using ChildProcess child = ChildProcess.Start(ChildRoutines.Work, root);
        int awaited = random.NextBelow(4) switch { 0 => 0, 1 => 1, _ => 2 + random.NextBelow(70) };
        List<string> lines = [];
        while (lines.Count < awaited)
        {
            lines.Add(await child.Output.ReadLineAsync() ?? throw new InvalidOperationException("The child ended by itself."));
        }

        await Task.Delay(random.NextBelow(120));
        lines.AddRange(await child.KillAsync());
        return lines;
    }

    private static Task<ModelLifecycle> OpenAsync(string root) => ModelLifecycle.OpenAsync(
        root, builder => builder.Services.Configure<LocalStorageOptions>(o => o.StaleTemporaryAge = TimeSpan.FromTicks(1)));

    private static async Task AssertKeptAsync(ModelLifecycle lifecycle, Promises promises)
    {
        IReadOnlyList<RunRecord> runs = await lifecycle.Experiments.GetAsync("killed") is null
            ? []
            : (await lifecycle.Experiments.Runs.In("killed").ToPageAsync()).Runs;
        Assert.Subset(runs.Select(r => r.Id).ToHashSet(), promises.Steps.Keys.ToHashSet());
        foreach (RunRecord run in runs)
        {
            // An end that was written and not yet said may be there too.
            Assert.True(run.Status is RunStatus.Killed or RunStatus.Finished, $"The run {run.Id} is {run.Status}.");
            Assert.NotNull(run.EndedAt);
            if (promises.Finished.Contains(run.Id))
            {
                Assert.Equal(RunStatus.Finished, run.Status);
            }

            List<MetricPoint> points = await lifecycle.Experiments.MetricHistoryAsync(run.Id, "loss").ToListAsync();
            Assert.Distinct(points.Select(p => p.Step));
            Assert.All(points, p => Assert.Equal(ChildRoutines.Loss(p.Step), p.Value));
            Assert.Subset(points.Select(p => p.Step).ToHashSet(), promises.Steps.GetValueOrDefault(run.Id, []).ToHashSet());
        }

        foreach ((string id, Digest digest) in promises.Models)
        {
            Assert.Equal(digest, (await lifecycle.Experiments.GetModelAsync(id))?.Digest);
        }
    }

    private static async Task AssertSoundAsync(ModelLifecycle lifecycle, TemporaryFolder folder)
    {
        // Reading a version reads its manifest; every file of it must be there too.
        IReadOnlyList<ModelVersion> versions = await lifecycle.Registry.VersionsAsync("net");
        Assert.Equal(Enumerable.Range(1, versions.Count), versions.Select(v => v.Number));
        Assert.Empty(await lifecycle.Blobs.KeepAsync([.. versions.SelectMany(v => v.Manifest.Files.Select(f => f.Digest).Append(v.Digest)).Distinct()]));
        Assert.Empty((await lifecycle.Audit.VerifyAsync()).Problems);
        VerificationReport objects = await lifecycle.Objects.VerifyAsync();
        Assert.Empty(objects.Damaged);
        Assert.Empty(objects.Missing);
        Assert.DoesNotContain(folder.Files(), f => f.Contains("/objects/", StringComparison.Ordinal) && f.Contains(AtomicFile.TemporaryPrefix, StringComparison.Ordinal));
    }
}
