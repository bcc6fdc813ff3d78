namespace Lifecycle.Tracking.Tests;

/// <summary>Promotions share a commit; nobody acts in another one's name, and who gives up harms nobody else.</summary>
public sealed class SharedPromotionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryCallerActsInItsOwnName()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        CallerActor actor = new();
        ModelRegistry registry = Registry(workspace, actor);
        List<ModelVersion> versions = await VersionsAsync(workspace, registry);
        await Task.WhenAll(Enumerable.Range(0, 48).Select(i => Task.Run(
            async () =>
            {
                actor.Name = $"caller {i}";
                await registry.PromoteAsync(versions[i % versions.Count], "champion", $"caller {i}", cancellationToken: Token);
            },
            Token)));
        List<AliasPeriod> history = await registry.HistoryAsync("m", "champion", Token).ToListAsync(Token);
        Assert.NotEmpty(history);
        Assert.All(history, p => Assert.Equal(p.Reason, p.Actor));
    }

    [Fact]
    public async Task CallersThatGiveUp_HarmNobodyElse()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelRegistry registry = Registry(workspace, new CallerActor());
        List<ModelVersion> versions = await VersionsAsync(workspace, registry);
        List<CancellationTokenSource> sources = [];
        Task<bool>[] callers =
        [
            .. Enumerable.Range(0, 64).Select(i =>
            {
                CancellationTokenSource source = new();
                sources.Add(source);
                return Task.Run(() => PromoteAsync(registry, versions[i % versions.Count], $"alias{i}", source.Token), Token);
            }),
        ];
        for (int i = 0; i < callers.Length; i += 2)
        {
            await sources[i].CancelAsync();
        }

        bool[] done = await Task.WhenAll(callers);
        sources.ForEach(s => s.Dispose());
        for (int i = 0; i < callers.Length; i++)
        {
            Assert.True(done[i] || i % 2 == 0, $"Caller {i} did not give up and was not served.");
            Assert.Equal(done[i], await registry.GetByAliasAsync("m", $"alias{i}", Token) is not null);
        }

        Assert.Equal(done.Count(d => d), (await workspace.AuditAsync()).Count(e => e.Action == "model.alias.moved"));
    }

    private static async Task<bool> PromoteAsync(ModelRegistry registry, ModelVersion version, string alias, CancellationToken cancellationToken)
    {
        try
        {
            await registry.PromoteAsync(version, alias, cancellationToken: cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static ModelRegistry Registry(TrackingWorkspace workspace, IActorAccessor actor) =>
        new(workspace.Store.Database, workspace.Store.Blobs, workspace.Store.Objects, workspace.Store.Audit, workspace.Store.Events, actor);

    private static async Task<List<ModelVersion>> VersionsAsync(TrackingWorkspace workspace, ModelRegistry registry)
    {
        ModelArtifact model = await workspace.LogModelAsync("m");
        List<ModelVersion> versions = [];
        for (int i = 0; i < 8; i++)
        {
            versions.Add(await registry.RegisterAsync("m", model));
        }

        return versions;
    }

    private sealed class CallerActor : IActorAccessor
    {
        private readonly AsyncLocal<string?> _name = new();

        public string Name
        {
            set => _name.Value = value;
        }

        public string Actor => _name.Value ?? "nobody";
    }
}
