namespace Lifecycle.Data.Tests;

/// <summary>File systems that take two names for one, as those of Windows and macOS do.</summary>
public sealed class FolderTraitsTests
{
    // A file system that looks names up by this form of them.
    private static bool FoldsNames(string folder, Func<string, string> form) =>
        FolderTraits.FoldsNames(folder, path => Directory.GetFiles(folder).Any(f => form(Path.GetFileName(f)) == form(Path.GetFileName(path))));

    private static string Composed(string name) => name.Replace("e\u0301", "\u00e9", StringComparison.Ordinal);

    private static string Decomposed(string name) => name.Replace("\u00e9", "e\u0301", StringComparison.Ordinal);

    [Fact]
    public async Task CaseAndNormalForm_AreFoundOut_AndNothingIsLeft()
    {
        await using TestWorkspace w = new();
        string folder = Directory.CreateDirectory(w.Path("target")).FullName;
        Assert.False(FoldsNames(folder, name => name));
        Assert.True(FoldsNames(folder, name => name.ToUpperInvariant()));
        Assert.True(FoldsNames(folder, Composed));
        Assert.True(FoldsNames(folder, Decomposed));
        Assert.True(FoldsNames(folder, name => Decomposed(name).ToUpperInvariant()));
        Assert.Equal(OperatingSystem.IsMacOS() || OperatingSystem.IsWindows(), FolderTraits.FoldsNames(folder));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Theory]
    [InlineData("Readme", "README")]
    [InlineData("\u00e9.txt", "e\u0301.txt")]
    [InlineData("Stra\u00dfe/a", "stra\u00dfe/b")]
    public async Task IntoAFolderThatFolds_NamesThatFallTogether_AreRefused_BeforeTheFirstByte(string one, string two)
    {
        await using TestWorkspace w = new();
        Assert.SkipWhen(FolderTraits.FoldsNames(w.Folder), "This disk folds names itself, so that the two files cannot be made.");
        w.Write("t/" + one, "1");
        w.Write("t/" + two, "2");
        w.Write("t/other", "3");
        await w.Datasets.CommitAsync("t", w.Path("source", "t"));
        List<string> asked = [];
        await using DatasetCatalog folding = new(w.Local.Database, w.Local.Blobs, w.Local.Objects, w.Local.Audit, w.Local.Events)
        {
            FoldsNames = folder =>
            {
                asked.Add(folder);
                return true;
            },
        };
        DatasetVersion version = await folding.GetAsync("t");
        Directory.CreateDirectory(w.Path("there"));
        foreach (string target in new[] { w.Path("there"), w.Path("deep", "er", "missing") })
        {
            UnsafePathException e = await Assert.ThrowsAsync<UnsafePathException>(async () => await version.CheckoutAsync(target));
            Assert.Contains($"'{two}'", e.Message, StringComparison.Ordinal);
        }

        // a folder that is not there is asked of the nearest that is
        Assert.Equal([w.Path("there"), w.Folder], asked);
        Assert.Empty(Directory.GetFileSystemEntries(w.Path("there")));
        Assert.False(Directory.Exists(w.Path("deep")));
        await version.CheckoutAsync(w.Path("part"), o => o.Include("other"));
        Assert.Equal("3", await File.ReadAllTextAsync(w.Path("part", "other")));
        await (await w.Datasets.GetAsync("t")).CheckoutAsync(w.Path("all"));
        Assert.Equal(3, Directory.GetFiles(w.Path("all"), "*", SearchOption.AllDirectories).Length);
    }
}
