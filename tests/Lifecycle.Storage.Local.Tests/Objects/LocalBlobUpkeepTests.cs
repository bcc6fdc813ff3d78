using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

public sealed class LocalBlobUpkeepTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalBlobStore _blobs;

    public LocalBlobUpkeepTests() => _blobs = new LocalBlobStore(_folder["objects"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Register_EntersANameOnce()
    {
        LocalBlobUpkeep upkeep = new(_blobs);
        Assert.Empty(await upkeep.SourcesAsync());
        await upkeep.RegisterAsync(new Source("tracking"));
        await upkeep.RegisterAsync(new Source("datasets"));
        await new LocalBlobUpkeep(_blobs).RegisterAsync(new Source("tracking"));
        Assert.Equal(["tracking", "datasets"], await upkeep.SourcesAsync());
        Assert.Equal("tracking\ndatasets\n", await File.ReadAllTextAsync(_folder["objects", "sources"]));
    }

    [Fact]
    public async Task Register_ByManyAtOnce_LosesNobody()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () => await new LocalBlobUpkeep(_blobs).RegisterAsync(new Source($"s{i:00}")))));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"s{i:00}"), (await new LocalBlobUpkeep(_blobs).SourcesAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Register_RefusesWhatIsNoName()
    {
        LocalBlobUpkeep upkeep = new(_blobs);
        await Assert.ThrowsAsync<InvalidNameException>(async () => await upkeep.RegisterAsync(new Source("a\nb")));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await upkeep.RegisterAsync(new Source("a"), new CancellationToken(canceled: true)));
        Assert.Empty(await upkeep.SourcesAsync());
    }

    [Fact]
    public async Task Verify_NamesReferencesThatAreMissing()
    {
        LocalBlobUpkeep upkeep = new(_blobs);
        Digest there = (await _blobs.PutAsync(new MemoryStream([1, 2, 3]))).Digest;
        Digest gone = Digest.Of([4]), never = Digest.Of([5]);
        await upkeep.RegisterAsync(new Source("tracking", there, gone, gone));
        await upkeep.RegisterAsync(new Source("datasets", never));
        VerificationReport report = await upkeep.VerifyAsync();
        Assert.Equal((1L, 3L, false), (report.Blobs, report.Bytes, report.IsSound));
        Assert.Empty(report.Damaged);
        Assert.Equal([(never, "datasets"), (gone, "tracking")], report.Missing.Select(m => (m.Digest, m.Source)));
        Assert.Equal([new BlobHolder(gone, "source", "tracking")], report.Missing[1].NeededBy);
    }

    [Fact]
    public async Task Verify_NamesWhatDoesNotBelong()
    {
        Digest digest = (await _blobs.PutAsync(new MemoryStream([1]))).Digest;
        string shelf = digest.Hex[..2];
        string[] strays =
        [
            "notes.txt",
            "sha256/readme",
            "sha256/zz/" + digest.Hex[2..],
            $"sha256/{shelf}/short",
            $"sha256/{shelf}/{digest.Hex[2..].ToUpperInvariant()}",
            $"sha256/{shelf}/{new string('0', 62)}.sum",
            $"sha256/{shelf}/folder/x",
        ];
        foreach (string stray in strays)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder["objects", stray])!);
            await File.WriteAllTextAsync(_folder["objects", stray], "x");
        }

        await File.WriteAllTextAsync(_folder["objects", "sha256", ".tmp-00"], "a write under way");
        VerificationReport report = await new LocalBlobUpkeep(_blobs).VerifyAsync();
        string[] expected = ["notes.txt", "sha256/readme", "sha256/zz", strays[3], strays[4], strays[5], $"sha256/{shelf}/folder"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), report.Damaged.Select(d => d.File).Order(StringComparer.Ordinal));
        Assert.All(report.Damaged, d => Assert.Null(d.Expected));
    }

    [Fact]
    public async Task Verify_NamesABlobUnderAWrongName()
    {
        Digest digest = (await _blobs.PutAsync(new MemoryStream([1]))).Digest;
        Digest other = Digest.Of([2]);
        Directory.CreateDirectory(_blobs.Layout.Shelf(other.Hex));
        File.Move(_blobs.Layout.FileOf(digest), _blobs.Layout.FileOf(other));
        DamagedBlob damaged = Assert.Single((await new LocalBlobUpkeep(_blobs).VerifyAsync()).Damaged);
        Assert.Equal((other, digest), (damaged.Expected, damaged.Actual));
    }

    [Fact]
    public async Task Verify_ListensToItsToken()
    {
        await _blobs.PutAsync(new MemoryStream([1]));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await new LocalBlobUpkeep(_blobs).VerifyAsync(new CancellationToken(canceled: true)));
    }

    private sealed class Source(string name, params Digest[] digests) : IBlobReferenceSource
    {
        public string Name => name;

        public IAsyncEnumerable<Digest> ReferencesAsync(CancellationToken cancellationToken = default) => digests.ToAsyncEnumerable();
    }
}
