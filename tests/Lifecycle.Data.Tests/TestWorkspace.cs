using Lifecycle.Storage.Local;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Data.Tests;

/// <summary>A workspace and a place for source files, in a folder that goes with the test.</summary>
internal sealed class TestWorkspace : IAsyncDisposable
{
    public TestWorkspace()
    {
        Folder = Directory.CreateTempSubdirectory("lifecycle-data-").FullName;
        Time.SetUtcNow(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
        Local = LocalWorkspace.Open(System.IO.Path.Combine(Folder, "lifecycle"), null, new NamedActor("ada"));
        Datasets = Catalog(Local.Blobs);
    }

    private int _settled;

    public string Folder { get; }

    public FakeTimeProvider Time { get; } = new();

    public LocalWorkspace Local { get; }

    public DatasetCatalog Datasets { get; }

    public DatasetCatalog Catalog(IBlobStore blobs, LifecycleDatabase? database = null, IAuditLog? audit = null, DatasetOptions? options = null) =>
        new(database ?? Local.Database, blobs, Local.Objects, audit ?? Local.Audit, Local.Events, new NamedActor("ada"), Time, options);

    public string Path(params string[] segments) => System.IO.Path.Combine([Folder, .. segments]);

    /// <summary>Writes a file under the source folder and returns its path.</summary>
    public string Write(string path, string content)
    {
        string full = Path("source", path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    public async Task<List<AuditEntry>> AuditAsync() => await Local.Audit.ReadAsync().ToListAsync();

    public async Task<int> BlobsAsync() => await Local.Blobs.ListAsync().CountAsync();

    /// <summary>Flips one bit of a blob, wherever the store keeps its bytes; the answer flips it back.</summary>
    public async Task<Action> FlipAsync(Digest digest, long offset)
    {
        List<Action> back = [];
        byte[] content = await DatasetCatalog.ReadBlobAsync(Local.Blobs, digest, 1 << 24, default);
        foreach (string file in Directory.EnumerateFiles(Path("lifecycle", "objects"), "*", SearchOption.AllDirectories))
        {
            int at = (await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(content);
            if (at >= 0 && content.Length > 0)
            {
                Set(file, at + offset, (byte)(content[offset] ^ 4));
                back.Add(() => Set(file, at + offset, content[offset]));
            }
        }

        Assert.True(back.Count > 0, $"the bytes of {digest} were found nowhere in the store");
        return () => back.ForEach(undo => undo());
    }

    private static void Set(string file, long offset, byte value)
    {
        UnixFileMode mode = File.GetUnixFileMode(file);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            stream.Position = offset;
            stream.WriteByte(value);
        }

        File.SetUnixFileMode(file, mode);
    }

    /// <summary>Sets the clock so far ahead of all files that none of them could have changed in the tick in which it was read.</summary>
    public void Settle() => Time.SetUtcNow(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1) + (++_settled * TimeSpan.FromSeconds(10)));

    public async ValueTask DisposeAsync()
    {
        await Datasets.DisposeAsync();
        await Local.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
