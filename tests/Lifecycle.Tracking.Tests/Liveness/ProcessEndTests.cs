using System.Globalization;
using System.Runtime.InteropServices;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

/// <summary>How a process ends is how its runs end.</summary>
public sealed class ProcessEndTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sigterm", RunStatus.Killed, "SIGTERM")]
    [InlineData("sigint", RunStatus.Killed, "SIGINT")]
    [InlineData("handled", RunStatus.Finished, null)]
    [InlineData("exit", RunStatus.Killed, "process-exit")]
    [InlineData("throw", RunStatus.Failed, "exception")]
    public async Task EndOfTheProcess_IsTheEndOfItsRuns(string how, RunStatus status, string? reason)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends POSIX signals");
        Assert.SkipWhen(how == "sigint" && IgnoresInterrupts(), "Ctrl-C is ignored here (a background job of a shell), and children inherit that");
        using TemporaryFolder folder = new();
        using ChildProcess child = ChildProcess.Start(ChildRoutines.End, folder["lifecycle"], how);
        string run = (await child.Output.ReadLineAsync(Token))!;
        await child.WaitAsync();
        await using TrackingWorkspace workspace = TrackingWorkspace.At(folder["lifecycle"]);
        RunRecord record = (await workspace.Experiments.GetRunAsync(run, Token))!;
        Assert.Equal((status, reason), (record.Status, record.Tags.GetValueOrDefault("lifecycle.end_reason")));
        Assert.Equal(1, record.Metrics["m"].Value);
        Assert.Equal(how == "throw" ? "System.InvalidOperationException" : null, record.Tags.GetValueOrDefault("lifecycle.exception.type"));
        Assert.NotNull(record.EndedAt);
    }

    [Fact]
    public async Task TwoProcessesThatResumeOneRun_UniteTheirPoints_AndADeadOneLosesNothing()
    {
        using TemporaryFolder folder = new();
        string id;
        await using (TrackingWorkspace workspace = TrackingWorkspace.At(folder["lifecycle"]))
        {
            await using Run run = await workspace.Experiments.StartRunAsync("e", r => r.Named("shared"), Token);
            id = run.Id;
            run.LogMetric("own", 1);
            run.LogParam("p", "first");
        }

        using ChildProcess one = ChildProcess.Start(ChildRoutines.Resume, folder["lifecycle"], id, "a");
        using ChildProcess two = ChildProcess.Start(ChildRoutines.Resume, folder["lifecycle"], id, "b");
        await one.ExpectAsync("3000");
        await two.ExpectAsync("3000");
        await one.KillAsync();
        await using TrackingWorkspace again = TrackingWorkspace.At(folder["lifecycle"]);
        Assert.Equal(RunStatus.Running, (await again.Experiments.GetRunAsync(id, Token))!.Status);
        await two.SendAsync("end");
        await two.EndAsync();
        await again.Experiments.RecoverAsync(Token);
        RunRecord record = (await again.Experiments.GetRunAsync(id, Token))!;
        Assert.Equal((RunStatus.Finished, "shared", "first"), (record.Status, record.Name, record.Params["p"]));
        Assert.Equal(3000, await again.Experiments.MetricHistoryAsync(id, "a", Token).CountAsync(Token));
        Assert.Equal(3000, await again.Experiments.MetricHistoryAsync(id, "b", Token).CountAsync(Token));
        Assert.Equal(["experiment.created", "run.started", "run.ended", "run.resumed", "run.resumed", "run.ended"], (await again.AuditAsync()).Select(e => e.Action));
        Assert.Empty(JournalFiles.Runs(again.Journals));
    }

    [Fact]
    public async Task ResumeOfAnUnknownDeletedOrOpenRun_IsRefused()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        Assert.Contains("is open in this process", (await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.ResumeRunAsync(run.Id, cancellationToken: Token))).Message, StringComparison.Ordinal);
        run.LogParam("p", "1");
        await run.CompleteAsync(RunStatus.Failed, Token);
        await Assert.ThrowsAsync<ArgumentException>(async () => await workspace.Experiments.ResumeRunAsync(run.Id, r => r.Named("x"), Token));
        await using (Run again = await workspace.Experiments.ResumeRunAsync(run.Id, r => r.Tagged("again", "yes"), Token))
        {
            Assert.Equal(RunStatus.Running, (await workspace.Experiments.GetRunAsync(run.Id, Token))!.Status);
            again.LogParam("p", "2");
            Assert.Equal("param-changed", again.Problems.Single().Reason);
        }

        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id, Token))!;
        Assert.Equal((RunStatus.Finished, "1", "yes"), (record.Status, record.Params["p"], record.Tags["again"]));
        await workspace.Experiments.DeleteRunAsync(run.Id, Token);
        Assert.Contains("'active' state", (await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.ResumeRunAsync(run.Id, cancellationToken: Token))).Message, StringComparison.Ordinal);
        Assert.Contains("not found", (await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.ResumeRunAsync(new string('0', 32), cancellationToken: Token))).Message, StringComparison.Ordinal);
    }

    private static bool IgnoresInterrupts() => File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status")
        .Where(l => l.StartsWith("SigIgn:", StringComparison.Ordinal))
        .Any(l => (ulong.Parse(l[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 2) != 0);
}
