using Lifecycle.Data;
using Lifecycle.Drift;
using Lifecycle.Serving;
using Lifecycle.Storage.Specification;
using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Lifecycle.Sdk.Tests;

public sealed class FrontDoorTests
{
    [Fact]
    public async Task OpenedTwiceInARow_TheSecondSeesWhatTheFirstWrote()
    {
        await using Workspace workspace = new();
        string csv = workspace.Write("loans.csv", "a,b\n1,2\n");
        string id;
        await using (ModelLifecycle first = await ModelLifecycle.OpenAsync(workspace.Root))
        {
            DatasetVersion data = await first.Datasets.CommitAsync("loans", csv);
            Run run = await first.Experiments.StartRunAsync("loans", start => start.With(data));
            run.LogMetric("auc", 0.75);
            run.LogParam("trees", 100);
            await run.CompleteAsync();
            id = run.Id;
        }

        await using ModelLifecycle second = await ModelLifecycle.OpenAsync(workspace.Root);
        RunRecord kept = (await second.Experiments.GetRunAsync(id))!;
        Assert.Equal((RunStatus.Finished, 0.75, "100"), (kept.Status, kept.Metrics["auc"].Value, kept.Params["trees"]));
        Assert.Equal(1, (await second.Datasets.CommitAsync("loans", csv)).Number);
    }

    [Fact]
    public async Task TwoDoorsOfOneProcess_WorkOnOneFolder()
    {
        await using Workspace workspace = new();
        ModelLifecycle[] doors = [await workspace.OpenAsync(), await workspace.OpenAsync()];
        string csv = workspace.Write("loans.csv", "a,b\n1,2\n");
        await Task.WhenAll(doors.Select((door, d) => Task.Run(async () =>
        {
            for (int i = 0; i < 5; i++)
            {
                await door.Datasets.CommitAsync("loans", csv);
                await door.Registry.RegisterAsync("loans", await Workspace.LogModelAsync(door, $"{d} {i}"));
            }
        })));
        foreach (ModelLifecycle door in doors)
        {
            Assert.Single(await door.Datasets.ListAsync().ToListAsync());
            Assert.Equal(Enumerable.Range(1, 10), (await door.Registry.VersionsAsync("loans")).Select(v => v.Number));
            Assert.Equal(10, (await door.Experiments.Runs.In("loans").ToPageAsync()).Runs.Count);
            Assert.True((await door.Audit.VerifyAsync()).IsSound);
        }
    }

