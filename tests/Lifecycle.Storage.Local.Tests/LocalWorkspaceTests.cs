using Lifecycle.Storage.Specification;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Lifecycle.Storage.Local.Tests;

public sealed class LocalWorkspaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AWorkspace_IsOneFolder()
    {
        await using (LocalWorkspace workspace = LocalWorkspace.Open(_folder["w"], actor: new NamedActor("ada")))
        {
            Assert.Equal(_folder["w"], workspace.Root);
            Assert.Equal(_folder["w", "journal"], workspace.JournalFolder.Path);
            Assert.True(Directory.Exists(workspace.JournalFolder.Path));
            AuditEntry entry = await workspace.Database.WriteAsync((transaction, token) => workspace.Audit.AppendAsync(transaction, new AuditRecord("a.b", "s"), token));
            Assert.Equal("ada", entry.Actor);
        }

        Assert.Equal(["w/journal/audit.head", "w/journal/audit.lock", "w/lifecycle.db", "w/objects/FORMAT"], _folder.Files());
    }

    [Fact]
    public async Task TheContainer_GivesEveryPort_AndClosesThemInOrder()
    {
        ServiceCollection services = new();
        services.AddModelLifecycleCore().UseLocalStorage(_folder["first"]).UseLocalStorage(_folder["second"], o => o.BusyTimeout = TimeSpan.FromSeconds(3));
        services.AddSingleton<IActorAccessor>(new NamedActor("grace"));
        List<string> seen = [];
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            LocalWorkspace workspace = provider.GetRequiredService<LocalWorkspace>();
            Assert.Equal(_folder["second"], workspace.Root);
            Assert.Same(workspace.Blobs, provider.GetRequiredService<IBlobStore>());
            Assert.Same(workspace.Objects, provider.GetRequiredService<BlobUpkeep>());
            Assert.Same(workspace.Database, provider.GetRequiredService<LifecycleDatabase>());
            Assert.Same(workspace.Audit, provider.GetRequiredService<IAuditLog>());
            Assert.Same(workspace.Events, provider.GetRequiredService<ILifecycleEvents>());
            Assert.Same(workspace.JournalFolder, provider.GetRequiredService<JournalFolder>());
            Assert.Equal(TimeSpan.FromSeconds(3), workspace.Database.BusyTimeout);
            await workspace.Events.SubscribeAsync("one", (happened, _) =>
            {
                seen.Add(happened.Actor);
                return ValueTask.CompletedTask;
            });
            await workspace.Database.WriteAsync(async (transaction, token) =>
            {
                await workspace.Audit.AppendAsync(transaction, new AuditRecord("a.b", "s"), token);
                await workspace.Events.PublishAsync(transaction, "lifecycle.x", "s", "{}", null, token);
                return 0;
            });
            await workspace.Events.DrainAsync();
        }

        Assert.Equal(["grace"], seen);
        Assert.Contains("second/journal/audit.head", _folder.Files());
        Assert.DoesNotContain(_folder.Files(), f => f.StartsWith("first", StringComparison.Ordinal) || f.EndsWith("-wal", StringComparison.Ordinal));
    }

    [Fact]
    public void TheContainer_MayBeDisposedWithoutAwaiting()
    {
        ServiceCollection services = new();
        services.AddModelLifecycleCore().UseLocalStorage(_folder["w"]);
        using ServiceProvider provider = services.BuildServiceProvider();
        using System.Data.Common.DbConnection connection = provider.GetRequiredService<LifecycleDatabase>().DataSource.OpenConnection();
        Assert.NotNull(provider.GetRequiredService<IAuditLog>());
        Assert.NotNull(provider.GetRequiredService<ILifecycleEvents>());
    }

    [Fact]
    public void WrongOptions_AreSaidAllAtOnce()
    {
        ServiceCollection services = new();
        services.AddModelLifecycleCore().UseLocalStorage(_folder["w"], o =>
        {
            o.BusyTimeout = TimeSpan.Zero;
            o.EventPollInterval = TimeSpan.FromDays(2);
        });
        using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IBlobStore>());
        Assert.Contains("BusyTimeout", error.Message, StringComparison.Ordinal);
        Assert.Contains("EventPollInterval", error.Message, StringComparison.Ordinal);
        Assert.Throws<OptionsValidationException>(() => LocalWorkspace.Open(_folder["w"], new LocalStorageOptions { StaleTemporaryAge = TimeSpan.FromSeconds(-1) }));
        Assert.Empty(_folder.Files());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void AnEmptyRoot_IsRefused(string root)
    {
        Assert.Throws<ArgumentException>(() => LocalWorkspace.Open(root));
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddModelLifecycleCore().UseLocalStorage(root));
    }

    [Fact]
    public void ARootThatIsAFile_IsSaid()
    {
        File.WriteAllText(_folder["w"], "mine");
        LifecycleStorageException error = Assert.Throws<LifecycleStorageException>(() => LocalWorkspace.Open(_folder["w"]));
        Assert.Contains(_folder["w"], error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder["w"]));
    }
}
