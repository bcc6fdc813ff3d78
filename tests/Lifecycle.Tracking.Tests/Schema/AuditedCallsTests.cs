using System.Reflection;

namespace Lifecycle.Tracking.Tests;

/// <summary>Every public method of the two front doors is one that reads, one that logs (which is not audited call by call), or one that changes something: that writes exactly one entry.</summary>
public sealed class AuditedCallsTests
{
    private static readonly HashSet<string> Reading = new(StringComparer.Ordinal)
    {
        "GetAsync", "GetByIdAsync", "ListAsync", "DatasetsAsync", "GetRunAsync", "MetricHistoryAsync", "ProblemsAsync", "ArtifactsOf", "ModelsAsync", "GetModelAsync",
        "GetLoggedModelAsync", "ArtifactsOfModel", "ExperimentOfRunAsync", "ExperimentOfModelAsync", "MetricPageAsync", "MetricHistoriesAsync", "SampleMetricAsync",
        "SearchAsync", "SearchExperimentsAsync", "SearchModelsAsync", "SearchVersionsAsync", "FlushAsync", "RecoverAsync",
        "DisposeAsync", "GetVersionAsync", "GetByAliasAsync", "VersionsAsync", "WhoWasAsync", "HistoryAsync", "WatchAsync", "LineageAsync", "RequiredEvidenceAsync",
        "ApprovalsAsync", "LatestVersionsAsync", "CompareAsync", "EnvironmentAsync", "DescriptionAsync",
    };

    private static readonly HashSet<string> Logging = new(StringComparer.Ordinal)
    {
        "SetModelTagsAsync", "LogModelParamsAsync", "LogModelMetricsAsync", "RemoveModelTagAsync:ExperimentCatalog", "LogBatchAsync", "RemoveRunTagAsync",
        "LogInputsAsync", "LogOutputsAsync",
    };

