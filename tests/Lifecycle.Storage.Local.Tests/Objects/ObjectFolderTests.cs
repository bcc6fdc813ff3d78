using System.Security.Cryptography;
using System.Text;
using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>The files of the store as they lie on the disk, and what is cleaned up.</summary>
public sealed class ObjectFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheLayout_IsFixed()
    {
        LocalBlobStore blobs = new(_folder["objects"]);
        await blobs.PutAsync(new MemoryStream("hello"u8.ToArray()));
        byte[] big = new byte[(1 << 20) + 1];
        big[^1] = 1;
        StoredBlob stored = await blobs.PutAsync(new MemoryStream(big));
        string name = "objects/sha256/" + stored.Digest.Hex[..2] + "/" + stored.Digest.Hex[2..];
        Assert.Equal(
            new[] { "objects/FORMAT", "objects/sha256/2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", name, name + ".sum" }.Order(StringComparer.Ordinal),
            _folder.Files());
        Assert.Equal("lifecycle.objects/1\n"u8.ToArray(), await File.ReadAllBytesAsync(_folder["objects", "FORMAT"]));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(_folder[name]));
        }
    }

    [Fact]
    public async Task TheSums_AreFixed()
    {
        LocalBlobStore blobs = new(_folder["objects"]);
        byte[] big = new byte[(1 << 20) + 3];
        "abc"u8.CopyTo(big.AsSpan(1 << 20));
        StoredBlob stored = await blobs.PutAsync(new MemoryStream(big));
        byte[] sums = await File.ReadAllBytesAsync(blobs.Layout.FileOf(stored.Digest) + ".sum");
        Assert.Equal(8 + 8 + (2 * 16) + 32, sums.Length);
        Assert.Equal("LCSUMS01", Encoding.ASCII.GetString(sums, 0, 8));
        Assert.Equal("0300100000000000", Convert.ToHexStringLower(sums, 8, 8));

        // XXH3_128bits of 1 MiB of zeros and of "abc", as `xxhsum -H2` prints them.
        Assert.Equal("b6ef17a3448492b6918780b90550bf34", Convert.ToHexStringLower(sums, 16, 16));
        Assert.Equal("06b05ab6733a618578af5f94892f3950", Convert.ToHexStringLower(sums, 32, 16));
        Assert.Equal(SHA256.HashData(sums.AsSpan(0, 48)), sums[48..]);
    }

    [Theory]
    [InlineData("lifecycle.objects/2\n")]
    [InlineData("lifecycle.objects/1")]
    [InlineData("")]
    [InlineData("something else entirely \u0007 that is rather long, much longer than a line of this kind would be")]
    public void AnUnknownFormat_IsRefusedBeforeAnythingIsWritten(string format)
    {
        Directory.CreateDirectory(_folder["objects"]);
        File.WriteAllText(_folder["objects", "FORMAT"], format);
        LifecycleStorageException error = Assert.Throws<LifecycleStorageException>(() => new LocalBlobStore(_folder["objects"]));
        Assert.Contains("lifecycle.objects/1", error.Message, StringComparison.Ordinal);
        Assert.Contains("Update the Lifecycle packages", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', error.Message);
        Assert.Equal(["objects/FORMAT"], _folder.Files());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ObjectsWithoutAFormat_AreRefused(bool arePacked)
    {
        LocalBlobStore blobs = new(_folder["objects"]);
        if (arePacked)
        {
            await using BlobBatch batch = await blobs.BeginBatchAsync();
            await batch.PutAsync(new byte[] { 1 });
            await batch.CompleteAsync();
        }
        else
        {
            await blobs.PutAsync(new MemoryStream([1]));
        }

        File.Delete(_folder["objects", "FORMAT"]);
        LifecycleStorageException error = Assert.Throws<LifecycleStorageException>(() => new LocalBlobStore(_folder["objects"]));
        Assert.Contains("FORMAT", error.Message, StringComparison.Ordinal);
        Assert.Single(_folder.Files());
    }

    [Fact]
    public void AFileInThePlaceOfTheFolder_IsSaid()
    {
        File.WriteAllText(_folder["objects"], "mine");
        LifecycleStorageException error = Assert.Throws<LifecycleStorageException>(() => new LocalBlobStore(_folder["objects"]));
        Assert.Contains(_folder["objects"], error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder["objects"]));
    }

    [Fact]
    public async Task PuttingOrKeepingABlob_RestartsItsAge()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        LocalBlobStore blobs = new(_folder["objects"], null, time);
        Digest digest = (await blobs.PutAsync(new MemoryStream([1, 2]))).Digest;
        foreach (int day in new[] { 1, 2 })
        {
            time.Advance(TimeSpan.FromDays(1));
            _ = day == 1 ? (await blobs.PutAsync(new MemoryStream([1, 2]))).Length : (await blobs.KeepAsync([digest])).Count;
            Assert.Equal(time.GetUtcNow().UtcDateTime, File.GetLastWriteTimeUtc(blobs.Layout.FileOf(digest)));
        }
    }

    [Fact]
    public void TemporariesOfDeadProcesses_AreRemovedWhenTheyAreOld()
    {
        _ = new LocalBlobStore(_folder["objects"]);
        string old = Temporary("sha256", "01800000001070008000000000000001", TimeSpan.FromHours(2));
        string shelved = Temporary("sha256/ab", "01800000002070008000000000000002", TimeSpan.FromHours(2));
        string young = Temporary("sha256/ab", "01800000003070008000000000000003", TimeSpan.FromMinutes(30));
        string top = Temporary(".", "01800000004070008000000000000004", TimeSpan.FromHours(2));
        _ = new LocalBlobStore(_folder["objects"]);
        Assert.Equal([false, false, true, false], new[] { old, shelved, young, top }.Select(File.Exists));
    }

    [Fact]
    public void TemporariesOfLivingProcesses_AreKept_AndSoAreYoungerOnes()
    {
        _ = new LocalBlobStore(_folder["objects"]);
        string before = Temporary("sha256/ab", "01800000001070008000000000000001", TimeSpan.FromHours(2));
        string living = Temporary("sha256", "01800000002070008000000000000002", TimeSpan.FromHours(2));
        string after = Temporary("sha256/ab", "01800000003070008000000000000003", TimeSpan.FromHours(2));
        using (new FileStream(living, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            File.SetLastWriteTimeUtc(living, TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromHours(2));
            _ = new LocalBlobStore(_folder["objects"]);
            Assert.Equal([false, true, true], new[] { before, living, after }.Select(File.Exists));
        }

        _ = new LocalBlobStore(_folder["objects"]);
        Assert.Equal([false, false, false], new[] { before, living, after }.Select(File.Exists));
    }

    /// <summary>By the clock of those who open the store every temporary is old; a put that they come upon begins another one.</summary>
    [Fact]
    public async Task APut_IsNotHinderedByThoseWhoLookForLitter()
    {
        LocalBlobStore blobs = new(_folder["objects"], new LocalStorageOptions { Durability = Durability.Relaxed });
        FakeTimeProvider later = new(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(30));
        using CancellationTokenSource enough = new();
        Task[] openers = [.. Enumerable.Range(0, 2).Select(o => Task.Run(() =>
        {
            while (!enough.IsCancellationRequested)
            {
                _ = new LocalBlobStore(_folder["objects"], null, later);
            }
        }))];
        await Task.WhenAll(Enumerable.Range(0, 2).Select(w => Task.Run(() =>
        {
            for (int n = 0; n < 4000; n++)
            {
                using TemporaryBlob temporary = TemporaryBlob.Create(blobs.Layout.Disk, blobs.Layout.Loose, null);
                temporary.Write([1, 2, 3]);
                temporary.Finish(flush: false);
            }
        })));
        await enough.CancelAsync();
        await Task.WhenAll(openers);
    }

    // One that is gone when its age is looked at is not an old one, and looking at it must not make it.
    [Fact]
    public async Task TemporariesThatComeAndGoWhileStoresOpen_LeaveNothing()
    {
        _ = new LocalBlobStore(_folder["objects"]);
        string living = Temporary(".", "01800000001070008000000000000001", TimeSpan.FromHours(2));
        using FileStream held = new(living, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        File.SetLastWriteTimeUtc(living, TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromHours(2));
        using CancellationTokenSource enough = new();
        Task[] writers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!enough.IsCancellationRequested)
            {
                string file = AtomicFile.TemporaryName(_folder["objects"]);
                File.WriteAllText(file, "x");
                File.Delete(file);
            }
        }))];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(o => Task.Run(() =>
        {
            for (int n = 0; n < 1500; n++)
            {
                _ = new LocalBlobStore(_folder["objects"]);
            }
        })));
        await enough.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Equal([Path.GetFileName(living)], _folder.Files().Select(f => Path.GetFileName(f)).Where(f => f.StartsWith(".tmp-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ABatchThatIsOpenForLong_KeepsItsTemporaries()
    {
        LocalBlobStore blobs = new(_folder["objects"]);
        await using BlobBatch batch = await blobs.BeginBatchAsync();
        await batch.PutAsync(new byte[] { 1, 2, 3 });
        foreach (string file in _folder.Files().Where(f => f.Contains(".tmp-", StringComparison.Ordinal)))
        {
            File.SetLastWriteTimeUtc(_folder[file], TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromHours(5));
        }

        _ = new LocalBlobStore(_folder["objects"]);
        Assert.Equal(1, (await batch.CompleteAsync()).NewBlobs);
    }

    [Fact]
    public async Task AShelfThatWasRemoved_IsMadeAgainByTheNextProcess()
    {
        LocalBlobStore blobs = new(_folder["objects"]);
        Digest digest = (await blobs.PutAsync(new MemoryStream([9]))).Digest;
        Directory.Delete(blobs.Layout.Shelf(digest.Hex), recursive: true);
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await blobs.PutAsync(new MemoryStream([9])));
        Assert.Contains(blobs.Layout.Shelf(digest.Hex), error.Message, StringComparison.Ordinal);
        Assert.True((await new LocalBlobStore(_folder["objects"]).PutAsync(new MemoryStream([9]))).IsNew);
    }

    private string Temporary(string folder, string name, TimeSpan age)
    {
        string file = Path.GetFullPath(_folder["objects", folder, ".tmp-" + name]);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "x");
        File.SetLastWriteTimeUtc(file, TimeProvider.System.GetUtcNow().UtcDateTime - age);
        return file;
    }
}
