#pragma warning disable CS1591 // the names of the tests are sentences
using System.Security.Cryptography;
using Xunit;

namespace Lifecycle.Storage.Specification;

/// <summary>What every <see cref="IBlobStore"/> must hold.</summary>
/// <typeparam name="TStore">The store under test.</typeparam>
public abstract partial class BlobStoreSpecification<TStore>
    where TStore : IBlobStore
{
    /// <summary>A mebibyte, near which stores change how they lay blobs out.</summary>
    protected const int Mebibyte = BlobStoreCases.Mebibyte;

    /// <summary>A store that was empty when the test began.</summary>
    protected abstract TStore Blobs { get; }

    /// <summary>Another store over the same content, as another process would open it.</summary>
    protected abstract TStore OpenAnother();

    /// <summary>Names of what lies in the backend and is no finished blob: temporaries, parts of uploads. Empty when nothing was left behind.</summary>
    protected abstract IReadOnlyList<string> Leftovers();

    [Theory, MemberData(nameof(BlobStoreCases.Lengths), MemberType = typeof(BlobStoreCases))]
    public async Task Put_ThenOpen_GivesTheSameBytes(int length)
    {
        byte[] bytes = Bytes(length);
        StoredBlob stored = await Blobs.PutAsync(new MemoryStream(bytes));
        Assert.Equal(new StoredBlob(new Digest(SHA256.HashData(bytes)), length, IsNew: true), stored);
        Assert.Equal(bytes, await ReadAsync(Blobs, stored.Digest));
        Assert.Equal(bytes, await ReadAsync(OpenAnother(), stored.Digest));
        Assert.Equal(length, await Blobs.FindAsync(stored.Digest));
        Assert.Empty(Leftovers());
    }

    [Theory, MemberData(nameof(BlobStoreCases.Lengths), MemberType = typeof(BlobStoreCases))]
    public async Task Put_OfBytesThatAreThere_IsTheSameObject(int length)
    {
        byte[] bytes = Bytes(length);
        StoredBlob first = await Blobs.PutAsync(new MemoryStream(bytes));
        StoredBlob second = await OpenAnother().PutAsync(new MemoryStream(bytes));
        Assert.Equal(first with { IsNew = false }, second);
        Assert.Single(await ListAsync(Blobs));
        Assert.Empty(Leftovers());
    }

    [Theory, MemberData(nameof(BlobStoreCases.Lengths), MemberType = typeof(BlobStoreCases))]
    public async Task Put_OfAStreamThatDribbles_TakesAllOfIt(int length)
    {
        byte[] bytes = Bytes(length);
        await using DribblingStream content = new(bytes, 70_001);
        StoredBlob stored = await Blobs.PutAsync(content);
        Assert.Equal(bytes, await ReadAsync(Blobs, stored.Digest));
        Assert.False(content.IsDisposed);
    }

    [Fact]
    public async Task Put_BeginsAtThePositionOfTheStream()
    {
        MemoryStream content = new(Bytes(100)) { Position = 60 };
        StoredBlob stored = await Blobs.PutAsync(content);
        Assert.Equal(Bytes(100)[60..], await ReadAsync(Blobs, stored.Digest));
        Assert.Equal(100, content.Position);
    }

    [Theory]
    [InlineData(10, 5)]
    [InlineData(10, 500)]
    [InlineData((2 * Mebibyte) + 1, 10)]
    [InlineData((2 * Mebibyte) + 1, 5 * Mebibyte)]
    public async Task Put_WithAWrongExpectedLength_TakesWhatComes(int length, long expected)
    {
        byte[] bytes = Bytes(length);
        StoredBlob stored = await Blobs.PutAsync(new MemoryStream(bytes), new BlobPutOptions { ExpectedLength = expected });
        Assert.Equal(length, stored.Length);
        Assert.Equal(bytes, await ReadAsync(Blobs, stored.Digest));
    }

    [Fact]
    public async Task Put_WithANegativeExpectedLength_IsRefused() => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
        await Blobs.PutAsync(new MemoryStream([1]), new BlobPutOptions { ExpectedLength = -1 }));

    [Theory]
    [InlineData(10)]
    [InlineData((2 * Mebibyte) + 1)]
    public async Task Put_WholeLayout_GivesTheSameBytes(int length)
    {
        StoredBlob stored = await Blobs.PutAsync(new MemoryStream(Bytes(length)), new BlobPutOptions { Layout = BlobLayout.Whole });
        Assert.Equal(Bytes(length), await ReadAsync(Blobs, stored.Digest));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData((3 * Mebibyte) + 5)]
    public async Task Put_OfASourceThatFails_PassesItsErrorOn_AndLeavesNothing(int length)
    {
        InvalidTimeZoneException error = new("the source");
        InvalidTimeZoneException thrown = await Assert.ThrowsAsync<InvalidTimeZoneException>(async () =>
            await Blobs.PutAsync(new HalfStream(new MemoryStream(Bytes(length)), error)));
        Assert.Same(error, thrown);
        Assert.Empty(await ListAsync(Blobs));
        Assert.Empty(Leftovers());
    }

    [Theory]
    [InlineData(1000)]
    [InlineData((3 * Mebibyte) + 5)]
    public async Task Put_CancelledAtAnyRead_LeavesNothing(int length)
    {
        for (int at = 0; at <= 4; at++)
        {
            using CancellationTokenSource cancel = new();
            await using DribblingStream content = new(Bytes(length), (length / 4) + 1) { BeforeRead = n => CancelAt(n, at, cancel) };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Blobs.PutAsync(content, null, cancel.Token));
            Assert.Empty(await ListAsync(Blobs));
            Assert.Empty(Leftovers());
        }
    }

    [Fact]
    public async Task Put_WithACancelledToken_ReadsNothing()
    {
        MemoryStream content = new(Bytes(10));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Blobs.PutAsync(content, null, new CancellationToken(canceled: true)));
        Assert.Equal(0, content.Position);
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task Put_IsInvisibleUntilItIsWhole()
    {
        byte[] bytes = Bytes((2 * Mebibyte) + 7);
        Digest digest = Digest.Of(bytes);
        List<long?> seen = [];
        TStore other = OpenAnother();
        await using DribblingStream content = new(bytes, Mebibyte / 2) { BeforeRead = _ => seen.Add(other.FindAsync(digest).AsTask().GetAwaiter().GetResult()) };
        await Blobs.PutAsync(content);
        Assert.True(seen.Count > 3);
        Assert.All(seen, length => Assert.Null(length));
        Assert.Equal(bytes.Length, await other.FindAsync(digest));
    }

    [Fact]
    public async Task Put_OfTheSameBytesByManyAtOnce_IsOneObject()
    {
        byte[] bytes = Bytes(Mebibyte + 3);
        TStore[] stores = [Blobs, OpenAnother(), OpenAnother()];
        StoredBlob[] stored = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(async () => await stores[i % 3].PutAsync(new MemoryStream(bytes)))));
        Assert.Single(stored, s => s.IsNew);
        Assert.Single(stored.Select(s => s.Digest).Distinct());
        Assert.Single(await ListAsync(Blobs));
        Assert.Equal(bytes, await ReadAsync(Blobs, stored[0].Digest));
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task List_GivesAllBlobsInTheOrderOfTheirDigests()
    {
        List<StoredBlob> put = [];
        for (int i = 0; i < 40; i++)
        {
            put.Add(await Blobs.PutAsync(new MemoryStream(Bytes(i))));
        }

        Assert.Equal(put.Select(p => p with { IsNew = false }).OrderBy(p => p.Digest), await ListAsync(OpenAnother()));
    }

    [Fact]
    public async Task Keep_TellsWhatIsMissing()
    {
        StoredBlob there = await Blobs.PutAsync(new MemoryStream(Bytes(5)));
        Digest missing = Digest.Of(Bytes(6));
        Assert.Equal([missing], await Blobs.KeepAsync([there.Digest, missing]));
        Assert.Empty(await Blobs.KeepAsync([there.Digest]));
        Assert.Empty(await Blobs.KeepAsync([]));
    }

    [Theory, MemberData(nameof(BlobStoreCases.Lengths), MemberType = typeof(BlobStoreCases))]
    public async Task Delete_RemovesTheBlob(int length)
    {
        StoredBlob stored = await Blobs.PutAsync(new MemoryStream(Bytes(length)));
        Assert.True(await Blobs.DeleteAsync(stored.Digest));
        Assert.False(await Blobs.DeleteAsync(stored.Digest));
        Assert.Null(await Blobs.FindAsync(stored.Digest));
        Assert.Empty(await ListAsync(Blobs));
        Assert.Empty(Leftovers());
        Assert.True((await Blobs.PutAsync(new MemoryStream(Bytes(length)))).IsNew);
        Assert.Equal(Bytes(length), await ReadAsync(Blobs, stored.Digest));
    }

    /// <summary>Bytes that differ for each length and repeat only after 251 of them.</summary>
    protected static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)(((i % 251) * 7) + (i / 251) + length);
        }

        return bytes;
    }

    /// <summary>All bytes of a blob.</summary>
    protected static async Task<byte[]> ReadAsync(IBlobStore store, Digest digest, BlobOpenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        await using Stream content = await store.OpenAsync(digest, options);
        MemoryStream bytes = new();
        await content.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    /// <summary>All blobs of a store.</summary>
    protected static async Task<List<StoredBlob>> ListAsync(IBlobStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return await store.ListAsync().ToListAsync();
    }

    private static void CancelAt(int read, int at, CancellationTokenSource cancel)
    {
        if (read == at)
        {
            cancel.Cancel();
        }
    }
}
