#pragma warning disable CS1591 // the names of the tests are sentences
using Xunit;

namespace Lifecycle.Storage.Specification;

/// <content>Groups of puts.</content>
public abstract partial class BlobStoreSpecification<TStore>
{
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Batch_BecomesVisibleWhenItIsComplete(int count)
    {
        TStore other = OpenAnother();
        await using BlobBatch batch = await Blobs.BeginBatchAsync();
        List<StoredBlob> put = [];
        for (int i = 1; i <= count; i++)
        {
            put.Add(await batch.PutAsync(Bytes(i)));
        }

        Assert.All(put, p => Assert.True(p.IsNew));
        Assert.Empty(await ListAsync(other));
        BlobReceipt receipt = await batch.CompleteAsync();
        long bytes = Enumerable.Range(1, count).Sum(i => (long)i);
        Assert.Equal((count, count, bytes, bytes), (receipt.Blobs, receipt.NewBlobs, receipt.Bytes, receipt.StoredBytes));
        Assert.Empty(receipt.Missing);
        Assert.Equal(put.Select(p => p with { IsNew = false }).OrderBy(p => p.Digest), await ListAsync(other));
        Assert.Equal(Bytes(count), await ReadAsync(other, put[^1].Digest));
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task Batch_OfBigAndSmall_GivesAllBytes()
    {
        await using BlobBatch batch = await Blobs.BeginBatchAsync();
        List<(int Length, Digest Digest)> put = [];
        foreach (int length in new[] { 0, 10, Mebibyte, (2 * Mebibyte) + 3 })
        {
            put.Add((length, (await batch.PutAsync(new MemoryStream(Bytes(length)))).Digest));
        }

        await batch.CompleteAsync();
        foreach ((int length, Digest digest) in put)
        {
            Assert.Equal(Bytes(length), await ReadAsync(Blobs, digest));
        }
    }

    [Fact]
    public async Task Batch_ThatIsNotCompleted_LeavesNothing()
    {
        await using (BlobBatch batch = await Blobs.BeginBatchAsync())
        {
            await batch.PutAsync(Bytes(10));
            await batch.PutAsync(new MemoryStream(Bytes(Mebibyte + 1)));
        }

        Assert.Empty(await ListAsync(Blobs));
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task Batch_KnowsWhatIsThereAndWhatItHasAlready()
    {
        await Blobs.PutAsync(new MemoryStream(Bytes(10)));
        await using BlobBatch batch = await Blobs.BeginBatchAsync();
        Assert.False((await batch.PutAsync(Bytes(10))).IsNew);
        Assert.True((await batch.PutAsync(Bytes(11))).IsNew);
        Assert.False((await batch.PutAsync(Bytes(11))).IsNew);
        BlobReceipt receipt = await batch.CompleteAsync();
        Assert.Equal((3, 1, 32L, 11L), (receipt.Blobs, receipt.NewBlobs, receipt.Bytes, receipt.StoredBytes));
    }

    [Fact]
    public async Task Batch_NamesWhatVanishedMeanwhile()
    {
        StoredBlob there = await Blobs.PutAsync(new MemoryStream(Bytes(10)));
        await using BlobBatch batch = await Blobs.BeginBatchAsync();
        await batch.PutAsync(Bytes(10));
        await batch.PutAsync(Bytes(11));
        await Blobs.DeleteAsync(there.Digest);
        BlobReceipt receipt = await batch.CompleteAsync();
        Assert.Equal([there.Digest], receipt.Missing);
        Assert.Equal(11, await Blobs.FindAsync(Digest.Of(Bytes(11))));
    }

    [Fact]
    public async Task Batch_GoesOnAfterAPutThatFailed()
    {
        await using BlobBatch batch = await Blobs.BeginBatchAsync();
        await batch.PutAsync(Bytes(10));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () =>
            await batch.PutAsync(new HalfStream(new MemoryStream(Bytes(2 * Mebibyte)), new InvalidTimeZoneException())));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await batch.PutAsync(new MemoryStream(Bytes(12)), new CancellationToken(canceled: true)));
        BlobReceipt receipt = await batch.CompleteAsync();
        Assert.Equal(1, receipt.Blobs);
        Assert.Single(await ListAsync(Blobs));
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task Batch_CancelledAtItsEnd_LeavesNothing()
    {
        await using (BlobBatch batch = await Blobs.BeginBatchAsync())
        {
            await batch.PutAsync(Bytes(10));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await batch.CompleteAsync(new CancellationToken(canceled: true)));
        }

        Assert.Empty(await ListAsync(Blobs));
        Assert.Empty(Leftovers());
    }

    [Fact]
    public async Task Batch_ThatIsComplete_TakesNothingMore()
    {
        await using BlobBatch batch = await Blobs.BeginBatchAsync();
        await batch.CompleteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await batch.PutAsync(Bytes(10)));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await batch.CompleteAsync());
        await batch.DisposeAsync();
        Assert.Empty(Leftovers());
    }
}
