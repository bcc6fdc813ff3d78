using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Tracking.Tests;

/// <summary>Experiments and runs that come, go and come back, against lists of what they should be, on random sequences of calls.</summary>
public sealed class ExperimentModelTests
{
    private static readonly string[] Names = ["Default", "a", "b", "c"];

    [Property(MaxTest = 25)]
    public Property ExperimentsAndRuns_DeletedAndRestored_AgreeWithLists() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).ArrayOf().Resize(70).ToArbitrary(), seeds => CheckAsync(seeds).GetAwaiter().GetResult());

    private static async Task<bool> CheckAsync(int[] seeds)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        World world = new(workspace.Experiments);
        await workspace.Experiments.CreateAsync("a");
        world.Experiments.Add(new ModelExperiment("1", "a"));
        foreach (int seed in seeds)
        {
            await world.StepAsync(seed);
        }

        await world.CompareAsync();
        return true;
    }

    /// <summary>What the store should hold.</summary>
    private sealed class World(ExperimentCatalog catalog)
    {
        public List<ModelExperiment> Experiments { get; } = [new("0", "Default")];

        private List<ModelRun> Runs { get; } = [];

        public Task StepAsync(int seed)
        {
            int what = seed % 15, a = seed / 15 % 7, b = seed / 105 % 5;
            ModelExperiment experiment = Experiments[a % Experiments.Count];
            ModelRun? run = Runs.Count == 0 ? null : Runs[seed / 525 % Runs.Count];
            return what switch
            {
                0 => CreateAsync(Names[a % Names.Length]),
                1 => RenameAsync(experiment, Names[b % Names.Length]),
                2 => DeleteAsync(experiment),
                3 or 4 => RestoreAsync(experiment, allRuns: b == 0),
                5 => TagAsync(experiment, $"k{b % 2}", b == 4 ? null : $"v{b}"),
                6 or 7 or 8 => CreateRunAsync(experiment),
                _ when run is null => Task.CompletedTask,
                9 => DeleteRunAsync(run),
                10 => RestoreRunAsync(run),
                11 => EndAsync(run, (RunStatus)(1 + b)),
                12 => RemoveTagAsync(run, $"t{b % 2}"),
                _ => LogAsync(run, a, b),
            };
        }

        public async Task CompareAsync()
        {
            IReadOnlyList<Experiment> all = await catalog.ListAsync(includeDeleted: true), active = await catalog.ListAsync();
            Assert.Equal(Experiments.Select(e => (e.Id, e.Name, e.IsDeleted)).Order(), all.Select(e => (e.Id, e.Name, e.IsDeleted)).Order());
            Assert.Equal(Experiments.Where(e => !e.IsDeleted).Select(e => e.Id).Order(), active.Select(e => e.Id).Order());
            foreach (ModelExperiment experiment in Experiments)
            {
                Experiment there = (await catalog.GetByIdAsync(experiment.Id))!;
                Assert.Equal(experiment.Tags.OrderBy(t => t.Key), there.Tags.OrderBy(t => t.Key));
                foreach (LifecycleView view in Enum.GetValues<LifecycleView>())
                {
                    RunPage page = await catalog.SearchAsync(new RunSearch { ExperimentIds = [experiment.Id], View = view });
                    Assert.Equal(
                        Runs.Where(r => r.Experiment == experiment && (view == LifecycleView.All || r.IsDeleted == (view == LifecycleView.Deleted))).Select(r => r.Id).Order(),
                        page.Runs.Select(r => r.Id).Order());
                }
            }

            foreach (ModelRun run in Runs)
            {
                RunRecord there = (await catalog.GetRunAsync(run.Id))!;
                Assert.Equal((run.IsDeleted, run.Status), (there.IsDeleted, there.Status));
                Assert.Equal(run.Params.OrderBy(p => p.Key), there.Params.OrderBy(p => p.Key));
                Assert.Equal(run.Tags.OrderBy(t => t.Key), there.Tags.Where(t => !t.Key.StartsWith("mlflow.", StringComparison.Ordinal)).OrderBy(t => t.Key));
                Assert.Equal(run.Metrics.Select(m => (m.Key, m.Value)).Order(), there.Metrics.Select(m => (m.Key, m.Value.Value)).Order());
            }
        }

        private async Task CreateAsync(string name)
        {
            if (Experiments.Exists(e => e.Name == name))
            {
                await RefusedAsync(() => catalog.CreateAsync(new NewExperiment(name)).AsTask(), TrackingErrorKind.AlreadyExists);
                return;
            }

            Experiments.Add(new ModelExperiment((await catalog.CreateAsync(new NewExperiment(name))).Id, name));
        }

        private async Task RenameAsync(ModelExperiment experiment, string name)
        {
            Task Call() => catalog.RenameAsync(experiment.Id, name).AsTask();
            if (experiment.IsDeleted)
            {
                await RefusedAsync(Call, TrackingErrorKind.NotActive);
            }
            else if (experiment.Name != name && Experiments.Exists(e => e.Name == name))
            {
                await RefusedAsync(Call, TrackingErrorKind.AlreadyExists);
            }
            else
            {
                await Call();
                experiment.Name = name;
            }
        }

        private async Task DeleteAsync(ModelExperiment experiment)
        {
            if (experiment.IsDeleted || experiment.Id == "0")
            {
                await RefusedAsync(() => catalog.DeleteByIdAsync(experiment.Id).AsTask(), experiment.Id == "0" ? TrackingErrorKind.Invalid : TrackingErrorKind.NotActive);
                return;
            }

            await catalog.DeleteByIdAsync(experiment.Id);
            experiment.IsDeleted = true;
            foreach (ModelRun run in Runs.Where(r => r.Experiment == experiment && !r.IsDeleted))
            {
                (run.IsDeleted, run.WentWithExperiment) = (true, true);
            }
        }

        private async Task RestoreAsync(ModelExperiment experiment, bool allRuns)
        {
            if (!experiment.IsDeleted)
            {
                await RefusedAsync(() => catalog.RestoreByIdAsync(experiment.Id, allRuns).AsTask(), TrackingErrorKind.NotActive);
                return;
            }

            await catalog.RestoreByIdAsync(experiment.Id, allRuns);
            experiment.IsDeleted = false;
            foreach (ModelRun run in Runs.Where(r => r.Experiment == experiment && r.IsDeleted && (allRuns || r.WentWithExperiment)))
            {
                (run.IsDeleted, run.WentWithExperiment) = (false, false);
            }
        }

        private async Task TagAsync(ModelExperiment experiment, string key, string? value)
        {
            Task Call() => value is null ? catalog.RemoveTagAsync(experiment.Id, key).AsTask() : catalog.SetTagAsync(experiment.Id, key, value).AsTask();
            if (experiment.IsDeleted)
            {
                await RefusedAsync(Call, TrackingErrorKind.NotActive);
            }
            else if (value is null && !experiment.Tags.Remove(key))
            {
                await RefusedAsync(Call, TrackingErrorKind.NotFound);
            }
            else
            {
                await Call();
                if (value is not null)
                {
                    experiment.Tags[key] = value;
                }
            }
        }

        private async Task CreateRunAsync(ModelExperiment experiment)
        {
            if (experiment.IsDeleted)
            {
                await RefusedAsync(() => catalog.CreateRunAsync(new NewRun { ExperimentId = experiment.Id }).AsTask(), TrackingErrorKind.NotActive);
                return;
            }

            Runs.Add(new ModelRun((await catalog.CreateRunAsync(new NewRun { ExperimentId = experiment.Id })).Id, experiment));
        }

        private async Task DeleteRunAsync(ModelRun run)
        {
            if (run.IsDeleted)
            {
                await RefusedAsync(() => catalog.DeleteRunAsync(run.Id).AsTask(), TrackingErrorKind.NotActive);
                return;
            }

            await catalog.DeleteRunAsync(run.Id);
            run.IsDeleted = true;
        }

        private async Task RestoreRunAsync(ModelRun run)
        {
            if (!run.IsDeleted)
            {
                await RefusedAsync(() => catalog.RestoreRunAsync(run.Id).AsTask(), TrackingErrorKind.NotActive);
                return;
            }

            await catalog.RestoreRunAsync(run.Id);
            (run.IsDeleted, run.WentWithExperiment) = (false, false);
        }

        private async Task EndAsync(ModelRun run, RunStatus status)
        {
            Task Call() => catalog.UpdateRunAsync(run.Id, new RunChange { Status = status }).AsTask();
            if (run.IsDeleted)
            {
                await RefusedAsync(Call, TrackingErrorKind.NotActive);
                return;
            }

            await Call();
            run.Status = status;
        }

        private async Task RemoveTagAsync(ModelRun run, string key)
        {
            Task Call() => catalog.RemoveRunTagAsync(run.Id, key).AsTask();
            if (run.IsDeleted || !run.Tags.Remove(key))
            {
                await RefusedAsync(Call, run.IsDeleted ? TrackingErrorKind.NotActive : TrackingErrorKind.NotFound);
                return;
            }

            await Call();
        }

        private async Task LogAsync(ModelRun run, int a, int b)
        {
            RunBatch batch = new()
            {
                Metrics = [new RunMetric($"m{a % 2}", b, DateTimeOffset.UnixEpoch.AddMilliseconds(1), a)],
                Params = a % 3 == 0 ? [KeyValuePair.Create("p", $"{b % 2}")] : [],
                Tags = a % 3 == 1 ? [KeyValuePair.Create($"t{b % 2}", $"{a}")] : [],
            };
            Task Call() => catalog.LogBatchAsync(run.Id, batch).AsTask();
            if (run.IsDeleted)
            {
                await RefusedAsync(Call, TrackingErrorKind.NotActive);
                return;
            }

            if (batch.Params is [var (key, value)] && run.Params.TryGetValue(key, out string? before) && before != value)
            {
                await RefusedAsync(Call, TrackingErrorKind.Invalid);
                return;
            }

            await Call();
            Array.ForEach([.. batch.Params], p => run.Params[p.Key] = p.Value);
            Array.ForEach([.. batch.Tags], t => run.Tags[t.Key] = t.Value);
            foreach (RunMetric metric in batch.Metrics)
            {
                // The latest is that of the greatest step, then of the greatest value: they all come at one time.
                (long step, double top) = run.Latest.GetValueOrDefault(metric.Key, (long.MinValue, 0));
                run.Latest[metric.Key] = metric.Step > step || (metric.Step == step && metric.Value > top) ? (metric.Step, metric.Value) : (step, top);
            }
        }

        private static async Task RefusedAsync(Func<Task> call, TrackingErrorKind kind) =>
            Assert.Equal(kind, (await Assert.ThrowsAsync<TrackingException>(call)).Kind);
    }

    private sealed class ModelExperiment(string id, string name)
    {
        public string Id => id;

        public string Name { get; set; } = name;

        public bool IsDeleted { get; set; }

        public Dictionary<string, string> Tags { get; } = [];
    }

    private sealed class ModelRun(string id, ModelExperiment experiment)
    {
        public string Id => id;

        public ModelExperiment Experiment => experiment;

        public RunStatus Status { get; set; } = RunStatus.Running;

        public bool IsDeleted { get; set; }

        public bool WentWithExperiment { get; set; }

        public Dictionary<string, string> Params { get; } = [];

        public Dictionary<string, string> Tags { get; } = [];

        public Dictionary<string, (long Step, double Value)> Latest { get; } = [];

        public IEnumerable<(string Key, double Value)> Metrics => Latest.Select(m => (m.Key, m.Value.Value));
    }
}
