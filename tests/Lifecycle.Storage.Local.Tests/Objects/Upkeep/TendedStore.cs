using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>A store with a clock of its own, its housekeeping, and one holder of references.</summary>
internal sealed class TendedStore : IDisposable
{
    public TendedStore(TimeSpan? grace = null)
    {
        Options = new LocalStorageOptions { Durability = Durability.Relaxed };
        Options.Grace = grace ?? Options.Grace;
        Store = new LocalBlobStore(Folder["objects"], Options, Time);
        Upkeep = new LocalBlobUpkeep(Store, Options, Time);
        Upkeep.RegisterAsync(Holder).AsTask().GetAwaiter().GetResult();
        Upkeep.Record = (record, _) =>
        {
            Audit.Add(record);
            return ValueTask.CompletedTask;
        };
    }

    public TemporaryFolder Folder { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));

    public LocalStorageOptions Options { get; }

    public LocalBlobStore Store { get; private set; }

    public LocalBlobUpkeep Upkeep { get; private set; }

    public Holder Holder { get; } = new();

    public List<AuditRecord> Audit { get; } = [];

    public TimeSpan Young => Options.Young;

    public TimeSpan Grace => Options.Grace;

    public static byte[] Content(int number, int length = 300)
    {
        byte[] bytes = new byte[length];
        new Random(number).NextBytes(bytes);
        return bytes;
    }

    public async Task<Digest> PutAsync(int number, int length = 300) => (await Store.PutAsync(new MemoryStream(Content(number, length)))).Digest;

    public async Task<Digest[]> BatchAsync(params (int Number, int Length)[] blobs)
    {
        await using BlobBatch batch = await Store.BeginBatchAsync();
        List<Digest> digests = [];
        foreach ((int number, int length) in blobs)
        {
            digests.Add((await batch.PutAsync(Content(number, length))).Digest);
        }

        await batch.CompleteAsync();
        return [.. digests];
    }

    public async Task<CollectionReport> CollectAsync() => await (await Upkeep.PlanCollectionAsync()).ApplyAsync();

    /// <summary>Collects until everything that nobody needs is past its youth and its grace.</summary>
    public async Task<CollectionReport> CollectThroughAsync()
    {
        Time.Advance(Young + TimeSpan.FromMinutes(1));
        await CollectAsync();
        Time.Advance(Grace);
        return await CollectAsync();
    }

    public async Task<bool> HoldsAsync(Digest digest) => await Store.FindAsync(digest) is not null;

    public async Task<byte[]> ReadAsync(Digest digest)
    {
        await using Stream content = await Store.OpenAsync(digest);
        using MemoryStream bytes = new();
        await content.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    public async Task AssertSoundAsync()
    {
        VerificationReport report = await Upkeep.VerifyAsync();
        Assert.Empty(report.Damaged);
        Assert.Empty(report.Missing);
    }

    public void Dispose() => Folder.Dispose();
}
