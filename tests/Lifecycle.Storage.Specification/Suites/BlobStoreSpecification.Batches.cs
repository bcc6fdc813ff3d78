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

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(Mebibyte)]
    [InlineData((3 * Mebibyte) + 5)]
    public async Task Batch_GivesRangesAndPositions(int length)
    {
        byte[] bytes = Bytes(length);
        StoredBlob stored;
        await using (BlobBatch batch = await Blobs.BeginBatchAsync())
        {
            stored = await batch.PutAsync(new DribblingStream(bytes, 70_001));
            await batch.CompleteAsync();
        }

        Random random = new(length);
        await using Stream all = await OpenAnother().OpenAsync(stored.Digest);
        Assert.Equal(length, all.Length);
        foreach (long offset in new long[] { 0, 1, Mebibyte - 1, Mebibyte, (2 * Mebibyte) + 3, length, length + 10, random.Next(length + 1), random.Next(length + 1) })
        {
            foreach (long count in new long[] { 0, 1, 100, Mebibyte + 2, long.MaxValue })
            {
                int from = (int)Math.Min(offset, length);
                byte[] expected = bytes[from..(int)Math.Min(length, from + Math.Min(count, int.MaxValue / 2))];
                foreach (bool verify in new[] { true, false })
                {
                    Assert.Equal(expected, await ReadAsync(Blobs, stored.Digest, new BlobOpenOptions { Range = new BlobRange(offset, count), Verify = verify }));
                }

                all.Position = offset;
                byte[] some = new byte[Math.Min(expected.Length, 1000)];
                Assert.Equal(some.Length, await all.ReadAtLeastAsync(some, some.Length, throwOnEndOfStream: false));
                Assert.Equal(expected[..some.Length], some);
            }
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData((2 * Mebibyte) + 1)]
    public async Task Batch_WholeLayout_GivesTheSameBytes(int length)
    {
        await using BlobBatch batch = await Blobs.BeginBatchAsync();
        StoredBlob first = await batch.PutAsync(new MemoryStream(Bytes(length)), new BlobPutOptions { Layout = BlobLayout.Whole, ExpectedLength = length });
        StoredBlob second = await batch.PutAsync(new MemoryStream(Bytes(length)));
        Assert.Equal((true, false), (first.IsNew, second.IsNew));
        BlobReceipt receipt = await batch.CompleteAsync();
        Assert.Equal((2, 1, 2L * length, (long)length), (receipt.Blobs, receipt.NewBlobs, receipt.Bytes, receipt.StoredBytes));
        Assert.Equal(Bytes(length), await ReadAsync(OpenAnother(), first.Digest));
        Assert.Empty(Leftovers());
    }

    [Theory, MemberData(nameof(BlobStoreCases.Lengths), MemberType = typeof(BlobStoreCases))]
    public async Task Batch_OfWhatABatchPut_StoresNothing(int length)
    {
        StoredBlob first = default;
        for (int round = 0; round < 2; round++)
        {
            await using BlobBatch batch = await (round == 0 ? Blobs : OpenAnother()).BeginBatchAsync();
            StoredBlob stored = await batch.PutAsync(new MemoryStream(Bytes(length)));
            BlobReceipt receipt = await batch.CompleteAsync();
            Assert.Equal(round == 0, stored.IsNew);
            Assert.Equal(1 - round, receipt.NewBlobs);
            Assert.True(round == 0 || receipt.StoredBytes == 0);
            Assert.Empty(receipt.Missing);
            first = stored with { IsNew = false };
        }

        Assert.Equal([first], (await ListAsync(Blobs)).Where(b => !b.IsPart));
        Assert.Equal(first, (await Blobs.PutAsync(new MemoryStream(Bytes(length)))) with { IsNew = false });
        Assert.Empty(await Blobs.KeepAsync([first.Digest]));
        Assert.Equal(length, await Blobs.FindAsync(first.Digest));
        Assert.Empty(Leftovers());
    }

    [Theory, MemberData(nameof(BlobStoreCases.Lengths), MemberType = typeof(BlobStoreCases))]
    public async Task Batch_OfWhatAPutStored_StoresNothing(int length)
    {
        StoredBlob first = await Blobs.PutAsync(new MemoryStream(Bytes(length)));
        await using BlobBatch batch = await Blobs.BeginBatchAsync();
        Assert.Equal(first with { IsNew = false }, await batch.PutAsync(new MemoryStream(Bytes(length))));
        BlobReceipt receipt = await batch.CompleteAsync();
        Assert.Equal((0, 0L), (receipt.NewBlobs, receipt.StoredBytes));
        Assert.Equal([first with { IsNew = false }], await ListAsync(OpenAnother()));
    }

    [Theory]
    [InlineData(LinkKind.Copy)]
    [InlineData(LinkKind.Reflink)]
    [InlineData(LinkKind.Hardlink)]
    public async Task Batch_IsPlaced(LinkKind link)
    {
        using TemporaryFolder folder = new();
        await using BlobBatch batch = await Blobs.BeginBatchAsync();
        foreach (int length in new[] { 0, 10, (2 * Mebibyte) + 1 })
        {
            await batch.PutAsync(Bytes(length));
        }

        await batch.CompleteAsync();
        for (int round = 0; round < 2; round++)
        {
            foreach (int length in new[] { 0, 10, (2 * Mebibyte) + 1 })
            {
                string file = folder[$"{round}-{length}"];
                LinkKind done = await Blobs.PlaceAsync(Digest.Of(Bytes(length)), file, link);
                Assert.True(done == link || done == LinkKind.Copy);
                Assert.Equal(Bytes(length), await File.ReadAllBytesAsync(file));
                if (done != LinkKind.Hardlink)
                {
                    await File.WriteAllTextAsync(file, "mine");
                }

                Assert.Equal(Bytes(length), await ReadAsync(Blobs, Digest.Of(Bytes(length))));
            }
        }

        Assert.Equal(6, folder.Files().Count);
        Assert.Empty(Leftovers());
    }

    [Theory, MemberData(nameof(BlobStoreCases.Lengths), MemberType = typeof(BlobStoreCases))]
    public async Task Delete_RemovesABlobOfABatch_AndNoOther(int length)
    {
        await using (BlobBatch batch = await Blobs.BeginBatchAsync())
        {
            await batch.PutAsync(Bytes(length));
            await batch.PutAsync(Bytes(77));
            await batch.CompleteAsync();
        }

        Digest digest = Digest.Of(Bytes(length));
        TStore other = OpenAnother();
        Assert.Equal(length, await other.FindAsync(digest));
        Assert.True(await Blobs.DeleteAsync(digest));
        Assert.False(await Blobs.DeleteAsync(digest));
        foreach (TStore store in new[] { Blobs, other, OpenAnother() })
        {
            Assert.Null(await store.FindAsync(digest));
            await Assert.ThrowsAsync<BlobNotFoundException>(async () => await store.OpenAsync(digest));
            Assert.Equal([digest], await store.KeepAsync([digest]));
            Assert.Equal(Bytes(77), await ReadAsync(store, Digest.Of(Bytes(77))));
        }

        await using (BlobBatch batch = await other.BeginBatchAsync())
        {
            Assert.True((await batch.PutAsync(Bytes(length))).IsNew);
            await batch.CompleteAsync();
        }

        Assert.Equal(Bytes(length), await ReadAsync(Blobs, digest));
        Assert.Empty(Leftovers());
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
    public async Task Batch_NamesWhatVanishedFromABatchMeanwhile()
    {
        int[] lengths = [10, (2 * Mebibyte) + 9];
        await using (BlobBatch first = await Blobs.BeginBatchAsync())
        {
            await first.PutAsync(Bytes(lengths[0]));
            await first.PutAsync(Bytes(lengths[1]));
            await first.CompleteAsync();
        }

        await using BlobBatch batch = await Blobs.BeginBatchAsync();
        foreach (int length in lengths)
        {
            Assert.False((await batch.PutAsync(Bytes(length))).IsNew);
        }

        TStore other = OpenAnother();
        foreach (int length in lengths)
        {
            Assert.True(await other.DeleteAsync(Digest.Of(Bytes(length))));
        }

        Assert.Equal(lengths.Select(l => Digest.Of(Bytes(l))).Order(), (await batch.CompleteAsync()).Missing);
        Assert.DoesNotContain(await ListAsync(Blobs), b => !b.IsPart);
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
