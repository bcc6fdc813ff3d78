using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

public sealed class SweepLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ManyShareIt_OneHasItAlone()
    {
        using (await SweepLock.TakeSharedAsync(_folder.Path))
        using (await SweepLock.TakeSharedAsync(_folder.Path))
        {
            await AssertWaitsAsync(SweepLock.TakeExclusiveAsync);
        }

        using (await SweepLock.TakeExclusiveAsync(_folder.Path))
        {
            await AssertWaitsAsync(SweepLock.TakeExclusiveAsync);
            await AssertWaitsAsync(SweepLock.TakeSharedAsync);
        }

        using SweepLock again = await SweepLock.TakeSharedAsync(_folder.Path);
        Assert.Equal([SweepLock.GateName, SweepLock.Name], _folder.Files());
    }

    [Fact]
    public async Task Locks_DoNotUsePids()
    {
        using (await SweepLock.TakeExclusiveAsync(_folder.Path))
        using (FileLock.TryTake(_folder["sources.lock"]))
        {
            // Two containers over one volume may have the same pid: what is in the files decides nothing, and nothing is in them.
            Assert.All(_folder.Files(), f => Assert.Equal(0, new FileInfo(_folder[f]).Length));
        }

        foreach (string file in _folder.Files())
        {
            await File.WriteAllTextAsync(_folder[file], Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        using SweepLock alone = await SweepLock.TakeExclusiveAsync(_folder.Path);
        using FileLock? sources = FileLock.TryTake(_folder["sources.lock"]);
        Assert.NotNull(sources);
    }

    [Fact]
    public async Task ASweeperThatWaits_HoldsBackNewcomers()
    {
        SweepLock first = await SweepLock.TakeSharedAsync(_folder.Path);
        Task<SweepLock> sweeper = SweepLock.TakeExclusiveAsync(_folder.Path).AsTask();
        await AssertWaitsAsync(SweepLock.TakeSharedAsync);
        Assert.False(sweeper.IsCompleted);
        first.Dispose();
        using SweepLock taken = await sweeper.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task AFolderThatIsGone_IsSaid()
    {
        string gone = _folder["gone"];
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await SweepLock.TakeSharedAsync(gone));
        Assert.Contains(gone, error.Message, StringComparison.Ordinal);
    }

    private async Task AssertWaitsAsync(Func<string, CancellationToken, ValueTask<SweepLock>> take)
    {
        using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(30));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await take(_folder.Path, soon.Token));
    }
}
