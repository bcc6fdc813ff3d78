using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

public sealed class ArtifactTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string?> HostilePaths => new(
        null, "", ".", "..", "../x", "a/../b", "a/..", "./a", "a/.", "/etc/passwd", "//proc/self/root", "a//b", "a/", "..\\x", "a\\b", "C:", "c:/x", "C:\\x",
        "%2e%2e/x", "a%2Fb", "%252e%252e", "a#b", "a?b", "a;b", "a\0b", "a\nb", "a\u007fb", "a\u0085b", "\ud800", "a\udc00", new string('a', 256), "a/" + new string('b', 256),
        string.Join('/', Enumerable.Repeat("abc", 300)), new string('\u00e4', 128), "%00");

    [Theory]
    [MemberData(nameof(HostilePaths))]
    public async Task HostilePaths_AllRefused_AndTheStoreIsNotAsked(string? path)
    {
        FaultPlan plan = FaultPlan.FailAt(1, "blobs.put");
        await using TrackingWorkspace workspace = TrackingWorkspace.New(faults: plan);
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        await Assert.ThrowsAsync<InvalidArtifactPathException>(async () => await run.LogArtifactAsync(path!, "x"u8.ToArray(), Token));
        if (path is not null)
        {
            await Assert.ThrowsAsync<InvalidArtifactPathException>(async () => await run.LogModelAsync("m", TrackingWorkspace.Files(("good", "x"), (path, "x")), Token));
            await Assert.ThrowsAsync<InvalidArtifactPathException>(async () => await run.Artifacts.OpenAsync(path, null, Token));
            Assert.False(ArtifactPath.TryParse(path, out _));
        }

        Assert.Equal(0, plan.Operations);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("plots/roc.svg")]
    [InlineData("a b/\u00e4\u00f6.txt")]
    [InlineData("...")]
    [InlineData("100%/x%zz")]
    [InlineData("CON")]
    [InlineData("\ud83d\ude00/x")]
    public void GoodPaths_AreTaken(string path) => Assert.Equal(path, ArtifactPath.Parse(path).Value);

    [Fact]
    public async Task Artifacts_AreListed_Read_AndReplaced()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        await run.LogArtifactAsync("plots/roc.svg", "one"u8.ToArray(), Token);
        await run.LogArtifactAsync("plots.txt", "two"u8.ToArray(), Token);
        ArtifactEntry replaced = await run.LogArtifactAsync("plots/roc.svg", "three"u8.ToArray(), Token);
        Assert.Equal(["plots.txt", "plots/roc.svg"], (await run.Artifacts.ListAsync(null, Token)).Select(a => a.Path));
        Assert.Equal(replaced.Digest, Assert.Single(await workspace.Experiments.ArtifactsOf(run.Id).ListAsync("plots", Token)).Digest);
        await using Stream content = await run.Artifacts.OpenAsync("plots/roc.svg", null, Token);
        using StreamReader reader = new(content);
        Assert.Equal("three", await reader.ReadToEndAsync(Token));
        await Assert.ThrowsAsync<TrackingException>(async () => await run.Artifacts.OpenAsync("none", null, Token));
    }

    [Fact]
    public async Task FlippedBit_FailsTheRead()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        ModelArtifact model = await run.LogModelAsync("m", TrackingWorkspace.Files(("model.zip", new string('x', 100_000))), Token);
        Digest digest = model.Manifest.Files[0].Digest;
        string file = Directory.EnumerateFiles(workspace.Store.Root, "*" + digest.Hex[4..] + "*", SearchOption.AllDirectories).First();
        byte[] bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[50_000] ^= 1;
        File.SetAttributes(file, FileAttributes.Normal);
        File.Delete(file);
        await File.WriteAllBytesAsync(file, bytes, Token);
        await Assert.ThrowsAsync<BlobCorruptedException>(async () =>
        {
            await using Stream content = await workspace.Store.Blobs.OpenAsync(digest, null, Token);
            await content.CopyToAsync(Stream.Null, Token);
        });
        VerificationReport report = await workspace.Store.Objects.VerifyAsync(Token);
        Assert.Equal(digest, Assert.Single(report.Damaged).Expected);
    }

    [Fact]
    public async Task References_AreWhatTheTablesHold()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        TrackedBlobs source = new(workspace.Store.Database);
        Assert.Equal("tracking", source.Name);
        Assert.Empty(await source.ReferencesAsync(Token).ToListAsync(Token));
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        ArtifactEntry artifact = await run.LogArtifactAsync("a", "a"u8.ToArray(), Token);
        ModelArtifact model = await run.LogModelAsync("m", TrackingWorkspace.Files(("x", "1"), ("y", "2")), Token);
        Evidence evidence = await workspace.EvidenceAsync(model);
        await workspace.Registry.RegisterAsync("m", model, evidence);
        Assert.Equal(
            new HashSet<Digest> { artifact.Digest, model.Digest, model.Manifest.Files[0].Digest, model.Manifest.Files[1].Digest, evidence.Digest },
            (await source.ReferencesAsync(Token).ToListAsync(Token)).ToHashSet());
        Assert.Contains("tracking", await workspace.Store.Objects.SourcesAsync(Token));
        Assert.True((await workspace.Store.Objects.VerifyAsync(Token)).IsSound);
    }
}