    [Fact]
    public async Task Closing_WritesOutWhatWasLogged_AndEndsOpenRuns()
    {
        await using Workspace workspace = new();
        Run open;
        await using (ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(workspace.Root))
        {
            open = await lifecycle.Experiments.StartRunAsync("loans");
            for (int i = 0; i < 1_000; i++)
            {
                open.LogMetric("loss", i, i);
            }
        }

        ModelLifecycle again = await workspace.OpenAsync();
        Assert.Equal(RunStatus.Killed, (await again.Experiments.GetRunAsync(open.Id))!.Status);
        Assert.Equal(1_000, await again.Experiments.MetricHistoryAsync(open.Id, "loss").CountAsync());
        Assert.DoesNotContain(workspace.Folder.Files(), f => f.Contains(open.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ClosingTwice_IsClosingOnce()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        await lifecycle.DisposeAsync();
        await lifecycle.DisposeAsync();
    }

    [Fact]
    public async Task ServedModels_AnswerAsSoonAsTheDoorIsOpen_AndHostedServicesAreStartedAndStopped()
    {
        await using Workspace workspace = new();
        Steps steps = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync(builder =>
        {
            builder.Serve("twice", m => m.FromFunction<int[], int[]>("1", x => [2 * x[0]]));
            builder.Services.AddSingleton<IHostedService>(steps);
        });
        Assert.Equal(14, lifecycle.Predictor<int[], int[]>("twice").Predict([7])[0]);
        Assert.Equal(["starting", "start", "started"], steps.Taken);
        await lifecycle.DisposeAsync();
        Assert.Equal(["starting", "start", "started", "stopping", "stop", "stopped"], steps.Taken);
        Assert.Contains("twice", (await Assert.ThrowsAsync<UnknownModelException>(async () =>
            (await workspace.OpenAsync()).Predictor<int[], int[]>("twice"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddingTwice_IsAddingOnce()
    {
        using TemporaryFolder folder = new();
        ServiceCollection once = new(), twice = new();
        once.AddModelLifecycle(l => l.UseLocalStorage(folder["w"]));
        twice.AddModelLifecycle(l => l.UseLocalStorage(folder["w"]));
        twice.AddModelLifecycle();
        twice.AddModelLifecycle();
        Assert.Equal(Names(once), Names(twice));
        await using ServiceProvider services = twice.BuildServiceProvider();
        Assert.Single(services.GetServices<IPromotionRule>());
        Assert.Single(services.GetRequiredService<ModelRegistry>().Rules.OfType<GatePromotionRule>());

        static IEnumerable<string> Names(ServiceCollection services) => services
            .Where(s => !s.ServiceType.FullName!.StartsWith("Microsoft.Extensions.Options.", StringComparison.Ordinal))
            .Select(s => s.ServiceType.ToString()).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void WithoutAnotherWord_StorageIsAFolderNamedLifecycle()
    {
        ServiceCollection services = new();
        services.AddModelLifecycle();
        using ServiceProvider provider = services.BuildServiceProvider();
        try
        {
            JournalFolder journal = provider.GetRequiredService<JournalFolder>();
            Assert.Equal(Path.GetFullPath("lifecycle/journal"), journal.Path);
        }
        finally
        {
            provider.Dispose();
            Directory.Delete("lifecycle", recursive: true);
        }
    }

    [Fact]
    public async Task EveryService_IsResolved_AndValidated()
    {
        using TemporaryFolder folder = new();
        ServiceCollection services = new();
        services.AddModelLifecycle(l => l.UseLocalStorage(folder["w"]));
        await using ServiceProvider provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        Type[] types =
        [
            typeof(DatasetCatalog), typeof(ExperimentCatalog), typeof(ModelRegistry), typeof(DriftMonitors), typeof(ModelHost), typeof(GateEvaluator),
            typeof(RetrainingLoop), typeof(ModelMonitorings), typeof(IBlobStore), typeof(BlobUpkeep), typeof(IAuditLog), typeof(ILifecycleEvents),
            typeof(LifecycleDatabase), typeof(IActorAccessor), typeof(TimeProvider), typeof(PromotionOptions),
        ];
        Assert.All(types, t => Assert.Same(provider.GetRequiredService(t), provider.GetRequiredService(t)));
        Assert.All(services.Where(s => !s.ServiceType.ContainsGenericParameters && !s.IsKeyedService), s => Assert.NotEmpty(provider.GetServices(s.ServiceType)));
    }

    [Fact]
    public async Task AnApplicationWithAHost_HasTheSameBehindIt()
    {
        using TemporaryFolder folder = new();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddModelLifecycle(l => l
            .UseLocalStorage(folder["w"])
            .Serve("twice", m => m.FromFunction<int[], int[]>("1", x => [2 * x[0]])));
        using IHost host = builder.Build();
        await host.StartAsync();
        Assert.True(host.Services.GetRequiredService<ModelHost>().IsReady);
        await host.Services.GetRequiredService<ExperimentCatalog>().CreateAsync("loans");
        await host.StopAsync();
        await using ModelLifecycle door = await ModelLifecycle.OpenAsync(folder["w"]);
        Assert.NotNull(await door.Experiments.GetAsync("loans"));
    }

    private sealed class Steps : IHostedLifecycleService
    {
        public List<string> Taken { get; } = [];

        public Task StartingAsync(CancellationToken cancellationToken) => Take("starting");

        public Task StartAsync(CancellationToken cancellationToken) => Take("start");

        public Task StartedAsync(CancellationToken cancellationToken) => Take("started");

        public Task StoppingAsync(CancellationToken cancellationToken) => Take("stopping");

        public Task StopAsync(CancellationToken cancellationToken) => Take("stop");

        public Task StoppedAsync(CancellationToken cancellationToken) => Take("stopped");

        private Task Take(string step)
        {
            Taken.Add(step);
            return Task.CompletedTask;
        }
    }
}
