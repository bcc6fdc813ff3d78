namespace Lifecycle.Tracking.Tests;

public sealed class BeforeEndTests
{
    [Fact]
    public async Task The_end_waits_for_work_and_work_may_log()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Run run = await workspace.Experiments.StartRunAsync("m", cancellationToken: TrackingWorkspace.Token);
        run.BeforeEnd("model", async _ =>
        {
            await Task.Delay(50, CancellationToken.None);
            run.LogMetric("late", 1);
            await run.LogArtifactAsync("late.txt", "x"u8.ToArray(), CancellationToken.None);
        });
        await run.DisposeAsync();
        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id, TrackingWorkspace.Token))!;
        Assert.Equal(1, record.Metrics["late"].Value);
        Assert.Equal(RunStatus.Finished, record.Status);
        Assert.Empty(run.Problems);
    }

    [Fact]
    public async Task Work_that_fails_or_takes_too_long_is_a_problem_and_the_run_ends()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: new TrackingOptions { EndTimeout = TimeSpan.FromMilliseconds(200) });
        Run run = await workspace.Experiments.StartRunAsync("m", r => r.Strict(), TrackingWorkspace.Token);
        CancellationToken seen = default;
        run.BeforeEnd("bad", _ => throw new InvalidDataException("no such thing"));
        run.BeforeEnd("slow", async token =>
        {
            seen = token;
            await Task.Delay(Timeout.Infinite, token);
        });
        await run.CompleteAsync(cancellationToken: TrackingWorkspace.Token);
        Assert.Equal(RunStatus.Finished, run.Status);
        Assert.True(seen.IsCancellationRequested);
        Assert.Contains(run.Problems, p => p.Subject == "bad" && p.Text.Contains("no such thing", StringComparison.Ordinal));
        Assert.Contains(run.Problems, p => p.Subject == "slow" && p.Text.Contains("took longer", StringComparison.Ordinal));
        run.BeforeEnd("late", _ => Task.CompletedTask);
        Assert.Equal("late", run.Problems[^1].Subject);
    }
}
