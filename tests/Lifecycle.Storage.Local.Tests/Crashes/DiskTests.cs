using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>A disk that is full or read-only: one clear error, and nothing is left behind.</summary>
public sealed class DiskTests
{
    private const int Mebibyte = 1 << 20;

    private static readonly MigrationSet Tables = new("disk", Migration.Sqlite(1, "page", "CREATE TABLE disk_page (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT"));

    [Fact]
    public async Task AFullDisk_RefusesABlob_AndTakesASmallerOne()
    {
        using SmallDisk disk = SmallDisk.Mount(2);
        LocalBlobStore blobs = new(Path.Combine(disk.Path, "objects"));
        IReadOnlyList<string> before = disk.Files();
        byte[] bytes = new byte[5 * Mebibyte];
        byte[] various = new byte[5 * Mebibyte];
        new Random(5).NextBytes(various);
        Func<ValueTask>[] attempts =
        [
            async () => await blobs.PutAsync(new MemoryStream(bytes)),
            async () => await blobs.PutAsync(new DribblingStream(bytes, 300_000)),
            async () => await blobs.PutAsync(new MemoryStream(new byte[Mebibyte]), new BlobPutOptions { ExpectedLength = 100 * Mebibyte }),
            async () =>
            {
                await using BlobBatch batch = await blobs.BeginBatchAsync();
                await batch.PutAsync(new byte[100]);
                await batch.PutAsync(new MemoryStream(various));
            },
            async () =>
            {
                await using BlobBatch batch = await blobs.BeginBatchAsync();
                for (int i = 0; i < 5; i++)
                {
                    await batch.PutAsync(various.AsMemory(i * Mebibyte, Mebibyte - 1 - i));
                }

                await batch.CompleteAsync();
            },
            async () =>
            {
                await using BlobBatch batch = await blobs.BeginBatchAsync();
                await batch.PutAsync(new MemoryStream(various), new BlobPutOptions { Layout = BlobLayout.Whole });
            },
        ];
        foreach (Func<ValueTask> attempt in attempts)
        {
            LifecycleStorageException full = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await attempt());
            AssertFull(full, disk.Path);
            long[] numbers = [.. Regex.Match(full.Message, @"(\d+) bytes were to be written, (\d+) bytes are free").Groups.Values.Skip(1).Select(g => long.Parse(g.Value, CultureInfo.InvariantCulture))];
            Assert.InRange(numbers[0], 1, 100 * Mebibyte);
            Assert.InRange(numbers[1], 0, 2 * Mebibyte);
            Assert.Equal(before, disk.Files());
        }

