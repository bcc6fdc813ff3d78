namespace Lifecycle.Serving.Tests;

/// <summary>A path at which there is no model: what is there instead, and what to do.</summary>
public sealed class MissingModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("missing-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FromFile_NoFile_NamesTheFile_AndServesItWhenItComes()
    {
        await using ModelHost host = await FileAsync("model.stamp");
        Assert.Equal($"source: there is no file '{At("model.stamp")}'; write it there, or correct the path", host.Model("m").Reason);
        PredictionRejectedException refused = Assert.Throws<PredictionRejectedException>(() => host.Lease("m"));
        Assert.Equal($"The model 'm' is not ready (Found): {host.Model("m").Reason}.", refused.Message);
        Write("model.stamp");
        await Eventually.Holds(() => host.Model("m") is { IsReady: true, Reason: null }, "it is served");
    }

    [Fact]
    public async Task FromFile_FolderInItsPlace_SaysFromFolder()
    {
        Write("models/1/model.stamp");
        await using ModelHost host = await FileAsync("models");
        Assert.Equal($"source: '{At("models")}' is a folder: use FromFolder, or name the model file in it", host.Model("m").Reason);
    }

    [Fact]
    public async Task FromFile_LinkToNothing_NamesBothEnds()
    {
        File.CreateSymbolicLink(At("model.stamp"), "gone.stamp");
        await using ModelHost host = await FileAsync("model.stamp");
        Assert.Equal($"source: '{At("model.stamp")}' is a link to '{At("gone.stamp")}', where there is no file; write it there, or mend the link", host.Model("m").Reason);
    }

    [Fact]
    public async Task FromFile_NoFolder_NamesTheFile()
    {
        await using ModelHost host = await FileAsync("no/model.stamp");
        Assert.Equal($"source: There is no file '{At("no/model.stamp")}': its folder is not there; make it, mount it or correct the path", host.Model("m").Reason);
    }

    [Fact]
    public async Task FromFolder_FileInItsPlace_SaysFromFile()
    {
        Write("model.stamp");
        await using ModelHost host = await FolderAsync("model.stamp");
        Assert.Equal($"source: '{At("model.stamp")}' is a file: use FromFile, or name the folder that holds the versions", host.Model("m").Reason);
    }

    [Fact]
    public async Task FromFolder_NoFolder_NamesIt()
    {
        await using ModelHost host = await FolderAsync("models");
        Assert.Equal($"source: The folder '{At("models")}' is not there; make it, mount it or correct the path", host.Model("m").Reason);
    }

    [Fact]
    public async Task FromFolder_Empty_SaysWhatAVersionIs_AndServesItWhenItComes()
    {
        Directory.CreateDirectory(At("models"));
        await using ModelHost host = await FolderAsync("models");
        Assert.Equal($"source: the folder '{At("models")}' is empty; a version is '<version>/model.stamp' or '<version>.stamp' in it", host.Model("m").Reason);
        Write("models/1/model.stamp");
        await Eventually.Holds(() => host.Model("m") is { IsReady: true, Reason: null }, "it is served");
    }

    [Fact]
    public async Task FromFolder_SubfoldersWithoutModel_SaysWhatIsThereAndWhatIsLookedFor()
    {
        Write("models/1/iris.stamp");
        Write("models/2/iris.stamp");
        Write("models/readme.md");
        await using ModelHost host = await FolderAsync("models");
        Assert.Equal(
            $"source: the folder '{At("models")}' has '1', '2', 'readme.md' and no model in it; a version is '<version>/model.stamp' or '<version>.stamp'", host.Model("m").Reason);
    }

    [Fact]
    public async Task FromFolder_OnlyNamesThatAreNoVersions_SaysWhichName()
    {
        Write("models/my model/model.stamp");
        await using ModelHost host = await FolderAsync("models");
        Assert.StartsWith($"source: the folder '{At("models")}' has no version: 'my model' cannot be the name of a version. Use 1 to", host.Model("m").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FromFolder_NoneOfThePolicy_NamesBoth()
    {
        Write("models/1/model.stamp");
        Write("models/2/model.stamp");
        await using ModelHost host = await FolderAsync("models", VersionPolicy.Only("3"));
        Assert.Equal(
            $"source: the folder '{At("models")}' has '1', '2' and none of the versions that Only(...) names, '3'; add one of these, or change the policy", host.Model("m").Reason);
    }

    /// <summary>What served goes on, and the reason says what is missing.</summary>
    [Fact]
    public async Task FromFile_IsDeleted_NamesTheFile_AndTheVersionGoesOn()
    {
        Write("model.stamp");
        await using ModelHost host = await FileAsync("model.stamp");
        Assert.True(host.IsReady);
        File.Delete(At("model.stamp"));
        await Eventually.Holds(() => host.Model("m").Reason is not null, "it is missed");
        Assert.Equal($"source: there is no file '{At("model.stamp")}'; write it there, or correct the path", host.Model("m").Reason);
        Assert.True(host.IsReady);
    }

    private string At(string path) => Path.Combine(_folder, path);

    private void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), "1");
    }

    private Task<ModelHost> FileAsync(string path) => HostAsync(m => m.FromFile(At(path)));

    private Task<ModelHost> FolderAsync(string path, VersionPolicy? policy = null) => HostAsync(m => m.FromFolder(At(path), policy, o => o.Endings = [".stamp"]));

    private static Task<ModelHost> HostAsync(Action<ServedModelBuilder> source) => ModelHost.StartAsync(h => h.UseRuntime(new StampRuntime()).Serve("m", source), Token);
}
