using System.Text;
using Lifecycle.Data;
using Lifecycle.Tracking;
using Lifecycle.Validation;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Sdk.Tests;

public sealed class WrongInputTests
{
    [Fact]
    public async Task AMissingFile_IsNamed()
    {
        await using Workspace workspace = new();
        await AssertRefusedAsync<SourceRefusedException>(
            workspace, async lifecycle => await lifecycle.Datasets.CommitAsync("loans", workspace.Folder["nowhere.csv"]), "nowhere.csv");
    }

    [Fact]
    public async Task ARaggedTable_IsRefusedWithItsLine()
    {
        await using Workspace workspace = new();
        string ragged = workspace.Write("ragged.csv", "a,b,c\n1,2,3\n4,5\n6,7,8\n");
        await AssertRefusedAsync<TableFormatException>(workspace, async lifecycle => await lifecycle.Datasets.CommitAsync("loans", ragged), "3");
    }

    [Fact]
    public async Task AnUnknownColumnInAGate_IsNamedBesideTheKnownOnes()
    {
        await using Workspace workspace = new();
        ModelArtifact? model = null;
        EvaluationSet rows = Decided.Well.Attribute("afam", Enumerable.Range(0, 500).Select(i => i % 3 == 0 ? "yes" : "no"));
        await AssertRefusedAsync<UnknownColumnException>(
            workspace,
            lifecycle => lifecycle.Gate("loans").RequireFair("afma", FairnessMetric.DemographicParityDifference, atMost: 0.1).EvaluateAsync(model!, rows),
            "afma",
            async lifecycle => model = await Workspace.LogModelAsync(lifecycle, "a"));
        Assert.Contains("afam", (await Assert.ThrowsAsync<UnknownColumnException>(async () =>
            await (await workspace.OpenAsync()).Gate("loans").RequireFair("afma", FairnessMetric.DemographicParityDifference, atMost: 0.1).EvaluateAsync(model!, rows))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownColumnOfAVersion_IsNamed()
    {
        await using Workspace workspace = new();
        DatasetVersion? version = null;
        await AssertRefusedAsync<UnknownColumnException>(
            workspace, async _ => await version!.ReadAllAsync(columns: ["deny"]), "deny",
            async lifecycle => version = await lifecycle.Datasets.CommitAsync("loans", workspace.Write("loans.csv", "a,b\n1,2\n")));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("")]
    public async Task AName_ThatIsAPath_IsRefused(string name)
    {
        await using Workspace workspace = new();
        string csv = workspace.Write("loans.csv", "a,b\n1,2\n");
        ModelVersion? version = null;
        await AssertRefusedAsync<InvalidNameException>(
            workspace, async lifecycle => await lifecycle.Datasets.CommitAsync(name, csv), "cannot be the name of a dataset",
            async lifecycle => version = await lifecycle.Registry.RegisterAsync("loans", await Workspace.LogModelAsync(lifecycle, "a")));
        await AssertRefusedAsync<InvalidRegistryNameException>(
            workspace, async lifecycle => await lifecycle.Registry.PromoteAsync(version!, name), "cannot be an alias");
        await AssertRefusedAsync<InvalidNameException>(
            workspace, async lifecycle => await lifecycle.Drift.RegisterReferenceAsync(name, "1", RetrainingTests.Profile()), "cannot be the name of a model");
        InvalidNameException served = await Assert.ThrowsAsync<InvalidNameException>(
            () => workspace.OpenAsync(builder => builder.Serve(name, m => m.FromFunction<int[], int[]>("1", x => x))));
        Assert.Contains("cannot be the name of a served model", served.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheNameOfAModel_IsNeverAPath()
    {
        await using Workspace workspace = new();
        ModelArtifact? model = null;
        await AssertRefusedAsync<InvalidRegistryNameException>(
            workspace, async lifecycle => await lifecycle.Registry.RegisterAsync("a\nb", model!), "cannot be the name of a model",
            async lifecycle => model = await Workspace.LogModelAsync(lifecycle, "a"));

        // Names with a slash are fine in the registry, and nothing comes to lie outside of the workspace by them.
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        ModelVersion version = await lifecycle.Registry.RegisterAsync("../x", model!);
        await lifecycle.Registry.PromoteAsync(version, "candidate");
        Assert.Equal(["workspace"], Directory.EnumerateFileSystemEntries(workspace.Folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("../weights.bin")]
    [InlineData("/weights.bin")]
    public async Task AFileOfAModel_OutsideOfIt_IsRefused(string path)
    {
        await using Workspace workspace = new();
        Run? run = null;
        await AssertRefusedAsync<InvalidArtifactPathException>(
            workspace,
            async _ => await run!.LogModelAsync("net", new Dictionary<string, ReadOnlyMemory<byte>> { [path] = "w"u8.ToArray() }),
            "weights.bin",
            async lifecycle => run = await lifecycle.Experiments.StartRunAsync("loans"));
    }

    [Fact]
    public async Task AWorkspaceOfNoName_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => ModelLifecycle.OpenAsync(" "));
        await using Workspace workspace = new();
        string file = workspace.Write("file", "x");
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () =>
        {
            await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(Path.Combine(file, "below"));
            await lifecycle.Experiments.CreateAsync("x");
        });
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Equal("x", await File.ReadAllTextAsync(file));
    }

    /// <summary>The call fails with one clear error, and the workspace is as it was.</summary>
    private static async Task AssertRefusedAsync<TError>(
        Workspace workspace, Func<ModelLifecycle, Task> call, string says, Func<ModelLifecycle, Task>? before = null)
        where TError : LifecycleException
    {
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        if (before is not null)
        {
            await before(lifecycle);
        }

        // So that all tables are there.
        await lifecycle.Registry.ModelsAsync();
        await lifecycle.Datasets.ListAsync().ToListAsync();
        await lifecycle.Drift.HistoryAsync("loans");
        Contents untouched = await Contents.OfAsync(lifecycle, workspace);
        TError error = await Assert.ThrowsAsync<TError>(() => call(lifecycle));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', error.Message);
        Assert.Equal(untouched, await Contents.OfAsync(lifecycle, workspace));
        Assert.True((await lifecycle.Audit.VerifyAsync()).IsSound);
        await lifecycle.DisposeAsync();
    }
}
