using System.Globalization;
using System.Security.Cryptography;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

public sealed class KillTests
{
    private const int Kills = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Journal_SurvivesSigKillAtAnyInstant()
    {
        using TemporaryFolder folder = new();
        string root = folder["lifecycle"];
        int versions = 0;
        int promised = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            using ChildProcess child = ChildProcess.Start(ChildRoutines.Log, root);
            string? first = await child.Output.ReadLineAsync(Token);
            await Task.Delay(RandomNumberGenerator.GetInt32(0, 250), Token);
            List<string[]> lines = [.. (await child.KillAsync()).Prepend(first!).Select(l => l.Split(' '))];
            promised += lines.Count;
            await using TrackingWorkspace workspace = TrackingWorkspace.At(root);
            await AssertRunAsync(workspace, lines);
            versions = Math.Max(versions, Greatest(lines, "version"));
            await AssertRegistryAsync(workspace, versions, Greatest(lines, "champion"));
            Assert.Empty(JournalFiles.Runs(workspace.Journals));
            Assert.Empty((await workspace.Store.Audit.VerifyAsync(null, Token)).Problems);
            VerificationReport blobs = await workspace.Store.Objects.VerifyAsync(Token);
            Assert.Empty(blobs.Damaged);
            Assert.Empty(blobs.Missing);
        }

        Assert.True(promised > Kills * 10, $"only {promised} records were promised");
    }

    private static async Task AssertRunAsync(TrackingWorkspace workspace, List<string[]> lines)
    {
        Assert.Equal("run", lines[0][0]);
        RunRecord run = (await workspace.Experiments.GetRunAsync(lines[0][1], Token))!;
        Assert.Equal(RunStatus.Killed, run.Status);
        Assert.Equal("process-died", run.Tags["lifecycle.end_reason"]);
        int acknowledged = lines.Count(l => l[0] == "metric");
        List<MetricPoint> points = await workspace.Experiments.MetricHistoryAsync(run.Id, "m", Token).ToListAsync(Token);
        Assert.InRange(points.Count, acknowledged, int.MaxValue);
        Assert.Equal(Enumerable.Range(0, points.Count).Select(i => ((long)i, i * 0.5)), points.OrderBy(p => p.Step).Select(p => (p.Step, p.Value)));
        if (points.Count > 0)
        {
            Assert.Equal(points.Count - 1, run.Metrics["m"].Step);
            Assert.Equal(points.Max(p => p.At), run.EndedAt);
        }

        foreach (string[] param in lines.Where(l => l[0] == "param"))
        {
            Assert.Equal(param[1], run.Params["p" + param[1]]);
            Assert.True(int.Parse(run.Tags["step"], CultureInfo.InvariantCulture) >= int.Parse(param[1], CultureInfo.InvariantCulture));
        }

        List<AuditEntry> entries = (await workspace.AuditAsync()).Where(e => e.Subject == "run/" + run.Id && e.Action != "model.logged").ToList();
        Assert.Equal(["run.started", "run.ended"], entries.Select(e => e.Action));
        Assert.Contains($"\"points\":{points.Count},", entries[1].After, StringComparison.Ordinal);
    }

    private static async Task AssertRegistryAsync(TrackingWorkspace workspace, int versions, int champion)
    {
        IReadOnlyList<ModelVersion> registered = await workspace.Registry.VersionsAsync("crash", Token);
        Assert.InRange(registered.Count, versions, int.MaxValue);
        Assert.Equal(Enumerable.Range(1, registered.Count), registered.Select(v => v.Number));
        foreach (ModelVersion version in registered.TakeLast(3))
        {
            foreach (ModelFile file in version.Manifest.Files)
            {
                await using Stream content = await workspace.Store.Blobs.OpenAsync(file.Digest, null, Token);
                Assert.Equal(file.Digest, await Digest.OfAsync(content, Token));
            }
        }

        ModelVersion? live = await workspace.Registry.GetByAliasAsync("crash", "champion", Token);
        Assert.True((live?.Number ?? 0) >= champion, $"champion is {live?.Number}, {champion} was promised");
    }

    private static int Greatest(List<string[]> lines, string what) =>
        lines.Where(l => l[0] == what).Select(l => int.Parse(l[1], CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
}
