using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>Workspaces over one folder, closed and removed at the end of a test.</summary>
public sealed class Workspaces : IAsyncDisposable
{
    private readonly List<LocalWorkspace> _open = [];

    public TemporaryFolder Folder { get; } = new();

    public string Root => Folder["workspace"];

    public LocalStorageOptions Options { get; } = new() { EventPollInterval = TimeSpan.FromMilliseconds(50) };

    public LocalWorkspace Open(TimeProvider? time = null)
    {
        LocalWorkspace workspace = LocalWorkspace.Open(Root, Options, new NamedActor("ada@tests"), time);
        _open.Add(workspace);
        return workspace;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LocalWorkspace workspace in _open)
        {
            await workspace.DisposeAsync();
        }

        Folder.Dispose();
    }
}
