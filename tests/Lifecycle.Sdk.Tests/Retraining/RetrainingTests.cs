using Lifecycle.Drift;
using Lifecycle.Tracking;
using Lifecycle.Validation;

namespace Lifecycle.Sdk.Tests;

public sealed class RetrainingTests
{
    [Fact]
    public async Task AChallengerThatPasses_IsPromoted_AndItsReferenceIsThereBefore()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        RetrainingOutcome first = await lifecycle.Retraining.RunOnceAsync(Plan("a", Decided.Well, Profile()), "by hand");
        Assert.Equal((RetrainingResult.Promoted, ExitCode.Done), (first.Result, first.ExitCode));
        Assert.Equal("loans/1", first.Champion?.ToString());
        Assert.True(first.Report!.Passed);
        RetrainingContext? told = null;
        RetrainingOutcome second = await lifecycle.Retraining.RunOnceAsync(Plan("b", Decided.Well, Profile(), c => told = c), "drift found");
        Assert.Equal((1, "drift found"), (told!.Champion!.Number, told.Trigger));
        Assert.Equal(2, (await lifecycle.Registry.GetByAliasAsync("loans", "champion"))?.Number);
        Assert.Equal(2, second.Challenger!.Number);

        List<AuditEntry> log = await lifecycle.Audit.ReadAsync().ToListAsync();
        Assert.Equal(
            ["drift.reference.registered", "model.alias.moved", "drift.reference.registered", "model.alias.moved"],
            log.Select(e => e.Action).Where(a => a is "drift.reference.registered" or "model.alias.moved"));
        Assert.Equal("drift found; gate 'loans' passed", log.Last(e => e.Action == "model.alias.moved").Reason);
        Assert.NotNull(await lifecycle.Drift.GetReferenceAsync("loans", "2"));
        RunRecord? run = await lifecycle.Experiments.GetRunAsync(second.Challenger.RunId);
        Assert.Equal((RunStatus.Finished, "drift found"), (run!.Status, run.Tags["lifecycle.retraining.trigger"]));
    }

    [Theory]
    [InlineData(Verdict.Fail, ExitCode.GateFailed)]
    [InlineData(Verdict.Inconclusive, ExitCode.DecisionPending)]
    public async Task AChallengerThatDoesNotPass_IsKeptWithItsReport_AndTheChampionStays(Verdict verdict, int exitCode)
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        await lifecycle.Retraining.RunOnceAsync(Plan("a", Decided.Well), "by hand");
        EvaluationSet rows = verdict == Verdict.Fail ? Decided.Badly : Decided.Unclearly;
        RetrainingOutcome outcome = await lifecycle.Retraining.RunOnceAsync(Plan("b", rows, Profile()), "by hand");
        Assert.Equal((RetrainingResult.Kept, exitCode), (outcome.Result, outcome.ExitCode));
        Assert.Equal(verdict, outcome.Report!.Verdict);
        Assert.Equal((1, 2), (outcome.Champion!.Number, outcome.Challenger!.Number));
        Assert.Equal(1, (await lifecycle.Registry.GetByAliasAsync("loans", "champion"))?.Number);
        ModelVersion kept = (await lifecycle.Registry.GetVersionAsync("loans", 2))!;
        Assert.Equal(outcome.Report.Digest, Assert.Single(kept.Evidence).Digest);
        Assert.NotNull(await lifecycle.Blobs.FindAsync(outcome.Report.Digest));
        Assert.Null(await lifecycle.Drift.GetReferenceAsync("loans", "2"));
        Assert.Equal(RunStatus.Finished, (await lifecycle.Experiments.GetRunAsync(kept.RunId))!.Status);
    }

    [Fact]
    public async Task OneAtATime_WorksOnAModel()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        ModelLifecycle other = await workspace.OpenAsync();
        TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously), goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RetrainingPlan slow = Plan("a", Decided.Well) with { Train = Waiting };
        Task<RetrainingOutcome> first = lifecycle.Retraining.RunOnceAsync(slow, "by hand");
        await began.Task;
        foreach (ModelLifecycle late in (ModelLifecycle[])[lifecycle, other])
        {
            RetrainingOutcome busy = await late.Retraining.RunOnceAsync(Plan("b", Decided.Well), "by hand");
            Assert.Equal((RetrainingResult.Busy, ExitCode.LeaseHeld), (busy.Result, busy.ExitCode));
            Assert.Equal((null, null, null), (busy.Champion, busy.Challenger, busy.Report));
        }

        RetrainingPlan another = Plan("c", Decided.Well) with { Model = "cards" };
        Assert.Equal(RetrainingResult.Promoted, (await other.Retraining.RunOnceAsync(another, "by hand")).Result);
        goOn.SetResult();
        Assert.Equal(RetrainingResult.Promoted, (await first).Result);
        Assert.Equal(RetrainingResult.Promoted, (await other.Retraining.RunOnceAsync(Plan("b", Decided.Well), "by hand")).Result);
        Assert.Equal(2, (await lifecycle.Registry.VersionsAsync("loans")).Count);

        async Task<Challenger> Waiting(RetrainingContext context, CancellationToken cancellationToken)
        {
            began.SetResult();
            await goOn.Task.WaitAsync(cancellationToken);
            return await TrainAsync(context, "a", Decided.Well, null);
        }
    }

    [Fact]
    public async Task ATrainerThatThrows_FailsItsRun_AndTheExceptionPasses()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        RetrainingPlan plan = Plan("a", Decided.Well) with { Train = (_, _) => throw new InvalidDataException("the trainer's own words") };
        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => lifecycle.Retraining.RunOnceAsync(plan, "by hand"));
        Assert.Equal("the trainer's own words", error.Message);
        RunRecord run = Assert.Single((await lifecycle.Experiments.Runs.In("loans").ToPageAsync()).Runs);
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal(typeof(InvalidDataException).FullName, run.Tags["lifecycle.exception.type"]);
        Assert.Empty(await lifecycle.Registry.VersionsAsync("loans"));

        RetrainingPlan empty = plan with { Train = (_, _) => Task.FromResult<Challenger>(null!) };
        Assert.Contains(
            "gave no challenger", (await Assert.ThrowsAsync<InvalidOperationException>(() => lifecycle.Retraining.RunOnceAsync(empty, "by hand"))).Message, StringComparison.Ordinal);
        Assert.Equal(RetrainingResult.Promoted, (await lifecycle.Retraining.RunOnceAsync(Plan("a", Decided.Well), "by hand")).Result);
    }

    [Fact]
    public async Task WhenTheChampionChangedMeanwhile_NothingIsPromotedBlindly()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        RetrainingPlan plan = Plan("a", Decided.Well) with
        {
            Train = async (context, token) =>
            {
                ModelArtifact model = await Workspace.LogModelAsync(lifecycle, "by another");
                ModelVersion version = await lifecycle.Registry.RegisterAsync("loans", model, await Decided.JudgeAsync(lifecycle, model, Decided.Well));
                await lifecycle.Registry.PromoteAsync(version, "champion", "from another place", cancellationToken: token);
                return await TrainAsync(context, "a", Decided.Well, null);
            },
        };
        await Assert.ThrowsAsync<ConcurrencyConflictException>(() => lifecycle.Retraining.RunOnceAsync(plan, "by hand"));
        Assert.Equal(1, (await lifecycle.Registry.GetByAliasAsync("loans", "champion"))?.Number);
    }

    internal static RetrainingPlan Plan(string content, EvaluationSet rows, ReferenceProfile? reference = null, Action<RetrainingContext>? told = null) => new()
    {
        Model = "loans",
        Gate = Decided.Gate(),
        Train = (context, _) =>
        {
            told?.Invoke(context);
            return TrainAsync(context, content, rows, reference);
        },
    };

    internal static ReferenceProfile Profile() => ReferenceProfile.From([.. Enumerable.Range(0, 500)], b => b.Numeric("x", i => i));

    private static async Task<Challenger> TrainAsync(RetrainingContext context, string content, EvaluationSet rows, ReferenceProfile? reference) =>
        new(await Workspace.LogModelAsync(context.Run, content), rows, Reference: reference);
}
