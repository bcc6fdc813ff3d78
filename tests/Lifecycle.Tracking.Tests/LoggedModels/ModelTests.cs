using System.Text;

namespace Lifecycle.Tracking.Tests;

public sealed class ModelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Digest_IsThatOfTheOracle()
    {
        ModelManifest manifest = new([new ModelFile("a.txt", 5, Digest.Of("hello"u8))]);
        Assert.Equal("sha256:d3f7cc7a5e03715064bf3df43bea10513286ea215906067637754c0bc69fc81a", manifest.Digest.ToString());
        Assert.Equal($"{Digest.Of("hello"u8)} 5 a.txt\n", Encoding.UTF8.GetString(manifest.Bytes.Span));
    }

    [Fact]
    public void Manifest_IsOrdinal_AndReadBackExactly()
    {
        ModelFile[] files = [new("b", 1, Digest.Of("1"u8)), new("a/x y", 2, Digest.Of("2"u8)), new("B", 3, Digest.Of("3"u8)), new("\u00e4", 0, Digest.Of(""u8))];
        ModelManifest manifest = new(files);
        Assert.Equal(["B", "a/x y", "b", "\u00e4"], manifest.Files.Select(f => f.Path));
        Assert.Equal(manifest.Files, ModelManifest.Parse(manifest.Bytes.Span).Files);
        Assert.Equal(manifest.Digest, new ModelManifest(files.Reverse()).Digest);
        Assert.Equal(6, manifest.Size);
        Assert.Equal(3, manifest.Find("B")!.Size);
        Assert.Null(manifest.Find("c"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("{0} 5 a.txt")]
    [InlineData("{0} -5 a.txt\n")]
    [InlineData("{0} +5 a.txt\n")]
    [InlineData("{0} 05 a.txt\n")]
    [InlineData("{0} 5 ../a\n")]
    [InlineData("{0} 5 b\n{0} 5 a\n")]
    [InlineData("{0} 5 a\n{0} 5 a\n")]
    [InlineData("{0} 5 a\n{0} 5 a/b\n")]
    [InlineData("{0} 5 a.txt\r\n")]
    [InlineData("{0} 5 a.txt\n\n")]
    public void BrokenManifests_AreRefused(string text) => Assert.ThrowsAny<LifecycleException>(
        () => ModelManifest.Parse(Encoding.UTF8.GetBytes(text.Replace("{0}", Digest.Of("hello"u8).ToString(), StringComparison.Ordinal))));

    [Fact]
    public async Task WrongModels_AreRefused_AndLeaveNothing()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        async Task Refused(string name, params (string, string)[] files) => await Assert.ThrowsAsync<InvalidModelException>(
            async () => await run.LogModelAsync(name, TrackingWorkspace.Files(files), Token));
        await Refused("m");
        await Refused("m", ("a", ""));
        await Refused("m", ("a", "1"), ("a/b", "2"));
        await Refused("m", [.. Enumerable.Range(0, 10_001).Select(i => ("f" + i, "1"))]);
        foreach (string name in new[] { "", " ", "a/b", "a:b", "a.b", "a%b", "a\"b", "a'b", "a\nb", new string('n', 251) })
        {
            await Refused(name, ("a", "1"));
        }

        Assert.Empty(await workspace.Experiments.ModelsAsync(run.Id, Token));
        Assert.DoesNotContain(await workspace.AuditAsync(), e => e.Action == "model.logged");
    }

    [Fact]
    public async Task RelogSameModel_StoresOnce()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact first = await workspace.LogModelAsync("same");
        int blobs = (await workspace.Store.Blobs.ListAsync(Token).ToListAsync(Token)).Count;
        ModelArtifact second = await workspace.LogModelAsync("same");
        Assert.Equal(first.Digest, second.Digest);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Matches("^m-[0-9a-f]{32}$", first.Id);
        Assert.Equal(blobs, (await workspace.Store.Blobs.ListAsync(Token).ToListAsync(Token)).Count);
        ModelArtifact read = (await workspace.Experiments.GetModelAsync(first.Id, Token))!;
        Assert.Equal((first.Name, first.RunId, first.Digest), (read.Name, read.RunId, read.Digest));
        Assert.Null(await workspace.Experiments.GetModelAsync("m-none", Token));
    }
}
