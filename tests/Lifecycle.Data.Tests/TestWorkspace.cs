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

    /// <summary>The file that holds the bytes of a blob, and where they begin: a pack of the store or a file of their own.</summary>
    public (string File, long Offset) BlobPlace(Digest digest)
    {
        string loose = Path("lifecycle", "objects", "sha256", digest.Hex[..2], digest.Hex[2..]);
        if (File.Exists(loose))
        {
            return (loose, 0);
        }

        // an entry of a pack: 12 bytes of header, the id, the payload
        byte[] id = digest.ToByteArray();
        foreach (string pack in Directory.EnumerateFiles(Path("lifecycle", "objects", "packs"), "*.pack"))
        {
            int at = File.ReadAllBytes(pack).AsSpan().IndexOf(id);
            if (at >= 0)
            {
                return (pack, at + Digest.Size);
            }
        }

        throw new FileNotFoundException($"The store does not hold {digest}.");
    }

    /// <summary>Flips one bit of a blob.</summary>
    public void Flip(Digest digest, long offset)
    {
        (string file, long start) = BlobPlace(digest);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = start + offset;
        int value = stream.ReadByte();
        stream.Position = start + offset;
        stream.WriteByte((byte)(value ^ 4));
    }

    public async ValueTask DisposeAsync()
    {
        await Datasets.DisposeAsync();
        await Local.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
