#pragma warning disable CS1591 // the names of the tests are sentences
using Xunit;

namespace Lifecycle.Storage.Specification;

/// <content>Opening, ranges and placing.</content>
public abstract partial class BlobStoreSpecification<TStore>
{
    [Theory, MemberData(nameof(BlobStoreCases.Ranges), MemberType = typeof(BlobStoreCases))]
    public async Task Open_OfARange_GivesThatPart(int length, long offset, long count)
    {
        byte[] bytes = Bytes(length);
        StoredBlob stored = await Blobs.PutAsync(new MemoryStream(bytes));
        byte[] expected = [.. bytes.Skip((int)Math.Min(offset, length)).Take((int)Math.Min(count, int.MaxValue))];
        foreach (bool verify in new[] { true, false })
        {
            BlobOpenOptions options = new() { Range = new BlobRange(offset, count), Verify = verify };
            await using Stream content = await Blobs.OpenAsync(stored.Digest, options);
            Assert.Equal(expected.Length, content.Length);
            Assert.Equal(expected, await ReadAsync(Blobs, stored.Digest, options));
        }
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    public async Task Open_OfANegativeRange_IsRefused(long offset, long count)
    {
        StoredBlob stored = await Blobs.PutAsync(new MemoryStream(Bytes(10)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await Blobs.OpenAsync(stored.Digest, new BlobOpenOptions { Range = new BlobRange(offset, count) }));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData((3 * Mebibyte) + 5)]
    public async Task Open_GivesASeekableStream(int length)
    {
        byte[] bytes = Bytes(length);
        StoredBlob stored = await Blobs.PutAsync(new MemoryStream(bytes));
        await using Stream content = await Blobs.OpenAsync(stored.Digest);
        Assert.True(content.CanSeek);
        Assert.True(content.CanRead);
        Assert.False(content.CanWrite);
        Assert.Equal(length, content.Length);
        byte[] buffer = new byte[50];
        foreach (int position in new[] { length - 50, 0, length / 2, length / 3, length - 50, 0 })
        {
            content.Position = position;
            await content.ReadExactlyAsync(buffer);
            Assert.Equal(bytes[position..(position + 50)], buffer);
            Assert.Equal(position + 50, content.Position);
        }

        content.Seek(-10, SeekOrigin.End);
        Assert.Equal(10, content.ReadAtLeast(buffer, 50, throwOnEndOfStream: false));
        Assert.Equal(bytes[^10..], buffer[..10]);
        Assert.Equal(0, content.Read(buffer, 0, 50));
    }

    [Fact]
    public async Task Open_OfAnUnknownBlob_SaysSo()
    {
        Digest unknown = Digest.Of([1, 2, 3]);
        BlobNotFoundException error = await Assert.ThrowsAsync<BlobNotFoundException>(async () => await Blobs.OpenAsync(unknown));
        Assert.Equal(unknown, error.Digest);
        Assert.Null(await Blobs.FindAsync(unknown));
    }

    [Fact]
    public async Task Open_ByManyAtOnce_GivesEverybodyTheBytes()
    {
        byte[] bytes = Bytes((2 * Mebibyte) + 9);
        StoredBlob stored = await Blobs.PutAsync(new MemoryStream(bytes));
        byte[][] read = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ReadAsync(Blobs, stored.Digest))));
        Assert.All(read, r => Assert.Equal(bytes, r));
    }

    [Theory]
    [InlineData(LinkKind.Copy, 10)]
    [InlineData(LinkKind.Reflink, 10)]
    [InlineData(LinkKind.Hardlink, 10)]
    [InlineData(LinkKind.Copy, (2 * Mebibyte) + 1)]
    [InlineData(LinkKind.Reflink, (2 * Mebibyte) + 1)]
    [InlineData(LinkKind.Hardlink, (2 * Mebibyte) + 1)]
    public async Task Place_MakesAFile(LinkKind link, int length)
    {
        using TemporaryFolder folder = new();
        StoredBlob stored = await Blobs.PutAsync(new MemoryStream(Bytes(length)));
        LinkKind done = await Blobs.PlaceAsync(stored.Digest, folder["placed.bin"], link);
        Assert.True(done == link || done == LinkKind.Copy);
        Assert.Equal(Bytes(length), await File.ReadAllBytesAsync(folder["placed.bin"]));
        Assert.Equal(["placed.bin"], folder.Files());
        if (done == LinkKind.Copy)
        {
            await File.WriteAllTextAsync(folder["placed.bin"], "mine");
        }

        Assert.Equal(Bytes(length), await ReadAsync(Blobs, stored.Digest));
    }

    [Theory]
    [InlineData(LinkKind.Copy)]
    [InlineData(LinkKind.Hardlink)]
    public async Task Place_NeverWritesOverAFile(LinkKind link)
    {
        using TemporaryFolder folder = new();
        StoredBlob stored = await Blobs.PutAsync(new MemoryStream(Bytes(10)));
        await File.WriteAllTextAsync(folder["mine"], "mine");
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await Blobs.PlaceAsync(stored.Digest, folder["mine"], link));
        Assert.Contains(folder["mine"], error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(folder["mine"]));
        Assert.Equal(["mine"], folder.Files());
    }

    [Fact]
    public async Task Place_ThatCannotBeDone_LeavesNoFile()
    {
        using TemporaryFolder folder = new();
        StoredBlob stored = await Blobs.PutAsync(new MemoryStream(Bytes(10)));
        await Assert.ThrowsAsync<BlobNotFoundException>(async () => await Blobs.PlaceAsync(Digest.Of(Bytes(11)), folder["a"]));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Blobs.PlaceAsync(stored.Digest, folder["a"], LinkKind.Copy, new CancellationToken(canceled: true)));
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await Blobs.PlaceAsync(stored.Digest, folder["not", "there"]));
        Assert.Contains(folder["not"], error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files());
    }
}
