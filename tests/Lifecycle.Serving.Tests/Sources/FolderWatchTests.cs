namespace Lifecycle.Serving.Tests;

public sealed class FolderWatchTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("watch-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FolderWatch_ChangeInAFolder_EndsTheWait()
    {
        string one = Make("one"), two = Make("two"), deep = Make("two/deep");
        using FolderWatch watch = new(enabled: true, TimeProvider.System);
        watch.Follow(two, [one, deep]);
        await watch.WaitAsync(Long, wakes: true, Token);
        foreach (string folder in new[] { one, two, deep })
        {
            watch.Reset();
            watch.Follow(two, [one, deep]);
            Task wait = watch.WaitAsync(Long, wakes: true, Token).AsTask();
            await File.WriteAllTextAsync(Path.Combine(folder, "file"), "x", Token);
            await wait;
        }
    }

    [Fact]
    public async Task FolderWatch_FolderReplaced_IsWatchedAnew()
    {
        string folder = Make("one");
        using FolderWatch watch = new(enabled: true, TimeProvider.System);
        watch.Follow(null, [folder]);
        Directory.CreateDirectory(Path.Combine(_folder, "next"));
        Directory.Delete(folder);
        Publisher.Rename(Path.Combine(_folder, "next"), folder);

        // Events of the deletion may still be under way; those that come after the folder is watched anew do not stop.
        watch.Reset();
        watch.Follow(null, [folder]);
        for (int i = 0; i < 3; i++)
        {
            await watch.WaitAsync(Long, wakes: true, Token);
            watch.Reset();
            Task wait = watch.WaitAsync(Long, wakes: true, Token).AsTask();
            await File.WriteAllTextAsync(Path.Combine(folder, $"file{i}"), "x", Token);
            await wait;
        }
    }

    [Fact]
    public async Task FolderWatch_FolderThatCannotBeWatched_IsNoError()
    {
        using FolderWatch watch = new(enabled: true, TimeProvider.System);
        watch.Follow(Path.Combine(_folder, "missing"), [Path.Combine(_folder, "none")]);
        await watch.WaitAsync(TimeSpan.FromMilliseconds(1), wakes: true, Token);
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch.WaitAsync(Long, wakes: true, stop.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch.WaitAsync(Long, wakes: false, stop.Token).AsTask());
    }

    private string Make(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
}
