using System.Globalization;

namespace Lifecycle.Tracking.Tests;

public sealed class RunProblemTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string?> BadKeys => new("a$b", "../x", "a/../b", "/a", "a/", "a//b", ".", "..", "", "a\nb", "a\n", "a\\b", new string('k', 251), "a\0", "é\ud800", null);

    [Theory]
    [MemberData(nameof(BadKeys))]
    public async Task BadKey_IsRefusedAndKept_OtherKeysAreLogged(string? key)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        run.LogMetric(key!, 1);
        run.Metric(key!).Log(1);
        run.LogParam(key!, 1);
        run.SetTag(key!, "x");
        run.LogMetric("good", 1);
        Assert.Equal(["key", "key", "key", "key"], run.Problems.Select(p => p.Reason));
        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id, Token))!;
        Assert.Equal(["good"], record.Metrics.Keys);
        Assert.Empty(record.Params);
        Assert.Equal(run.Problems.Select(p => p.Text), (await workspace.Experiments.ProblemsAsync(run.Id, Token)).Select(p => p.Text));
    }

    [Fact]
    public async Task Misuse_IsRefused_AndNeverThrows()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        run.LogParam("p", "a");
        run.LogParam("p", "a");
        run.LogParam("p", "b");
        run.LogParam("long", new string('x', (16 * 1024 * 1024) + 1));
        run.LogParam("kept", new string('x', 65_536));
        run.SetTag("null", null!);
        run.LogMetric("early", 1, at: DateTimeOffset.FromUnixTimeMilliseconds(-1));
        run.LogInput(null!);
        run.LogParam("throws", new Thrower());
        await run.CompleteAsync(RunStatus.Running, Token);
        Assert.Equal(["param-changed", "value", "value", "time", "value", "value", "value"], run.Problems.Select(p => p.Reason));
        Assert.Contains("Changing param values is not allowed. Param with key='p' was already logged with value='a'", run.Problems[0].Text, StringComparison.Ordinal);
        await run.DisposeAsync();
        run.LogMetric("late", 1);
        run.LogParam("late", 1);
        run.SetTag("late", "1");
        run.LogInput(new DatasetReference("late", "1"));
        await run.CompleteAsync(RunStatus.Failed, Token);
        Assert.Equal(5, run.Problems.Count(p => p.Reason == "ended"));
        await Assert.ThrowsAsync<TrackingException>(async () => await run.LogArtifactAsync("a", "x"u8.ToArray(), Token));
        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id, Token))!;
        Assert.Equal(RunStatus.Finished, record.Status);
        Assert.Equal("a", record.Params["p"]);
        Assert.Equal(65_536, record.Params["kept"].Length);
        Assert.Empty(record.Metrics);
    }

    [Fact]
    public async Task StrictRun_Throws()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", r => r.Strict(), Token);
        Assert.Throws<RunMisuseException>(() => run.LogMetric("a$b", 1));
        run.LogParam("p", 1);
        Assert.Equal("param-changed", Assert.Throws<RunMisuseException>(() => run.LogParam("p", 2)).Problem.Reason);
    }

    [Fact]
    public async Task OnlyTheFirstHundredProblemsAreKept()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        for (int i = 0; i < 250; i++)
        {
            run.LogMetric("$" + i, 1);
        }

        Assert.Equal(100, run.Problems.Count);
        Assert.Equal(100, (await workspace.Experiments.ProblemsAsync(run.Id, Token)).Count);
    }

    [Fact]
    public void ParamText_IsInvariant()
    {
        Assert.Equal("0.1", ParamText.Of(0.1));
        Assert.Equal("1E-320", ParamText.Of(1e-320));
        Assert.Equal("NaN", ParamText.Of(double.NaN));
        Assert.Equal("True", ParamText.Of(true));
        Assert.Equal("null", ParamText.Of<string?>(null));
        Assert.Equal("Friday", ParamText.Of(DayOfWeek.Friday));
        Assert.Equal("2026-03-01T00:00:00.0000000+00:00", ParamText.Of(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal("[1,2.5,\"a\",null,[true]]", ParamText.Of(new object?[] { 1, 2.5, "a", null, new[] { true } }));
        Assert.Equal("{\"a\":1}", ParamText.Of(new Dictionary<string, int> { ["a"] = 1 }));
        Assert.Equal("1234.5", ParamText.Of(1234.5m.ToString(CultureInfo.InvariantCulture)));
    }

    private sealed class Thrower
    {
        public override string ToString() => throw new InvalidOperationException("no text");
    }

    [Fact]
    public async Task RunDeletedBySomebodyElse_KeepsWhatIsLogged_AndSaysSoOnce()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        run.LogMetric("m", 1, 1);
        await run.FlushAsync(Token);
        await workspace.Experiments.DeleteRunAsync(run.Id, Token);
        for (int step = 2; step < 5; step++)
        {
            run.LogMetric("m", step, step);
            await run.FlushAsync(Token);
        }

        Assert.Equal("deleted", Assert.Single(run.Problems).Reason);
        await run.CompleteAsync(cancellationToken: Token);
        RunProblem problem = Assert.Single(await workspace.Experiments.ProblemsAsync(run.Id, Token));
        Assert.Equal(("deleted", run.Id), (problem.Reason, problem.Subject));
        await workspace.Experiments.RestoreRunAsync(run.Id, Token);
        Assert.Equal(4, (await workspace.Experiments.MetricHistoryAsync(run.Id, "m", Token).ToListAsync(Token)).Count);
    }

    [Fact]
    public async Task DeletedRunThatOnlyEnds_HasNoProblem()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        await workspace.Experiments.DeleteRunAsync(run.Id, Token);
        await run.CompleteAsync(cancellationToken: Token);
        Assert.Empty(await workspace.Experiments.ProblemsAsync(run.Id, Token));
    }
}
