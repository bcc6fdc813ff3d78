namespace Lifecycle.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lifecycle-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AFile_IsMadeAndReplaced()
    {
        await AtomicFile.WriteAsync(Named("a"), "one"u8.ToArray());
        Assert.Equal("one", await File.ReadAllTextAsync(Named("a")));
        await AtomicFile.WriteAsync(Named("a"), "two, longer"u8.ToArray());
        Assert.Equal("two, longer", await File.ReadAllTextAsync(Named("a")));
        Assert.Equal([Named("a")], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task AWriterThatFails_LeavesTheOldFile_AndNothingElse()
    {
        await AtomicFile.WriteAsync(Named("a"), "old"u8.ToArray());
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await AtomicFile.WriteAsync(Named("a"), async (stream, token) =>
        {
            await stream.WriteAsync("ne"u8.ToArray(), token);
            Assert.Equal("old", await File.ReadAllTextAsync(Named("a"), token));
            throw new InvalidTimeZoneException();
        }));
        Assert.Equal("old", await File.ReadAllTextAsync(Named("a")));
        Assert.Equal([Named("a")], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task ACancelledWrite_LeavesTheOldFile_AndNothingElse()
    {
        await AtomicFile.WriteAsync(Named("a"), "old"u8.ToArray());
        using CancellationTokenSource cancel = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await AtomicFile.WriteAsync(
            Named("a"),
            async (stream, _) =>
            {
                await stream.WriteAsync("new"u8.ToArray(), CancellationToken.None);
                await cancel.CancelAsync();
            },
            cancel.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await AtomicFile.WriteAsync(Named("b"), "x"u8.ToArray(), cancel.Token));
        Assert.Equal("old", await File.ReadAllTextAsync(Named("a")));
        Assert.Equal([Named("a")], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task WritersAtOnce_LeaveOneWholeFile()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () => await AtomicFile.WriteAsync(Named("a"), Enumerable.Repeat((byte)i, 10_000).ToArray()))));
        byte[] bytes = await File.ReadAllBytesAsync(Named("a"));
        Assert.Equal(10_000, bytes.Length);
        Assert.Single(bytes.Distinct());
        Assert.Equal([Named("a")], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task AFolderThatIsNotThere_IsAnError()
    {
        await Assert.ThrowsAnyAsync<IOException>(async () => await AtomicFile.WriteAsync(Path.Combine(_folder, "no", "a"), "x"u8.ToArray()));
        await Assert.ThrowsAsync<ArgumentException>(async () => await AtomicFile.WriteAsync("", "x"u8.ToArray()));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void TemporaryNames_AreHiddenAndNeverTheSame()
    {
        string[] names = [.. Enumerable.Range(0, 100).Select(_ => AtomicFile.TemporaryName(_folder))];
        Assert.Equal(100, names.Distinct().Count());
        Assert.All(names, n => Assert.Matches(@"^\.tmp-[0-9a-f]{32}$", Path.GetFileName(n)));
    }

    [Fact]
    public async Task AHardlink_IsTheSameFile()
    {
        await File.WriteAllTextAsync(Named("a"), "x");
        if (!AtomicFile.TryHardlink(Named("a"), Named("b")))
        {
            Assert.Skip("This file system has no hard links.");
        }

        Assert.Equal(FileStamp.Of(Named("a")), FileStamp.Of(Named("b")));
        Assert.False(AtomicFile.TryHardlink(Named("a"), Named("b")));
        Assert.False(AtomicFile.TryHardlink(Named("none"), Named("c")));
    }

    private string Named(string name) => Path.Combine(_folder, name);
}
