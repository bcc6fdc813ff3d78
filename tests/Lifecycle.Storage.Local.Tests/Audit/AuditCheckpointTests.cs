using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Storage.Local.Tests;

public sealed class AuditCheckpointTests : IAsyncDisposable
{
    private readonly Workspaces _workspaces = new();

    private string CheckpointFile => Path.Combine(_workspaces.Root, "journal", "audit.head");

    public ValueTask DisposeAsync() => _workspaces.DisposeAsync();

    [Fact]
    public async Task TheFile_HoldsTheHeadWhenTheWorkspaceIsClosed()
    {
        LocalWorkspace workspace = _workspaces.Open();
        await AppendAsync(workspace, CommitDurability.Flushed);
        AuditEntry last = await AppendAsync(workspace, CommitDurability.Buffered);
        await workspace.DisposeAsync();
        Assert.Equal(new AuditHead(2, last.Head), AuditCheckpoint.Parse(await File.ReadAllBytesAsync(CheckpointFile)));
    }

    [Fact]
    public async Task AWorkspaceWithoutEntries_LeavesNoFile()
    {
        await _workspaces.Open().DisposeAsync();
        Assert.False(File.Exists(CheckpointFile));
    }

    [Fact]
    public async Task TheFile_IsReplacedAtMostOnceAnInterval()
    {
        FakeTimeProvider time = new();
        LocalWorkspace workspace = _workspaces.Open(time);
        await AppendAsync(workspace, CommitDurability.Flushed);
        time.Advance(TimeSpan.Zero);
        await UntilAsync(1);
        await AppendAsync(workspace, CommitDurability.Flushed);
        time.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal(1, Count());
        await AppendAsync(workspace, CommitDurability.Flushed);
        time.Advance(TimeSpan.FromMilliseconds(200));
        await UntilAsync(3);
    }

    [Fact]
    public async Task TheFile_IsNeverBehindWhatAnotherProcessWrote()
    {
        LocalWorkspace first = _workspaces.Open(), second = _workspaces.Open();
        await AppendAsync(first, CommitDurability.Flushed);
        await AppendAsync(second, CommitDurability.Flushed);
        await second.DisposeAsync();
        await first.DisposeAsync();
        Assert.Equal(2, Count());
    }

    [Fact]
    public async Task AStateTooBigForAnEntry_IsKeptAsABlob()
    {
        LocalWorkspace workspace = _workspaces.Open();
        string big = $"\"{new string('x', 70_000)}\"";
        AuditEntry entry = await workspace.Database.WriteAsync(
            (transaction, token) => workspace.Audit.AppendAsync(transaction, new AuditRecord("a.b", "s/1", """{"x":1}""", big), token));
        Digest digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(big));
        Assert.Equal($$"""{"blob":"{{digest}}","length":70002}""", entry.After);
        Assert.Equal("""{"x":1}""", entry.Before);
        Assert.Equal([digest], await workspace.Audit.ReferencesAsync().ToListAsync());
        Assert.Equal(["audit"], await workspace.Objects.SourcesAsync());
        Assert.True((await workspace.Audit.VerifyAsync()).IsSound);
        await workspace.Blobs.DeleteAsync(digest);
        Assert.Equal((digest, "audit"), (await _workspaces.Open().Objects.VerifyAsync()).Missing.Select(m => (m.Digest, m.Source)).Single());
    }

    private static Task<AuditEntry> AppendAsync(LocalWorkspace workspace, CommitDurability durability) => workspace.Database.WriteAsync(
        (transaction, token) => workspace.Audit.AppendAsync(transaction, new AuditRecord("a.b", "s/1"), token), durability).AsTask();

    private long Count() => AuditCheckpoint.Parse(File.ReadAllBytes(CheckpointFile))!.Value.Count;

    private async Task UntilAsync(long count)
    {
        while (!File.Exists(CheckpointFile) || Count() != count)
        {
            await Task.Delay(5);
        }
    }
}