    // What must be there before, then the call itself.
    private static readonly Dictionary<string, Func<Scene, Task>> Changing = new(StringComparer.Ordinal)
    {
        ["ExperimentCatalog.CreateAsync"] = async s => await s.Experiments.CreateAsync("fresh"),
        ["ExperimentCatalog.RenameAsync"] = async s => await s.Experiments.RenameAsync(s.Experiment.Id, "renamed"),
        ["ExperimentCatalog.SetTagAsync"] = async s => await s.Experiments.SetTagAsync(s.Experiment.Id, "k", "v"),
        ["ExperimentCatalog.RemoveTagAsync"] = async s => await s.Experiments.RemoveTagAsync(s.Tagged.Id, "k"),
        ["ExperimentCatalog.DeleteAsync"] = async s => await s.Experiments.DeleteAsync(s.Experiment.Name),
        ["ExperimentCatalog.DeleteByIdAsync"] = async s => await s.Experiments.DeleteByIdAsync(s.Experiment.Id),
        ["ExperimentCatalog.RestoreAsync"] = async s => await s.Experiments.RestoreAsync(s.Deleted.Name),
        ["ExperimentCatalog.RestoreByIdAsync"] = async s => await s.Experiments.RestoreByIdAsync(s.Deleted.Id),
        ["ExperimentCatalog.DeleteRunAsync"] = async s => await s.Experiments.DeleteRunAsync(s.Run),
        ["ExperimentCatalog.RestoreRunAsync"] = async s => await s.Experiments.RestoreRunAsync(s.DeletedRun),
        ["ExperimentCatalog.StartRunAsync"] = async s => await s.Experiments.StartRunAsync("models"),
        ["ExperimentCatalog.ResumeRunAsync"] = async s => await s.Experiments.ResumeRunAsync(s.Run),
        ["ExperimentCatalog.CreateRunAsync"] = async s => await s.Experiments.CreateRunAsync(new NewRun { ExperimentId = "0" }),
        ["ExperimentCatalog.UpdateRunAsync"] = async s => await s.Experiments.UpdateRunAsync(s.Remote, new RunChange { Status = RunStatus.Failed }),
        ["ExperimentCatalog.RunAsync"] = async s => await s.Experiments.RunAsync("models", _ => Task.CompletedTask),
        ["ExperimentCatalog.CreateModelAsync"] = async s => await s.Experiments.CreateModelAsync(new LoggedModelStart("0")),
        ["ExperimentCatalog.FinishModelAsync"] = async s => await s.Experiments.FinishModelAsync(s.Pending.Id, ready: true),
        ["ExperimentCatalog.DeleteModelAsync"] = async s => await s.Experiments.DeleteModelAsync(s.Pending.Id),
        ["ModelRegistry.RegisterAsync"] = async s => await s.Registry.RegisterAsync("m", s.Artifact),
        ["ModelRegistry.CreateModelAsync"] = async s => await s.Registry.CreateModelAsync("fresh", "d", new Dictionary<string, string> { ["k"] = "v" }),
        ["ModelRegistry.DescribeModelAsync"] = async s => await s.Registry.DescribeModelAsync("m", "d"),
        ["ModelRegistry.RenameModelAsync"] = async s => await s.Registry.RenameModelAsync("m", "n"),
        ["ModelRegistry.DeleteModelAsync"] = async s => await s.Registry.DeleteModelAsync("other"),
        ["ModelRegistry.SetModelTagAsync"] = async s => await s.Registry.SetModelTagAsync("m", "k", "v"),
        ["ModelRegistry.RemoveModelTagAsync"] = async s => await s.Registry.RemoveModelTagAsync("m", "k"),
        ["ModelRegistry.SetTagAsync"] = async s => await s.Registry.SetTagAsync(s.Version, "k", "v"),
        ["ModelRegistry.RemoveTagAsync"] = async s => await s.Registry.RemoveTagAsync(s.Version, "k"),
        ["ModelRegistry.DescribeVersionAsync"] = async s => await s.Registry.DescribeVersionAsync(s.Version, "d"),
        ["ModelRegistry.MoveToStageAsync"] = async s => await s.Registry.MoveToStageAsync(s.Version, ModelStage.Staging),
        ["ModelRegistry.ApproveAsync"] = async s => await s.Registry.ApproveAsync(s.Version, "champion"),
        ["ModelRegistry.AddEvidenceAsync"] = async s => await s.Registry.AddEvidenceAsync(s.Version, s.Evidence),
        ["ModelRegistry.ProtectAsync"] = async s => await s.Registry.ProtectAsync("m", "champion", p => p.RequireEvidence("gate")),
        ["ModelRegistry.PromoteAsync"] = async s => await s.Registry.PromoteAsync(s.Version, "champion"),
        ["ModelRegistry.RollbackAsync"] = async s => await s.Registry.RollbackAsync("m", "moved"),
        ["ModelRegistry.RemoveAliasAsync"] = async s => await s.Registry.RemoveAliasAsync("m", "moved"),
        ["ModelRegistry.CorrectAsync"] = async s => await s.Registry.CorrectAsync(
            "m", "champion", 1, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), "found out"),
        ["ModelRegistry.DeleteVersionAsync"] = async s => await s.Registry.DeleteVersionAsync(s.Free),
    };

    [Fact]
    public async Task EveryMutatingCall_WritesOneEntry()
    {
        foreach ((string call, Func<Scene, Task> change) in Changing)
        {
            await using TrackingWorkspace workspace = TrackingWorkspace.New();
            Scene scene = await Scene.SetAsync(workspace);
            int before = (await workspace.AuditAsync()).Count;
            await change(scene);
            // a run that is run to its end has a start and an end
            int wanted = call == "ExperimentCatalog.RunAsync" ? 2 : 1;
            List<AuditEntry> entries = await workspace.AuditAsync();
            Assert.True(entries.Count == before + wanted, $"{call} wrote {entries.Count - before} entries: {string.Join(", ", entries.Skip(before).Select(e => e.Action))}");
        }
    }

    [Theory]
    [InlineData(typeof(ExperimentCatalog))]
    [InlineData(typeof(ModelRegistry))]
    public void EveryPublicCall_IsKnownHere(Type door)
    {
        IEnumerable<string> calls = door.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => !m.IsSpecialName).Select(m => m.Name).Distinct();
        Assert.DoesNotContain(
            calls, c => !Changing.ContainsKey($"{door.Name}.{c}") && !Reading.Contains(c) && !Logging.Contains(c) && !Logging.Contains($"{c}:{door.Name}"));
        Assert.DoesNotContain(Changing.Keys, c => c.StartsWith(door.Name + ".", StringComparison.Ordinal) && door.GetMethods().All(m => $"{door.Name}.{m.Name}" != c));
    }

    private sealed class Scene(TrackingWorkspace workspace)
    {
        public ExperimentCatalog Experiments { get; } = workspace.Experiments;

        public ModelRegistry Registry { get; } = workspace.Registry;

        public Experiment Experiment { get; private set; } = null!;

        public Experiment Tagged { get; private set; } = null!;

        public Experiment Deleted { get; private set; } = null!;

        public string Run { get; private set; } = "";

        public string DeletedRun { get; private set; } = "";

        public string Remote { get; private set; } = "";

        public ModelArtifact Artifact { get; private set; } = null!;

        public ModelVersion Version { get; private set; } = null!;

        public ModelVersion Free { get; private set; } = null!;

        public Evidence Evidence { get; private set; } = null!;

        public LoggedModel Pending { get; private set; } = null!;

        public static async Task<Scene> SetAsync(TrackingWorkspace workspace)
        {
            Scene scene = new(workspace)
            {
                Experiment = await workspace.Experiments.CreateAsync("e"), Tagged = await workspace.Experiments.CreateAsync("tagged"),
                Deleted = await workspace.Experiments.CreateAsync("deleted"), Artifact = await workspace.LogModelAsync("a"),
            };
            await workspace.Experiments.SetTagAsync(scene.Tagged.Id, "k", "v");
            await workspace.Experiments.DeleteAsync("deleted");
            scene.Run = scene.Artifact.RunId;
            scene.Remote = (await workspace.Experiments.CreateRunAsync(new NewRun { ExperimentId = "0" })).Id;
            scene.DeletedRun = (await workspace.LogModelAsync("b")).RunId;
            await workspace.Experiments.DeleteRunAsync(scene.DeletedRun);
            scene.Version = await scene.Registry.RegisterAsync("m", scene.Artifact);
            scene.Free = await scene.Registry.RegisterAsync("m", scene.Artifact);
            ModelVersion third = await scene.Registry.RegisterAsync("m", scene.Artifact);
            await scene.Registry.RegisterAsync("other", scene.Artifact);
            await scene.Registry.SetModelTagAsync("m", "k", "v");
            await scene.Registry.SetTagAsync(scene.Version, "k", "v");
            await scene.Registry.PromoteAsync(scene.Version, "moved");
            await scene.Registry.PromoteAsync(third, "moved");
            scene.Evidence = await workspace.EvidenceAsync(scene.Artifact);
            scene.Pending = await scene.Experiments.CreateModelAsync(new LoggedModelStart("0"));
            return scene;
        }
    }
}
