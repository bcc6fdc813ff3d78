using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tracking.Tests;

public sealed class RegistryDepthTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DeletedVersion_KeepsRunSourceDigest()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact model = await workspace.LogModelAsync("a");
        ModelVersion version = await workspace.Registry.RegisterAsync("m", model);
        await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token);
        await workspace.Registry.DeleteVersionAsync(version, "wrong data", Token);
        ModelVersion deleted = (await workspace.Registry.GetVersionAsync("m", 1, Token))!;
        Assert.True(deleted.IsDeleted);
        Assert.Equal((model.RunId, "models:/" + model.Id, model.Id, model.Digest), (deleted.RunId, deleted.Source, deleted.ModelId, deleted.Digest));
        Assert.Equal(model.RunId, (await workspace.Registry.LineageAsync(deleted, Token)).RunId);
        Assert.Null(await workspace.Registry.GetByAliasAsync("m", "latest", Token));
        Assert.Equal(2, (await workspace.Registry.RegisterAsync("m", model)).Number);
        Assert.Equal(2, (await workspace.Registry.GetByAliasAsync("m", "Latest", Token))!.Number);
    }

    [Fact]
    public async Task DeletedModel_FreesItsName_AndHistoryKeepsBoth()
    {
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(clock);
        ModelArtifact model = await workspace.LogModelAsync("a");
        ModelVersion old = await workspace.Registry.RegisterAsync("m", model);
        await workspace.Registry.RegisterAsync("m", model);
        await workspace.Registry.PromoteAsync(old, "champion", cancellationToken: Token);
        DateTimeOffset then = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromMinutes(1));
        await workspace.Registry.DeleteModelAsync("m", "another start", Token);
        Assert.Null(await workspace.Registry.GetModelAsync("m", Token));
        Assert.Empty(await workspace.Registry.ModelsAsync(Token));
        Assert.Null(await workspace.Registry.GetByAliasAsync("m", "champion", Token));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await workspace.Registry.WhoWasAsync("m", "champion", clock.GetUtcNow(), null, Token));
        ModelVersion fresh = await workspace.Registry.RegisterAsync("m", model);
        Assert.Equal(1, fresh.Number);
        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await workspace.Registry.PromoteAsync(old, "champion", cancellationToken: Token));
        await workspace.Registry.PromoteAsync(fresh, "champion", cancellationToken: Token);
        Assert.Equal(
            [(1, false), (1, true)],
            (await workspace.Registry.HistoryAsync("m", "champion", Token).ToListAsync(Token)).Select(p => (p.Version!.Value, p.Until is null)));
        Assert.Equal(then, (await workspace.Registry.WhoWasAsync("m", "champion", then, null, Token))!.From);
        Assert.Equal(model.RunId, (await workspace.Registry.LineageAsync(old, Token)).RunId);
        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await workspace.Registry.DeleteModelAsync("none", null, Token));
    }

    [Fact]
    public async Task ModelWithAProtectedAlias_IsNotDeleted()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact model = await workspace.LogModelAsync("a");
        ModelVersion version = await workspace.Registry.RegisterAsync("m", model, await workspace.EvidenceAsync(model));
        await workspace.Registry.ProtectAsync("m", "champion", p => p.RequireEvidence("gate"), Token);
        await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await workspace.Registry.DeleteModelAsync("m", null, Token));
        Assert.NotNull(await workspace.Registry.GetModelAsync("m", Token));
        await workspace.Registry.RemoveAliasAsync("m", "champion", null, Token);
        await workspace.Registry.DeleteModelAsync("m", null, Token);
    }

    [Fact]
    public async Task Rename_TakesVersionsAndHistoryAlong()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelVersion version = await workspace.Registry.RegisterAsync("old", await workspace.LogModelAsync("a"));
        await workspace.Registry.PromoteAsync(version, "champion", "first", cancellationToken: Token);
        await workspace.Registry.CreateModelAsync("taken", "a name", new Dictionary<string, string> { ["k"] = "v" }, Token);
        ModelExistsException taken = await Assert.ThrowsAsync<ModelExistsException>(async () => await workspace.Registry.RenameModelAsync("old", "taken", Token));
        Assert.Equal("Registered Model (name=taken) already exists.", taken.Message);
        RegisteredModel renamed = await workspace.Registry.RenameModelAsync("old", "new", Token);
        Assert.Equal(("new", 1, 1), (renamed.Name, renamed.Versions, renamed.Aliases["champion"]));
        Assert.Equal("first", Assert.Single(await workspace.Registry.HistoryAsync("new", "champion", Token).ToListAsync(Token)).Reason);
        Assert.Empty(await workspace.Registry.HistoryAsync("old", "champion", Token).ToListAsync(Token));
        Assert.Equal(version.RunId, (await workspace.Registry.LineageAsync(version, Token)).RunId);
        ModelNotFoundException gone = await Assert.ThrowsAsync<ModelNotFoundException>(
            async () => await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token));
        Assert.Equal("Model Version (name=old, version=1) not found", gone.Message);
    }

    [Fact]
    public async Task DescriptionsAndTags_AreKept_OfModelsAndVersions()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelVersion version = await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync("a"));
        await workspace.Registry.SetModelTagAsync("m", "team", "risk", Token);
        await workspace.Registry.SetModelTagAsync("m", "team", "credit", Token);
        await workspace.Registry.SetModelTagAsync("m", "x", "y", Token);
        await workspace.Registry.RemoveModelTagAsync("m", "x", Token);
        RegisteredModel model = await workspace.Registry.DescribeModelAsync("m", "mortgages", Token);
        Assert.Equal(("mortgages", "credit"), (model.Description, Assert.Single(model.Tags).Value));
        await workspace.Registry.SetTagAsync(version, "k/1", "v\n\"é", Token);
        await workspace.Registry.SetTagAsync(version, "away", "", Token);
        await workspace.Registry.RemoveTagAsync(version, "away", Token);
        ModelVersion described = await workspace.Registry.DescribeVersionAsync(version, "the first", Token);
        Assert.Equal(("the first", "v\n\"é"), (described.Description, Assert.Single(described.Tags).Value));
        await Assert.ThrowsAsync<InvalidRegistryNameException>(async () => await workspace.Registry.SetTagAsync(version, "../x", "v", Token));
        await Assert.ThrowsAsync<InvalidRegistryNameException>(async () => await workspace.Registry.SetModelTagAsync("m", new string('k', 251), "v", Token));
        await Assert.ThrowsAsync<InvalidRegistryNameException>(async () => await workspace.Registry.DescribeModelAsync("m", new string('d', 100_001), Token));
        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await workspace.Registry.SetModelTagAsync("none", "k", "v", Token));
    }

    [Fact]
    public async Task Stages_HoldSeveralVersions_AndAreArchived()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact artifact = await workspace.LogModelAsync("a");
        List<ModelVersion> versions = [];
        for (int i = 0; i < 4; i++)
        {
            versions.Add(await workspace.Registry.RegisterAsync("m", artifact));
        }

        await workspace.Registry.MoveToStageAsync(versions[0], ModelStage.Production, cancellationToken: Token);
        await workspace.Registry.MoveToStageAsync(versions[1], ModelStage.Production, cancellationToken: Token);
        Assert.Equal(ModelStage.Production, (await workspace.Registry.GetVersionAsync("m", 1, Token))!.Stage);
        ModelVersion moved = await workspace.Registry.MoveToStageAsync(versions[2], ModelStage.Production, archiveOthers: true, Token);
        Assert.Equal(ModelStage.Production, moved.Stage);
        Assert.Equal(
            [ModelStage.Archived, ModelStage.Archived, ModelStage.Production, ModelStage.None],
            (await workspace.Registry.VersionsAsync("m", Token)).Select(v => v.Stage));
        Assert.Equal([2, 3, 4], (await workspace.Registry.LatestVersionsAsync("m", Token)).Select(v => v.Number));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await workspace.Registry.MoveToStageAsync(versions[2], ModelStage.None, archiveOthers: true, Token));
        await workspace.Registry.DeleteVersionAsync(versions[2], null, Token);
        await Assert.ThrowsAsync<ModelNotFoundException>(
            async () => await workspace.Registry.MoveToStageAsync(versions[2], ModelStage.Staging, cancellationToken: Token));
    }

    [Fact]
    public async Task Approvals_AreSeenByRules_AndVoidOnceEvidenceComes()
    {
        List<PromotionRequest> asked = [];
        await using TrackingWorkspace workspace = TrackingWorkspace.New(rules: [new Listening(asked)]);
        ModelArtifact model = await workspace.LogModelAsync("a");
        ModelVersion version = await workspace.Registry.RegisterAsync("m", model, await workspace.EvidenceAsync(model));
        Approval given = await workspace.Registry.ApproveAsync(version, "champion", "looked at it", Token);
        Assert.Equal((model.Digest, version.Evidence[0].Digest, "ada"), (given.Model, Assert.Single(given.Evidence), given.Actor));
        await workspace.Registry.ApproveAsync(version, "challenger", null, Token);
        await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token);
        Approval seen = Assert.Single(asked[0].Approvals);
        Assert.Equal(("champion", "looked at it", false), (seen.Alias, seen.Reason, seen.IsVoid));
        version = await workspace.Registry.AddEvidenceAsync(version, await workspace.EvidenceAsync(model, kind: "bias"), Token);
        Assert.Equal(["gate", "bias"], version.Evidence.Select(e => e.Kind));
        Assert.All(await workspace.Registry.ApprovalsAsync(version, null, Token), a => Assert.True(a.IsVoid));
        await workspace.Registry.ApproveAsync(version, "champion", "again", Token);
        Assert.Equal([true, false], (await workspace.Registry.ApprovalsAsync(version, "champion", Token)).Select(a => a.IsVoid));
        await Assert.ThrowsAsync<EvidenceMismatchException>(
            async () => await workspace.Registry.AddEvidenceAsync(version, version.Evidence[0] with { Subject = default }, Token));
    }

    [Fact]
    public async Task Approval_DuringTheJudgement_IsAskedAgain_AtMostThreeTimes()
    {
        ModelRegistry? registry = null;
        int calls = 0;
        await using TrackingWorkspace workspace = TrackingWorkspace.New(rules: [new Meddling(async request =>
        {
            calls++;
            await registry!.ApproveAsync(request.Version, request.Alias);
        })]);
        registry = workspace.Registry;
        ModelVersion version = await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync("a"));
        await Assert.ThrowsAsync<ConcurrencyConflictException>(async () => await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token));
        Assert.Equal(3, calls);
        Assert.Null(await workspace.Registry.GetByAliasAsync("m", "champion", Token));
    }

    [Fact]
    public async Task Corrections_SayThePast_AndLeaveThePresent()
    {
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(clock);
        ModelArtifact model = await workspace.LogModelAsync("a");
        ModelVersion one = await workspace.Registry.RegisterAsync("m", model);
        await workspace.Registry.RegisterAsync("m", model);
        DateTimeOffset start = clock.GetUtcNow();
        await workspace.Registry.PromoteAsync(one, "champion", cancellationToken: Token);
        clock.Advance(TimeSpan.FromHours(3));
        DateTimeOffset before = clock.GetUtcNow().AddMilliseconds(-1);
        AliasPeriod said = await workspace.Registry.CorrectAsync("m", "champion", 2, start.AddHours(1), start.AddHours(2), "the deployment log says so", Token);
        Assert.Equal((AliasMove.Correction, "the deployment log says so"), (said.Move, said.Reason));
        Assert.Equal([1, 2, 1], (await workspace.Registry.HistoryAsync("m", "champion", Token).ToListAsync(Token)).Select(p => p.Version));
        Assert.Equal(2, (await workspace.Registry.WhoWasAsync("m", "champion", start.AddHours(1), null, Token))!.Version);
        Assert.Equal(1, (await workspace.Registry.WhoWasAsync("m", "champion", start.AddHours(1), before, Token))!.Version);
        Assert.Equal(1, (await workspace.Registry.GetByAliasAsync("m", "champion", Token))!.Number);
        await workspace.Registry.CorrectAsync("m", "imported", 1, DateTimeOffset.UnixEpoch, start, "from the old system", Token);
        Assert.Null(await workspace.Registry.GetByAliasAsync("m", "imported", Token));
        Assert.Equal(1, (await workspace.Registry.WhoWasAsync("m", "imported", DateTimeOffset.UnixEpoch, null, Token))!.Version);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await workspace.Registry.CorrectAsync("m", "champion", 2, start, clock.GetUtcNow().AddSeconds(1), "now", Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await workspace.Registry.CorrectAsync("m", "champion", 2, start, start, "nothing", Token));
        await Assert.ThrowsAsync<ModelNotFoundException>(
            async () => await workspace.Registry.CorrectAsync("m", "champion", 7, start, start.AddHours(1), "unknown", Token));
    }

    [Fact]
    public async Task Lineage_FromANameAndANumber_TakesAtMost3Queries()
    {
        FaultPlan queries = FaultPlan.FailAt(long.MaxValue, "database.open");
        await using TrackingWorkspace workspace = TrackingWorkspace.New(faults: queries);
        DatasetReference data = new("mortgages", "sha256:" + new string('d', 64));
        await using Run run = await workspace.Experiments.StartRunAsync("mortgage", r => r.With(data, "training").Named("gbm"), Token);
        run.LogParam("trainer", "LightGbm");
        await run.LogArtifactAsync("lifecycle/environment.json", "{\"schema\":1}"u8.ToArray(), Token);
        ModelArtifact model = await run.LogModelAsync("model", TrackingWorkspace.Files(("model.zip", "x")), Token);
        await workspace.Registry.RegisterAsync("mortgage", model, await workspace.EvidenceAsync(model));
        await workspace.Experiments.FlushAsync(Token);
        long before = queries.Operations;
        ModelVersion served = (await workspace.Registry.GetVersionAsync("mortgage", 1, Token))!;
        Lineage lineage = await workspace.Registry.LineageAsync(served, Token);
        Assert.InRange(queries.Operations - before, 1, 3);
        Assert.Equal((run.Id, data.Digest, "gate"), (lineage.RunId, Assert.Single(lineage.Inputs).Dataset.Digest, Assert.Single(lineage.Evidence).Kind));
        Assert.Equal(Digest.Of("{\"schema\":1}"u8), lineage.Environment!.Digest);
        Assert.Equal("LightGbm", lineage.Params["trainer"]);
    }

    private sealed class Listening(List<PromotionRequest> asked) : IPromotionRule
    {
        public ValueTask<PromotionVerdict> JudgeAsync(PromotionRequest request, CancellationToken cancellationToken = default)
        {
            asked.Add(request);
            return new(PromotionVerdict.Allow);
        }
    }

    private sealed class Meddling(Func<PromotionRequest, Task> act) : IPromotionRule
    {
        public async ValueTask<PromotionVerdict> JudgeAsync(PromotionRequest request, CancellationToken cancellationToken = default)
        {
            await act(request);
            return PromotionVerdict.Allow;
        }
    }
}
