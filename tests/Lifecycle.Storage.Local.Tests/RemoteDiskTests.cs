using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Storage.Local.Tests;

public sealed class RemoteDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nfs", true)]
    [InlineData("nfs4", true)]
    [InlineData("cifs", true)]
    [InlineData("smb3", true)]
    [InlineData("smbfs", true)]
    [InlineData("9p", true)]
    [InlineData("fuse.sshfs", true)]
    [InlineData("fuse.glusterfs", true)]
    [InlineData("NFS4", true)]
    [InlineData("fuse.davfs2", true)]
    [InlineData("fhgfs", true)]
    [InlineData("panfs", true)]
    [InlineData("vmhgfs", true)]
    [InlineData("fuse.vmhgfs-fuse", true)]
    [InlineData("ecryptfs", false)]
    [InlineData("ext4", false)]
    [InlineData("xfs", false)]
    [InlineData("btrfs", false)]
    [InlineData("tmpfs", false)]
    [InlineData("overlay", false)]
    [InlineData("fuseblk", false)]
    [InlineData("fuse.ntfs-3g", false)]
    [InlineData("apfs", false)]
    [InlineData("NTFS", false)]
    [InlineData("", false)]
    public void FileSystemsOfNetworks_AreKnownByName(string format, bool remote) => Assert.Equal(remote, RemoteDisk.IsRemote(format));

    [Fact]
    public void Shares_AreRemote_AndWhatCannotBeAskedIsNot()
    {
        Assert.Equal("UNC", RemoteDisk.FormatOf(@"\\server\share\folder"));
        Assert.Null(RemoteDisk.FormatOf(_folder["not", "there"]));
        Assert.Null(RemoteDisk.FormatOf("a\0b"));
    }

    // The name of the file system is that of the mount a folder lies in, not of the root's.
    [Fact]
    public void AFolderBelowAMount_IsAskedForThatMount()
    {
        using SmallDisk disk = SmallDisk.Mount(2);
        string below = Directory.CreateDirectory(Path.Combine(disk.Path, "a", "b")).FullName;
        Assert.Equal("tmpfs", new DriveInfo(below).DriveFormat);
        Assert.Null(RemoteDisk.FormatOf(below));
    }

    [Fact]
    public async Task UnderANetworkFileSystem_OneProcessWorks_AndIsWarnedOnce()
    {
        Lines lines = new();
        List<string> asked = [];
        LocalStorageOptions options = new()
        {
            RemoteFormat = folder =>
            {
                asked.Add(folder);
                return "nfs4";
            },
        };
        await using (LocalWorkspace workspace = LocalWorkspace.Open(_folder["w"], options, loggers: lines))
        {
            Digest digest = (await workspace.Blobs.PutAsync(new MemoryStream([1, 2, 3]))).Digest;
            await workspace.Database.WriteAsync((transaction, token) => workspace.Audit.AppendAsync(transaction, new AuditRecord("a.b", "s"), token));
            Assert.Equal(3, await workspace.Blobs.FindAsync(digest));
            Assert.True((await workspace.Objects.VerifyAsync()).IsSound);
        }

        Assert.Equal([_folder["w"]], asked);
        string warning = Assert.Single(lines.Written);
        Assert.StartsWith($"Warning Lifecycle.Storage.Local.LocalWorkspace: The folder '{_folder["w"]}' lies on a network file system (nfs4).", warning, StringComparison.Ordinal);
        Assert.Contains("lock", warning, StringComparison.Ordinal);
        Assert.Contains("flush", warning, StringComparison.Ordinal);
        Assert.Contains("server", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnALocalDisk_NothingIsSaid()
    {
        Lines lines = new();
        await using (LocalWorkspace workspace = LocalWorkspace.Open(_folder["w"], loggers: lines))
        {
            await workspace.Blobs.PutAsync(new MemoryStream([1]));
        }

        Assert.Empty(lines.Written);
    }

    private sealed class Lines : ILoggerFactory
    {
        public List<string> Written { get; } = [];

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Written);

        public void Dispose()
        {
        }

        private sealed class Logger(string category, List<string> written) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel))
                {
                    written.Add($"{logLevel} {category}: {formatter(state, exception)}");
                }
            }
        }
    }
}