        StoredBlob small = await blobs.PutAsync(new MemoryStream([1, 2, 3]));
        Assert.Equal(3, await blobs.FindAsync(small.Digest));
        Assert.True((await new LocalBlobUpkeep(blobs).VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task AFullDisk_RefusesACopyOfABlob()
    {
        using SmallDisk disk = SmallDisk.Mount(2);
        using TemporaryFolder folder = new();
        LocalBlobStore blobs = new(folder["objects"]);
        StoredBlob stored = await blobs.PutAsync(new MemoryStream(new byte[3 * Mebibyte]));
        foreach (LinkKind link in Enum.GetValues<LinkKind>())
        {
            AssertFull(await Assert.ThrowsAsync<LifecycleStorageException>(async () => await blobs.PlaceAsync(stored.Digest, Path.Combine(disk.Path, "x"), link)), disk.Path);
            Assert.Empty(disk.Files());
        }
    }

    [Fact]
    public async Task AFullDisk_UndoesATransaction_AndTheLogStaysSound()
    {
        using SmallDisk disk = SmallDisk.Mount(3);
        await using LocalWorkspace workspace = LocalWorkspace.Open(disk.Path);
        await workspace.Database.MigrateAsync(Tables);
        await WriteAsync(workspace, 1, 1000);
        AssertFull(await Assert.ThrowsAsync<LifecycleStorageException>(() => WriteAsync(workspace, 2, 5 * Mebibyte)), disk.Path);
        Assert.Equal([1], await IdsAsync(workspace));
        Assert.Equal(1, (await workspace.Audit.HeadAsync()).Count);
        await WriteAsync(workspace, 3, 1000);
        Assert.Equal([1, 3], await IdsAsync(workspace));
        Assert.True((await workspace.Audit.VerifyAsync()).IsSound);
    }

    [Fact]
    public void AFullDisk_RefusesANewWorkspace()
    {
        using SmallDisk disk = SmallDisk.Mount(1);
        File.WriteAllBytes(Path.Combine(disk.Path, "big"), new byte[Mebibyte]);
        AssertFull(Assert.Throws<LifecycleStorageException>(() => LocalWorkspace.Open(Path.Combine(disk.Path, "workspace"))), disk.Path);
    }

    [Fact]
    public async Task AReadOnlyDisk_RefusesWrites_AndStillReadsBlobs()
    {
        using SmallDisk disk = SmallDisk.Mount(8);
        Digest digest;
        await using (LocalWorkspace workspace = LocalWorkspace.Open(disk.Path))
        {
            await workspace.Database.MigrateAsync(Tables);
            await WriteAsync(workspace, 1, 1000);
            digest = (await workspace.Blobs.PutAsync(new MemoryStream(new byte[Mebibyte + 1]))).Digest;
        }

        IReadOnlyList<string> before = disk.Files();
        disk.MakeReadOnly();
        LocalBlobStore blobs = new(Path.Combine(disk.Path, "objects"));
        Assert.Equal(Mebibyte + 1, await blobs.FindAsync(digest));
        await using (Stream content = await blobs.OpenAsync(digest))
        {
            Assert.Equal(digest, await Digest.OfAsync(content));
        }

        Assert.True((await new LocalBlobUpkeep(blobs).VerifyAsync()).IsSound);
        SqliteDatabase database = new(Path.Combine(disk.Path, "lifecycle.db"));
        Func<ValueTask>[] attempts =
        [
            async () => await blobs.PutAsync(new MemoryStream([1])),
            async () => await blobs.PutAsync(new MemoryStream(new byte[2 * Mebibyte])),
            async () => await blobs.KeepAsync([digest]),
            async () => await blobs.DeleteAsync(digest),
            async () => await blobs.PlaceAsync(digest, Path.Combine(disk.Path, "x")),
            async () => await new LocalBlobUpkeep(blobs).RegisterAsync(new LocalAuditLog(database)),
            async () => await (await blobs.BeginBatchAsync()).DisposeAsync(),
            async () => await database.WriteAsync((_, _) => new ValueTask<int>(1)),
            async () => await database.MigrateAsync(Tables),
        ];
        foreach (Func<ValueTask> attempt in attempts)
        {
            LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await attempt());
            Assert.Contains(disk.Path, error.Message, StringComparison.Ordinal);
            Assert.False(error.IsTransient);
            Assert.Equal(before, disk.Files());
        }

        disk.MakeWritable();
        Assert.Equal(1, await database.WriteAsync((_, _) => new ValueTask<int>(1)));
        await database.DisposeAsync();
    }

    [Fact]
    public async Task AReadOnlyDisk_RestoresNoSums_AndReadsRangesAllTheSame()
    {
        using SmallDisk disk = SmallDisk.Mount(4);
        LocalBlobStore blobs = new(Path.Combine(disk.Path, "objects"));
        Digest digest = (await blobs.PutAsync(new MemoryStream(new byte[Mebibyte + 1]))).Digest;
        File.Delete(blobs.Layout.FileOf(digest) + ".sum");
        disk.MakeReadOnly();
        await using Stream content = await blobs.OpenAsync(digest, new BlobOpenOptions { Range = new BlobRange(Mebibyte, 1) });
        Assert.Equal(0, content.ReadByte());
    }

    [Fact]
    public async Task AFolderWithoutRights_IsSaid()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("This user may write everywhere.");
            return;
        }

        using TemporaryFolder folder = new();
        LocalBlobStore blobs = new(folder["objects"]);
        File.SetUnixFileMode(Path.Combine(blobs.Folder, "sha256"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await blobs.PutAsync(new MemoryStream([1])));
        File.SetUnixFileMode(Path.Combine(blobs.Folder, "sha256"), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        Assert.Contains("Give that user read and write rights", error.Message, StringComparison.Ordinal);
        Assert.Equal(["objects/FORMAT"], folder.Files());
    }

    private static void AssertFull(LifecycleStorageException error, string folder)
    {
        SmallDisk.AssertFull(error, folder);
        Assert.Contains("Free space", error.Message, StringComparison.Ordinal);
    }

    private static Task<AuditEntry> WriteAsync(LocalWorkspace workspace, long id, int length) => workspace.Database.WriteAsync(async (transaction, token) =>
    {
        AuditEntry entry = await workspace.Audit.AppendAsync(transaction, new AuditRecord("page.made", $"page/{id}"), token);
        await transaction.ExecuteAsync("INSERT INTO disk_page (id, bytes) VALUES ($id, $bytes)", [("$id", id), ("$bytes", new byte[length])], token);
        return entry;
    }).AsTask();

    private static async Task<List<long>> IdsAsync(LocalWorkspace workspace)
    {
        await using DbConnection connection = await workspace.Database.DataSource.OpenConnectionAsync();
        await using DbCommand command = connection.Command("SELECT id FROM disk_page ORDER BY id");
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        List<long> ids = [];
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetInt64(0));
        }

        return ids;
    }
}
