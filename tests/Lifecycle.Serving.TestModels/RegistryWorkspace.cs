using Lifecycle.Storage.Local;
using Lifecycle.Tracking;

namespace Lifecycle.Serving.TestModels;

/// <summary>A real workspace in a folder of its own, with a registry, to publish models into.</summary>
public sealed class RegistryWorkspace : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("registry-").FullName;
    private readonly LocalWorkspace _workspace;
    private readonly ExperimentCatalog _experiments;

    public RegistryWorkspace()
    {
        _workspace = LocalWorkspace.Open(_folder);
        _experiments = new ExperimentCatalog(
            _workspace.Database, _workspace.Blobs, _workspace.Objects, _workspace.Audit, _workspace.Events, _workspace.JournalFolder);
        Registry = new ModelRegistry(_workspace.Database, _workspace.Blobs, _workspace.Objects, _workspace.Audit, _workspace.Events, experiments: _experiments);
    }

    public ModelRegistry Registry { get; }

    public IBlobStore Blobs => _workspace.Blobs;

    /// <summary>Logs a model of these files and registers it.</summary>
    public async Task<ModelVersion> RegisterAsync(string name, params (string Path, byte[] Bytes)[] files)
    {
        await using Run run = await _experiments.StartRunAsync(name);
        ModelArtifact model = await run.LogModelAsync("model", files.ToDictionary(f => f.Path, f => new ReadOnlyMemory<byte>(f.Bytes)));
        return await Registry.RegisterAsync(name, model);
    }

    /// <summary>Flips a bit of a stored blob behind the store's back.</summary>
    public void Tamper(Digest digest)
    {
        string file = Directory.EnumerateFiles(Path.Combine(_folder, "objects"), "*", SearchOption.AllDirectories)
            .Single(f => f.Replace("/", string.Empty, StringComparison.Ordinal).Contains(digest.Hex[2..], StringComparison.Ordinal) && !f.EndsWith(".sums", StringComparison.Ordinal));
        File.SetAttributes(file, FileAttributes.Normal);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    public async ValueTask DisposeAsync()
    {
        await _experiments.DisposeAsync();
        await _workspace.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
