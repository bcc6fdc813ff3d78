namespace Lifecycle.Tests;

public sealed class FileStampTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lifecycle-").FullName;

    private string File1 => Path.Combine(_folder, "a");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AStamp_StaysWhileTheFileStays()
    {
        await File.WriteAllTextAsync(File1, "12345");
        FileStamp stamp = FileStamp.Of(File1);
        Assert.Equal(5, stamp.Length);
        Assert.Equal(stamp, FileStamp.Of(File1));
        _ = await File.ReadAllTextAsync(File1);
        Assert.Equal(stamp, FileStamp.Of(File1));
    }

    [Fact]
    public async Task AChange_IsSeen_EvenWhenLengthAndTimeAreSetBack()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Only Linux gives a change time here.");
        }

        await File.WriteAllTextAsync(File1, "12345");
        DateTime time = File.GetLastWriteTimeUtc(File1);
        FileStamp before = FileStamp.Of(File1);
        FileStamp after = before;
        while (after.Changed == before.Changed)
        {
            // The clock of the file system ticks in milliseconds.
            await File.WriteAllTextAsync(File1, "54321");
            File.SetLastWriteTimeUtc(File1, time);
            after = FileStamp.Of(File1);
        }

        Assert.Equal((before.Length, before.Inode, before.Device), (after.Length, after.Inode, after.Device));
        Assert.True(after.Changed > before.Changed);
        Assert.NotEqual(before, after);
    }

    [Fact]
    public async Task AnotherFileOfTheSameName_IsSeen()
    {
        await File.WriteAllTextAsync(File1, "12345");
        FileStamp before = FileStamp.Of(File1);
        await File.WriteAllTextAsync(File1 + "2", "12345");
        File.Move(File1 + "2", File1, overwrite: true);
        Assert.NotEqual(before, FileStamp.Of(File1));
    }

    [Fact]
    public async Task ALink_IsFollowed()
    {
        await File.WriteAllTextAsync(File1, "12345");
        File.CreateSymbolicLink(File1 + "link", File1);
        Assert.Equal(FileStamp.Of(File1), FileStamp.Of(File1 + "link"));
    }

    [Fact]
    public void AFileThatIsNotThere_IsAnError() => Assert.ThrowsAny<IOException>(() => FileStamp.Of(File1));
}
