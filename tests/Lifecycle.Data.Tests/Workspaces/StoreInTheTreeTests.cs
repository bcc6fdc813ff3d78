namespace Lifecycle.Data.Tests;

/// <summary>The folder of the store beside the data, as the guides open it: it is no data, and no checkout touches it.</summary>
public sealed class StoreInTheTreeTests
{
    private static string[] Paths(IEnumerable<DatasetFile> files) => [.. files.Select(f => f.Path)];

    private static string Place(TestWorkspace w, bool linked)
    {
        if (!linked)
        {
            return w.Folder;
        }

        string link = w.Path("..", Path.GetFileName(w.Folder) + "-link");
        Directory.CreateSymbolicLink(link, w.Folder);
        return link + "/lifecycle/..";
    }

    [Fact]
    public async Task ACommitOfTheFolderAround_LeavesTheStoreOut()
    {
        await using TestWorkspace w = new();
        w.Write("a.txt", "1");
        w.Write("lifecycle/b.txt", "2");
        w.Write("lifecycle-2/c.txt", "3");
        string[] all = ["source/a.txt", "source/lifecycle-2/c.txt", "source/lifecycle/b.txt"];
        DatasetVersion version = await w.Datasets.CommitAsync("all", w.Folder);
        Assert.Equal(all, Paths(await version.ListFilesAsync()));
        Assert.Equal(all, DatasetCatalog.InTreeOrder(TreeScanner.PortableScan(w.Folder, SourceLinks.Refuse, "lifecycle", default)).Select(f => f.Path));
        Workspace work = await w.Datasets.OpenWorkspaceAsync("all", w.Folder);
        Assert.Equal(3, (await work.StatusAsync()).Files);
        w.Write("d.txt", "4");
        Assert.Equal(4, (await work.CommitAsync()).Files);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnExactCheckoutIntoTheFolderAround_LeavesTheStoreAlone(bool linked)
    {
        await using TestWorkspace w = new();
        string around = Place(w, linked);
        w.Write("a.txt", "1");
        DatasetVersion one = await w.Datasets.CommitAsync("all", w.Folder);
        w.Write("b.txt", "2");
        string[] before = [.. Directory.EnumerateFiles(w.Path("lifecycle"), "*", SearchOption.AllDirectories).Where(f => !TreeScanner.IsTemporary(Path.GetFileName(f)))];
        WorkspaceModifiedException e = await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await one.CheckoutAsync(around, o => o.Exact = true));
        Assert.Equal(["source/b.txt"], e.Paths);
        CheckoutReport done = await one.CheckoutAsync(around, o =>
        {
            o.Exact = true;
            o.Overwrite = true;
        });
        Assert.Equal(["source/b.txt"], done.Removed);
        Assert.All(before, f => Assert.True(File.Exists(f), f));
        Assert.Empty((await w.Datasets.VerifyAsync(one)).Problems);
        if (linked)
        {
            Directory.Delete(Path.GetFullPath(w.Path("..", Path.GetFileName(w.Folder) + "-link")));
        }
    }

    [Theory]
    [InlineData("lifecycle")]
    [InlineData("lifecycle/objects")]
    [InlineData("lifecycle/lifecycle.db")]
    [InlineData("link")]
    [InlineData("link/objects")]
    public async Task TheStoreItself_IsNoSource(string path)
    {
        await using TestWorkspace w = new();
        Directory.CreateSymbolicLink(w.Path("link"), w.Path("lifecycle"));
        SourceRefusedException e = await Assert.ThrowsAsync<SourceRefusedException>(async () => await w.Datasets.CommitAsync("s", w.Path(path)));
        Assert.Contains("the folder of the store", e.Message, StringComparison.Ordinal);
        if (!path.EndsWith(".db", StringComparison.Ordinal))
        {
            await Assert.ThrowsAsync<SourceRefusedException>(async () => await w.Datasets.OpenWorkspaceAsync("s", w.Path(path)));
        }

        Assert.Null(await w.Datasets.LatestAsync("s"));
    }

    [Theory]
    [InlineData("lifecycle")]
    [InlineData("lifecycle/objects")]
    [InlineData("lifecycle/objects/new/folder")]
    [InlineData("link/journal/new")]
    public async Task TheStoreItself_IsNoTarget(string path)
    {
        await using TestWorkspace w = new();
        Directory.CreateSymbolicLink(w.Path("link"), w.Path("lifecycle"));
        DatasetVersion one = await w.Datasets.CommitAsync("t", w.Write("t.txt", "1"));
        UnsafePathException e = await Assert.ThrowsAsync<UnsafePathException>(async () => await one.CheckoutAsync(w.Path(path), o => o.Overwrite = true));
        Assert.Contains("is the folder of the store, or lies in it", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(w.Path("lifecycle", "objects", "new")) || Directory.Exists(w.Path("lifecycle", "journal", "new")));
    }

    // As in a program that opens its store at ".".
    [Fact]
    public async Task WhatTheUserPutsBesideThePartsOfTheStore_IsData()
    {
        await using TestWorkspace w = new();
        Directory.CreateDirectory(w.Path("lifecycle", "data"));
        File.WriteAllText(w.Path("lifecycle", "data", "a.txt"), "1");
        DatasetVersion one = await w.Datasets.CommitAsync("d", w.Path("lifecycle", "data"));
        Assert.Equal(1, (await one.CheckoutAsync(w.Path("lifecycle", "work"))).Written);
        Assert.Equal(["a.txt"], Paths(await (await w.Datasets.CommitAsync("f", w.Path("lifecycle", "data", "a.txt"))).ListFilesAsync()));
    }

    // As one may hold that took the store for data.
    [Fact]
    public async Task AVersionWithFilesOfTheStore_IsNotWrittenOverIt()
    {
        await using TestWorkspace w = new();
        w.Write("lifecycle/lifecycle.db", "old");
        w.Write("lifecycle2/x", "new");
        DatasetVersion one = await w.Datasets.CommitAsync("t", w.Path("source"));
        UnsafePathException e = await Assert.ThrowsAsync<UnsafePathException>(async () => await one.CheckoutAsync(w.Folder, o => o.Overwrite = true));
        Assert.Equal(["lifecycle/lifecycle.db"], e.Paths.Select(p => p.Path));
        Assert.False(Directory.Exists(w.Path("lifecycle2")));
        Assert.Equal(2, (await one.CheckoutAsync(w.Path("elsewhere"))).Written);
    }

    [Fact]
    public async Task ADvcRepository_DoesNotTakeAStoreForData()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty();
        sandbox.Write("data/a.txt", "1");
        sandbox.Write("data/lifecycle/lifecycle.db", "a database");
        DvcRepository repository = await sandbox.OpenAsync();
        SourceRefusedException e = await Assert.ThrowsAsync<SourceRefusedException>(async () => await repository.AddAsync("data"));
        Assert.Contains("it is the folder of a store", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(sandbox["data.dvc"]));
    }
}
