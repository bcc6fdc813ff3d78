using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Storage.Local.Tests;

public sealed class LocalBlobUpkeepTests : BlobUpkeepSpecification<LocalBlobUpkeep>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly LocalStorageOptions _options = new() { Durability = Durability.Relaxed };
    private readonly LocalBlobStore _blobs;
    private readonly Dictionary<Digest, (string File, int At)> _flipped = [];

    public LocalBlobUpkeepTests()
    {
        _blobs = new LocalBlobStore(_folder["objects"], _options, _time);
        Upkeep = new LocalBlobUpkeep(_blobs, _options, _time);
        Copy = new LocalBlobStore(_folder["copy"], _options, _time);
    }

    protected override IBlobStore Blobs => _blobs;

    protected override LocalBlobUpkeep Upkeep { get; }

    protected override IBlobStore Copy { get; }

    protected override TimeSpan Young => _options.Young;

    protected override TimeSpan Grace => _options.Grace;

    protected override LocalBlobUpkeep OpenAnother() => new(new LocalBlobStore(_folder["objects"], _options, _time), _options, _time);

    protected override void Pass(TimeSpan time) => _time.Advance(time);

    // The beginning of a blob lies as it is in a loose file, an entry of a pack, or a chunk.
    protected override void Flip(ReadOnlySpan<byte> content)
    {
        byte[] beginning = content[..Math.Min(content.Length, 64)].ToArray();
        if (_flipped.Remove(Digest.Of(beginning), out (string File, int At) place))
        {
            FlipAt(place.File, place.At);
            return;
        }

        foreach (string file in Directory.GetFiles(_folder["objects"], "*", SearchOption.AllDirectories))
        {
            if (File.ReadAllBytes(file).AsSpan().IndexOf(beginning) is var at and >= 0)
            {
                FlipAt(file, at);
                _flipped.Add(Digest.Of(beginning), (file, at));
                return;
            }
        }

        Assert.Fail("The bytes are nowhere in the store.");
    }

    protected override IReadOnlyList<string> Everything() =>
    [
        .. _folder.Files().Where(f => f.StartsWith("objects/", StringComparison.Ordinal))
            .Select(f => $"{f} {File.GetLastWriteTimeUtc(_folder[f]):O} {Digest.Of(File.ReadAllBytes(_folder[f]))}"),
    ];

    public void Dispose() => _folder.Dispose();

    private static void FlipAt(string file, int at)
    {
        UnixFileMode mode = OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(file);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, mode | UnixFileMode.UserWrite);
        }

        byte[] bytes = File.ReadAllBytes(file);
        bytes[at] ^= 8;
        DateTime changed = File.GetLastWriteTimeUtc(file);
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, changed);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, mode);
        }
    }

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
    public async Task Verify_NamesTheSourcesOfWhatIsMissing()
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
