namespace Lifecycle.Serving.Tests;

public sealed class LinkTrailTests : IDisposable
{
    private readonly string _folder = LinkTrail.Of(Directory.CreateTempSubdirectory("links-").FullName).Place;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a/file", "a/file", 0)]
    [InlineData("b/file", "a/file", 1)]
    [InlineData("c/file", "a/file", 2)]
    [InlineData("a/up", "other", 1)]
    [InlineData("a/absolute", "a/file", 1)]
    [InlineData("a/missing/more", "a/missing/more", 0)]
    public void LinkTrail_Path_EndsWhereItsLinksLead(string path, string place, int links)
    {
        Directory.CreateDirectory(At("a"));
        File.WriteAllText(At("a/file"), "");
        Directory.CreateSymbolicLink(At("b"), "./a");
        Directory.CreateSymbolicLink(At("c"), "a/../b/");
        File.CreateSymbolicLink(At("a/up"), "../other");
        File.CreateSymbolicLink(At("a/absolute"), At("a/file"));
        LinkTrail trail = LinkTrail.Of(At(path));
        Assert.Equal(At(place), trail.Place);
        Assert.Equal(links, trail.Folders.Count);
        Assert.Equal(place.StartsWith("a/", StringComparison.Ordinal), trail.IsInside(LinkTrail.Of(At("c"))));
        Assert.Equal(trail.Place, LinkTrail.Of(At(Path.GetDirectoryName(path)!)).To(Path.GetFileName(path)).Place);
    }

    [Fact]
    public void LinkTrail_Circle_IsAnError()
    {
        File.CreateSymbolicLink(At("x"), "y");
        File.CreateSymbolicLink(At("y"), "x");
        Assert.Contains("circle", Assert.Throws<IOException>(() => LinkTrail.Of(At("x"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LinkTrail_NeighbourWithTheSameBeginning_IsNotInside()
    {
        Assert.False(LinkTrail.Of(At("models-old/x")).IsInside(LinkTrail.Of(At("models"))));
        Assert.False(LinkTrail.Of(At("models")).IsInside(LinkTrail.Of(At("models"))));
        Assert.True(LinkTrail.Of(At("models/x")).IsInside(LinkTrail.Of(At("models"))));
        Assert.True(LinkTrail.Of(At("models")).IsInside(LinkTrail.Of("/")));
    }

    private string At(string path) => Path.Combine(_folder, path);
}
