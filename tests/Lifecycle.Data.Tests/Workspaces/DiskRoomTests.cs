namespace Lifecycle.Data.Tests;

public sealed class DiskRoomTests
{
    private const long Much = 1L << 60;

    [Fact]
    public void ADiskThatCannotBeAsked_DoesNotReplaceTheError()
    {
        Assert.Null(DiskRoom.TryFree(@"\\server\share"));
        Assert.Null(DiskRoom.TryFree("/there/is/no such/folder"));
        Assert.Null(DiskRoom.TryFree(""));
        Assert.NotNull(DiskRoom.TryFree(Path.GetTempPath()));
        Assert.Null(DiskRoom.Full(new IOException("gone", 5), "", 10));
        Assert.Equal("The disk that holds '' is full: 10 bytes were to be written, how many are free is unknown.", DiskRoom.Full(new IOException("full", 28), "", 10));
    }

    [Fact]
    public void OnlyAnErrorWithoutACode_IsTakenForAFullDisk()
    {
        string folder = Path.GetTempPath();
        Assert.Contains("is full: ", DiskRoom.Full(new IOException("no code"), folder, Much), StringComparison.Ordinal);
        Assert.Contains("is full: ", DiskRoom.Full(new IOException("full", 28), folder, 0), StringComparison.Ordinal);
        Assert.Null(DiskRoom.Full(new IOException("no code"), folder, 0));
        Assert.Null(DiskRoom.Full(new IOException("no code"), folder, 1));
        Assert.Null(DiskRoom.Full(new IOException("input/output error", 5), folder, Much));
        Assert.Null(DiskRoom.Full(new FileNotFoundException(), folder, Much));
    }

    [Fact]
    public void AQuota_IsCalledAQuota()
    {
        string? told = DiskRoom.Full(new IOException("quota", OperatingSystem.IsMacOS() ? 69 : 122), Path.GetTempPath(), 10);
        Assert.StartsWith($"The quota of '{Environment.UserName}' on the disk that holds", told, StringComparison.Ordinal);
        Assert.Null(DiskRoom.Full(new IOException("another", OperatingSystem.IsMacOS() ? 122 : 69), Path.GetTempPath(), 0));
    }

    [Fact]
    public async Task LinkedFiles_NeedNoRoom()
    {
        await using TestWorkspace w = new();
        w.Write("f/a.bin", new string('a', 100));
        string run = w.Write("f/run.sh", new string('b', 10));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(run, File.GetUnixFileMode(run) | UnixFileMode.UserExecute);
        }

        IReadOnlyList<DatasetFile> files = await (await w.Datasets.CommitAsync("f", w.Path("source", "f"))).ListFilesAsync();
        CheckoutOptions options = new();
        TreePlacer copies = new(w.Local.Blobs, options);
        await copies.BuildAsync(w.Path("copies"), files, default);
        Assert.Equal(110, copies.Needed);
        TreePlacer links = new(w.Local.Blobs, options.Link(LinkKind.Hardlink));
        await links.BuildAsync(w.Path("links"), files, default);
        Assert.Equal(OperatingSystem.IsWindows() ? 0 : 10, links.Needed);
    }
}
