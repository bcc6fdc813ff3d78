using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

public sealed class LocalEventsTests : EventsSpecification<LocalEvents>, IAsyncDisposable
{
    private readonly Workspaces _workspaces = new();
    private readonly LocalWorkspace _workspace;

    public LocalEventsTests() => _workspace = _workspaces.Open();

    protected override LocalEvents Events => _workspace.Events;

    protected override LifecycleDatabase Database => _workspace.Database;

    public ValueTask DisposeAsync() => _workspaces.DisposeAsync();

    protected override (LocalEvents Events, LifecycleDatabase Database) OpenAnother()
    {
        LocalWorkspace other = _workspaces.Open();
        return (other.Events, other.Database);
    }
}
