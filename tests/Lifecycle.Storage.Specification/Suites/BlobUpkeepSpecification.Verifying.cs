#pragma warning disable CS1591 // the names of the tests are sentences
using System.Runtime.CompilerServices;
using Xunit;

namespace Lifecycle.Storage.Specification;

public abstract partial class BlobUpkeepSpecification<TUpkeep>
{
    private readonly Dictionary<Digest, byte[]> _contents = [];

    [Fact]
    public async Task Verify_FindsAnyFlip_AndNamesTheBlobAndWhoNeedsIt()
    {
        (Digest[] needed, _) = await FillAsync();
        Assert.True((await Upkeep.VerifyAsync()).IsSound);
        foreach (Digest digest in needed)
        {
            byte[] content = _contents[digest];
            Flip(content);
            VerificationReport report = await Upkeep.VerifyAsync();
            Assert.False(report.IsSound);
            DamagedBlob damaged = Assert.Single(report.Damaged);
            Assert.Contains(digest, damaged.Affected);
            Assert.Contains(damaged.NeededBy, n => n.ToString().Contains("holder", StringComparison.Ordinal));
            Assert.True(damaged.Expected is { } expected && (expected == digest || content.Length > 1 << 20), "the digest of the blob or of its part");
            await Assert.ThrowsAsync<BlobCorruptedException>(async () => await ReadAsync(digest));
            await Assert.ThrowsAsync<BlobCorruptedException>(async () => await ReadAsync(digest));
            Flip(content);
            Assert.True((await Upkeep.VerifyAsync()).IsSound);
        }
    }

    [Fact]
    public async Task Verify_NamesReferencesThatAreMissing()
    {
        (Digest[] needed, _) = await FillAsync();
        Digest never = Digest.Of("never put"u8);
        _holder.Digests.Add(never);
        await Blobs.DeleteAsync(needed[0]);
        VerificationReport report = await Upkeep.VerifyAsync();
        Assert.False(report.IsSound);
        Assert.Empty(report.Damaged);
        Assert.Equal(new[] { never, needed[0] }.Order(), report.Missing.Select(m => m.Digest));
        Assert.All(report.Missing, m => Assert.Equal("holder", m.Source));
    }

    [Fact]
    public async Task Verify_OfWhatIsReachable_LeavesGarbageOut()
    {
        (Digest[] needed, Digest[] garbage) = await FillAsync();
        Flip(_contents[garbage[0]]);
        Assert.True((await Upkeep.VerifyAsync(v => v.ReachableOnly())).IsSound);
        Assert.False((await Upkeep.VerifyAsync()).IsSound);
        Flip(_contents[needed[0]]);
        Assert.False((await Upkeep.VerifyAsync(v => v.ReachableOnly())).IsSound);
    }

    [Fact]
    public async Task Repair_TakesWhatIsBroken_FromACopy_AndNothingElse()
    {
        (Digest[] needed, Digest[] garbage) = await FillAsync();
        foreach (byte[] content in _contents.Values)
        {
            await Copy.PutAsync(new MemoryStream(content));
        }

        foreach (Digest digest in needed)
        {
            Flip(_contents[digest]);
        }

        RepairReport report = await Upkeep.RepairAsync(Copy);
        Assert.True(report.IsSound, string.Join('\n', report.After.Damaged.Select(d => d.ToString())));
        Assert.True(report.Restored.Count >= needed.Length);
        Assert.DoesNotContain(report.Restored, d => garbage.Contains(d));
        await AssertReadableAsync([.. needed, .. garbage]);
        Assert.True((await OpenAnotherRegistered().VerifyAsync()).IsSound);
        Assert.Empty((await Upkeep.RepairAsync(Copy)).Restored);
    }

