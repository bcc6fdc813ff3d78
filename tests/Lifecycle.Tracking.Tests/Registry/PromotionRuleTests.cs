namespace Lifecycle.Tracking.Tests;

public sealed class PromotionRuleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(EvidenceVerdict.Passed, true)]
    [InlineData(EvidenceVerdict.Failed, false)]
    [InlineData(EvidenceVerdict.Inconclusive, false)]
    public async Task OnlyPassedPromotes(EvidenceVerdict verdict, bool isAllowed)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact model = await workspace.LogModelAsync("m");
        ModelVersion version = await workspace.Registry.RegisterAsync("m", model, await workspace.EvidenceAsync(model, verdict));
        if (isAllowed)
        {
            Assert.Equal(1, (await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token)).Version);
            return;
        }

        PromotionRefusedException refused = await Assert.ThrowsAsync<PromotionRefusedException>(
            async () => await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token));
        Assert.Contains(verdict.ToString(), Assert.Single(refused.Reasons), StringComparison.Ordinal);
        AuditEntry entry = (await workspace.AuditAsync())[^1];
        Assert.Equal(("model.promotion.refused", refused.Reasons[0]), (entry.Action, entry.Reason));
        Assert.Null(await workspace.Registry.GetByAliasAsync("m", "champion", Token));
    }

    [Fact]
    public async Task ProtectedAlias_AsksForEvidence_OthersDoNot()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await workspace.Registry.ProtectAsync("m", "champion", p => p.RequireEvidence("gate").RequireEvidence("bias"), Token);
        Assert.Equal(["bias", "gate"], await workspace.Registry.RequiredEvidenceAsync("m", "champion", Token));
        ModelArtifact model = await workspace.LogModelAsync("m");
        ModelVersion bare = await workspace.Registry.RegisterAsync("m", model);
        PromotionRefusedException refused = await Assert.ThrowsAsync<PromotionRefusedException>(
            async () => await workspace.Registry.PromoteAsync(bare, "champion", cancellationToken: Token));
        Assert.Equal(2, refused.Reasons.Count);
        await workspace.Registry.PromoteAsync(bare, "challenger", cancellationToken: Token);
        ModelVersion proven = await workspace.Registry.RegisterAsync(
            "m", model, await workspace.EvidenceAsync(model), await workspace.EvidenceAsync(model, kind: "bias"));
        await workspace.Registry.PromoteAsync(proven, "champion", cancellationToken: Token);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await workspace.Registry.DeleteVersionAsync(proven, null, Token));
        Assert.False((await workspace.Registry.GetVersionAsync("m", 2, Token))!.IsDeleted);
        int entries = (await workspace.AuditAsync()).Count;
        await workspace.Registry.ProtectAsync("m", "champion", p => p.RequireEvidence("bias").RequireEvidence("gate"), Token);
        Assert.Equal(entries, (await workspace.AuditAsync()).Count);
        await workspace.Registry.ProtectAsync("m", "champion", _ => { }, Token);
        await workspace.Registry.PromoteAsync(bare, "champion", cancellationToken: Token);
    }

    [Fact]
    public async Task EveryRuleIsAsked_AndEveryReasonListed()
    {
        Rule first = new(r => PromotionVerdict.Refuse($"not {r.Version} to {r.Alias} over {r.Current?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"}.", "Wait."));
        Rule second = new(_ => PromotionVerdict.Refuse("never"));
        await using TrackingWorkspace workspace = TrackingWorkspace.New(rules: [first, second]);
        ModelVersion version = await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync("m"));
        PromotionRefusedException refused = await Assert.ThrowsAsync<PromotionRefusedException>(
            async () => await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token));
        Assert.Equal(["not m/1 to champion over nothing. Wait.", "never"], refused.Reasons);
    }

    [Fact]
    public async Task ModelThatChangesWhileJudged_IsJudgedAgain_ThreeTimes()
    {
        TrackingWorkspace? workspace = null;
        int asked = 0;
        int changed = 0;
        int changes = 1;
        Rule meddler = new(r =>
        {
            if (asked++ < changes)
            {
                workspace!.Registry.ProtectAsync("m", "other", p => p.RequireEvidence("k" + changed++), Token).AsTask().GetAwaiter().GetResult();
            }

            return PromotionVerdict.Allow;
        });
        await using TrackingWorkspace opened = workspace = TrackingWorkspace.New(rules: meddler);
        ModelVersion version = await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync("m"));
        await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token);
        Assert.Equal(2, asked);
        asked = 0;
        changes = int.MaxValue;
        await Assert.ThrowsAsync<ConcurrencyConflictException>(
            async () => await workspace.Registry.PromoteAsync(version, "challenger", cancellationToken: Token));
        Assert.Equal(3, asked);
        Assert.Null(await workspace.Registry.GetByAliasAsync("m", "challenger", Token));
    }

    public static TheoryData<string?> BadAliases => new("latest", "LATEST", "v12", "V1", "a b", "", null, "a/b", "../x", "a\0", new string('a', 256), "a.b", "a@b");

    [Theory]
    [MemberData(nameof(BadAliases))]
    public async Task BadAlias_IsRefused(string? alias)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelVersion version = await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync("m"));
        await Assert.ThrowsAsync<InvalidRegistryNameException>(async () => await workspace.Registry.PromoteAsync(version, alias!, cancellationToken: Token));
        await Assert.ThrowsAsync<InvalidRegistryNameException>(async () => await workspace.Registry.ProtectAsync("m", alias!, _ => { }, Token));
        await Assert.ThrowsAsync<InvalidRegistryNameException>(async () => await workspace.Registry.RollbackAsync("m", alias!, null, Token));
    }

    public static TheoryData<string?> BadModels => new("", null, "a\nb", "\0", new string('m', 257));

    [Theory]
    [MemberData(nameof(BadModels))]
    public async Task BadModelName_IsRefused(string? name)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact model = await workspace.LogModelAsync("m");
        await Assert.ThrowsAsync<InvalidRegistryNameException>(async () => await workspace.Registry.RegisterAsync(name!, model));
        Assert.Empty(await workspace.Registry.ModelsAsync(Token));
    }

    private sealed class Rule(Func<PromotionRequest, PromotionVerdict> judge) : IPromotionRule
    {
        public ValueTask<PromotionVerdict> JudgeAsync(PromotionRequest request, CancellationToken cancellationToken = default) => new(judge(request));
    }
}
