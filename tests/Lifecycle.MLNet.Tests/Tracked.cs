using Lifecycle.Storage.Local;
using Lifecycle.Tracking;

namespace Lifecycle.MLNet.Tests;

/// <summary>Experiments in a folder of their own.</summary>
internal sealed class Tracked : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lifecycle-").FullName;

    public Tracked()
    {
        Workspace = LocalWorkspace.Open(_folder);
        TrackingOptions options = new();
        options.Capture.IsEnabled = false;
        Experiments = new ExperimentCatalog(
            Workspace.Database, Workspace.Blobs, Workspace.Objects, Workspace.Audit, Workspace.Events, Workspace.JournalFolder, options: options);
        Registry = new ModelRegistry(Workspace.Database, Workspace.Blobs, Workspace.Objects, Workspace.Audit, Workspace.Events, experiments: Experiments);
    }

    public LocalWorkspace Workspace { get; }

    public ExperimentCatalog Experiments { get; }

    public ModelRegistry Registry { get; }

    /// <summary>Does something in a run and gives what is known of the run then.</summary>
    public async Task<RunRecord> RunAsync(Func<Run, Task> work) =>
        (await Experiments.GetRunAsync((await Experiments.RunAsync("loans", work)).Id))!;

    public async ValueTask DisposeAsync()
    {
        await Experiments.DisposeAsync();
        await Workspace.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