    [Fact]
    public async Task Repair_FromACopyThatLacksIt_LeavesItAsItIs_AndMendsTheRest()
    {
        (Digest[] needed, _) = await FillAsync();
        await Copy.PutAsync(new MemoryStream(_contents[needed[1]]));
        Flip(_contents[needed[0]]);
        Flip(_contents[needed[1]]);
        RepairReport report = await Upkeep.RepairAsync(Copy);
        Assert.False(report.IsSound);
        Assert.Contains(report.After.Damaged, d => d.Affected.Contains(needed[0]));
        await Assert.ThrowsAsync<BlobCorruptedException>(async () => await ReadAsync(needed[0]));
        await AssertReadableAsync(needed[1..]);
        Flip(_contents[needed[0]]);
        await AssertReadableAsync(needed);
    }

    [Fact]
    public async Task ACancelledCall_TouchesNothing()
    {
        await FillAsync();
        Pass(Young + TimeSpan.FromMinutes(1));
        CollectionPlan plan = await Upkeep.PlanCollectionAsync();
        IReadOnlyList<string> before = Everything();
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Upkeep.PlanCollectionAsync(null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await plan.ApplyAsync(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Upkeep.UndoCollectionAsync(plan.Id, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Upkeep.VerifyAsync(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Upkeep.RepairAsync(Copy, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Upkeep.RegisterAsync(new Needs("late"), cancelled));
        Assert.Equal(before, Everything());
    }

    /// <summary>Blobs of every layout, half of them needed: put alone and in a batch, small and so big that a store may cut them.</summary>
    private async Task<(Digest[] Needed, Digest[] Garbage)> FillAsync()
    {
        await Upkeep.RegisterAsync(_holder);
        List<Digest> digests = [];
        foreach (int length in new[] { 300, 2 << 20 })
        {
            for (int i = 0; i < 2; i++)
            {
                digests.Add((await Blobs.PutAsync(new MemoryStream(Content(digests.Count, length)))).Digest);
            }

            await using BlobBatch batch = await Blobs.BeginBatchAsync();
            for (int i = 0; i < 2; i++)
            {
                digests.Add((await batch.PutAsync(new MemoryStream(Content(digests.Count, length)))).Digest);
            }

            Assert.Empty((await batch.CompleteAsync()).Missing);
        }

        Digest[] needed = [.. digests.Where((_, i) => i % 2 == 0)];
        _holder.Digests.AddRange(needed);
        return (needed, [.. digests.Where((_, i) => i % 2 == 1)]);
    }

    private byte[] Content(int number, int length)
    {
        byte[] bytes = new byte[length];
        new Random(number).NextBytes(bytes);
        _contents.Add(Digest.Of(bytes), bytes);
        return bytes;
    }

    private TUpkeep OpenAnotherRegistered()
    {
        TUpkeep other = OpenAnother();
        other.RegisterAsync(_holder).AsTask().GetAwaiter().GetResult();
        return other;
    }

    private async Task<CollectionReport> CollectAsync() => await (await Upkeep.PlanCollectionAsync()).ApplyAsync();

    private async Task<HashSet<Digest>> MissingAsync(IEnumerable<Digest> digests)
    {
        HashSet<Digest> missing = [];
        foreach (Digest digest in digests)
        {
            if (await Blobs.FindAsync(digest) is null)
            {
                missing.Add(digest);
            }
        }

        return missing;
    }

    private async Task AssertReadableAsync(IEnumerable<Digest> digests)
    {
        foreach (Digest digest in digests)
        {
            Assert.Equal(_contents[digest], await ReadAsync(digest));
        }
    }

    private async Task<byte[]> ReadAsync(Digest digest)
    {
        await using Stream content = await Blobs.OpenAsync(digest);
        using MemoryStream bytes = new();
        await content.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private sealed class Needs(string name) : IBlobReferenceSource
    {
        public string Name => name;

        public List<Digest> Digests { get; } = [];

        public Exception? Error { get; set; }

        public async IAsyncEnumerable<Digest> ReferencesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            foreach (Digest digest in Digests.ToArray())
            {
                yield return digest;
            }

            if (Error is not null)
            {
                throw Error;
            }
        }
    }
}
