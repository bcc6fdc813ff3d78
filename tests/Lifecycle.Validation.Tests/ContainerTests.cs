using Lifecycle.Validation.Tests.Gates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Lifecycle.Validation.Tests;

public class ContainerTests
{
    [Fact]
    public async Task AddValidation_GivesCatalogAndContext()
    {
        ServiceCollection services = new();
        services.AddModelLifecycleCore().AddValidation(o => o.Confidence = 0.9).AddValidation().AddGate(Gate.For("mortgage").Require(Metric.Accuracy, atLeast: 0.5).Build());
        services.AddSingleton<IActorAccessor>(new NamedActor("ada"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        GateCatalog catalog = provider.GetRequiredService<GateCatalog>();
        Assert.Equal(["mortgage"], catalog.Names);
        GateReport report = await catalog["mortgage"].EvaluateAsync(Samples.Decided(90, 10), null, context: provider.GetRequiredService<EvaluationContext>());
        Assert.Equal("ada", report.Actor);
        Assert.Equal(0.9, catalog.Define("other").Require(Metric.F1, atLeast: 0.1).Build().Requirements[0].Confidence);
        Assert.Contains("mortgage", Assert.Throws<ArgumentException>(() => catalog["mortage"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => catalog.Add(Gate.For("mortgage").Require(Metric.Accuracy, atLeast: 0.6).Build()));
    }

    [Fact]
    public void WrongOptions_AreTold_WithTheRemedy()
    {
        ServiceCollection services = new();
        services.AddModelLifecycleCore().AddValidation(o =>
        {
            o.Confidence = 2;
            o.Replicates = 3;
        });
        using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<GateCatalog>());
        Assert.Equal(2, error.Failures.Count());
        Assert.Contains("for example 0.95", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Catalog_ReadsAFolder_AndNamesTheWrongFile()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Gate gate = Gate.For("mortgage").Require(Metric.Accuracy, atLeast: 0.5).Build();
            await File.WriteAllBytesAsync(Path.Combine(folder, "a.json"), gate.ToJson());
            Assert.Equal(gate.Digest, (await new GateCatalog().AddFolderAsync(folder))["mortgage"].Digest);
            await File.WriteAllTextAsync(Path.Combine(folder, "b.json"), "{");
            GateDefinitionException error = await Assert.ThrowsAsync<GateDefinitionException>(() => new GateCatalog().AddFolderAsync(folder).AsTask());
            Assert.StartsWith("The gate 'b.json' cannot be used: ", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
