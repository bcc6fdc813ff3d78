using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

public sealed class LocalAuditLogTests : AuditLogSpecification<LocalAuditLog>, IAsyncDisposable
{
    private readonly Workspaces _workspaces = new();
    private readonly LocalWorkspace _workspace;

    public LocalAuditLogTests() => _workspace = _workspaces.Open();

    protected override LocalAuditLog Log => _workspace.Audit;

    protected override LifecycleDatabase Database => _workspace.Database;

    public ValueTask DisposeAsync() => _workspaces.DisposeAsync();

    protected override (LocalAuditLog Log, LifecycleDatabase Database) OpenAnother()
    {
        LocalWorkspace other = _workspaces.Open();
        return (other.Audit, other.Database);
    }
}
