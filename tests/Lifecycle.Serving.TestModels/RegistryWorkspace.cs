using Lifecycle.Storage.Local;
using Lifecycle.Tracking;

namespace Lifecycle.Serving.TestModels;

/// <summary>A real workspace in a folder of its own, with a registry, to publish models into. For a host without container it is the container.</summary>
public sealed class RegistryWorkspace : IServiceProvider, IAsyncDisposable
{
    private readonly bool _isOwner;
    private readonly LocalWorkspace _workspace;
    private readonly ExperimentCatalog _experiments;
    private readonly Dictionary<Type, object> _services;

    /// <param name="folder">Opened as another process would, and left alone afterwards; null makes one and deletes it at the end.</param>
    /// <param name="actor">Who acts.</param>
    public RegistryWorkspace(string? folder = null, string actor = "ada")
    {
        _isOwner = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("registry-").FullName;
        NamedActor named = new(actor);
        _workspace = LocalWorkspace.Open(Folder, actor: named);
        _experiments = new ExperimentCatalog(
            _workspace.Database, _workspace.Blobs, _workspace.Objects, _workspace.Audit, _workspace.Events, _workspace.JournalFolder);
        Registry = new ModelRegistry(_workspace.Database, _workspace.Blobs, _workspace.Objects, _workspace.Audit, _workspace.Events, experiments: _experiments);
        _services = new()
        {
            [typeof(LifecycleDatabase)] = _workspace.Database,
            [typeof(IBlobStore)] = _workspace.Blobs,
            [typeof(BlobUpkeep)] = _workspace.Objects,
            [typeof(IAuditLog)] = _workspace.Audit,
            [typeof(ILifecycleEvents)] = _workspace.Events,
            [typeof(JournalFolder)] = _workspace.JournalFolder,
            [typeof(IActorAccessor)] = named,
            [typeof(ModelRegistry)] = Registry,
        };
    }

    public string Folder { get; }

    public ModelRegistry Registry { get; }

    public IBlobStore Blobs => _workspace.Blobs;

    public LifecycleDatabase Database => _workspace.Database;

    public IAuditLog Audit => _workspace.Audit;

    /// <summary>The parts of the workspace by their types.</summary>
    public object? GetService(Type serviceType) => _services.GetValueOrDefault(serviceType);

    /// <summary>Puts another part in the place of one.</summary>
    public RegistryWorkspace With<T>(T part)
        where T : class
    {
        _services[typeof(T)] = part;
        return this;
    }

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
        string file = Directory.EnumerateFiles(Path.Combine(Folder, "objects"), "*", SearchOption.AllDirectories)
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
        if (_isOwner)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
