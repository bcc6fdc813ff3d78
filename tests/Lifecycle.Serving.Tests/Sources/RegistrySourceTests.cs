using Lifecycle.Serving.TestModels;
using Lifecycle.Tracking;

namespace Lifecycle.Serving.Tests;

public sealed class RegistrySourceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_alias_is_followed()
    {
        await using RegistryWorkspace workspace = new();
        await using ModelHost host = await HostAsync(workspace);
        Assert.False(host.IsReady);
        Assert.Equal("source: the registry has no version of 'loans'; register one, or say FromRegistry(...) with the name that the model has there", host.Model("loans").Reason);

        ModelVersion one = await workspace.RegisterAsync("loans", ("model.stamp", "one"u8.ToArray()), ("MLmodel", "flavors: {}"u8.ToArray()));
        ModelVersion two = await workspace.RegisterAsync("loans", ("model.stamp", "two"u8.ToArray()));
        await using (ModelHost early = await HostAsync(workspace))
        {
            Assert.Equal("source: the registry names no version of 'loans' for 'champion'; it has 1, 2: move the alias to one of them", early.Model("loans").Reason);
        }

        await workspace.Registry.PromoteAsync(one, "champion", cancellationToken: Token);
        await AnswersAsync(host, "1", "one");
        Assert.Equal(one.Digest, host.Model("loans").Versions[0].Digest);
        await workspace.Registry.PromoteAsync(two, "champion", cancellationToken: Token);
        await AnswersAsync(host, "2", "two");
        await workspace.Registry.RollbackAsync("loans", "champion", cancellationToken: Token);
        await AnswersAsync(host, "1", "one");
        await workspace.Registry.RemoveAliasAsync("loans", "champion", cancellationToken: Token);
        await Eventually.Holds(() => host.Model("loans").Reason is not null, "the alias is gone");
        await AnswersAsync(host, "1", "one");
    }

    [Fact]
    public async Task A_tampered_model_never_replaces_a_good_one()
    {
        await using RegistryWorkspace workspace = new();
        ModelVersion one = await workspace.RegisterAsync("loans", ("model.stamp", "one"u8.ToArray()));
        ModelVersion two = await workspace.RegisterAsync("loans", ("model.stamp", "two"u8.ToArray()));
        ModelVersion three = await workspace.RegisterAsync("loans", ("model.stamp", "three"u8.ToArray()));
        await workspace.Registry.PromoteAsync(one, "champion", cancellationToken: Token);
        await using ModelHost host = await HostAsync(workspace);
        await AnswersAsync(host, "1", "one");
        workspace.Tamper(two.Manifest.Files[0].Digest);
        await workspace.Registry.PromoteAsync(two, "champion", cancellationToken: Token);
        await Eventually.Holds(() => host.Model("loans").Versions[0].State == VersionState.Rejected, "the tampered version is rejected");
        Assert.StartsWith("version 2: digest: ", host.Model("loans").Reason, StringComparison.Ordinal);
        await AnswersAsync(host, "1", "one");
        await workspace.Registry.PromoteAsync(three, "champion", cancellationToken: Token);
        await AnswersAsync(host, "3", "three");
    }

    [Fact]
    public async Task A_tampered_model_is_not_served_at_the_start_either()
    {
        await using RegistryWorkspace workspace = new();
        ModelVersion one = await workspace.RegisterAsync("loans", ("model.stamp", "one"u8.ToArray()));
        await workspace.Registry.PromoteAsync(one, "champion", cancellationToken: Token);
        workspace.Tamper(one.Manifest.Files[0].Digest);
        LifecycleException error = await Assert.ThrowsAsync<LifecycleException>(() => HostAsync(workspace, failStartup: true));
        Assert.Contains("'loans' Rejected: version 1: digest: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_too_large_is_not_read()
    {
        await using RegistryWorkspace workspace = new();
        ModelVersion one = await workspace.RegisterAsync("loans", ("model.stamp", new byte[2_000]));
        await workspace.Registry.PromoteAsync(one, "champion", cancellationToken: Token);
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(new StampRuntime()).UseRegistry(workspace.Registry, workspace.Blobs).Configure(o => o.MaximumModelBytes = 1_000)
                .Serve<int, Stamped>("loans"), Token);
        Assert.Contains("2000 bytes; at most 1000", host.Model("loans").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_whose_files_lie_elsewhere_is_refused()
    {
        await using RegistryWorkspace workspace = new();
        ModelVersion one = await workspace.RegisterAsync("loans", ("model.stamp", "one"u8.ToArray()));
        ModelVersion away = await workspace.Registry.RegisterAsync("loans", new VersionSource("s3://bucket/model"), Token);
        await workspace.Registry.PromoteAsync(one, "champion", cancellationToken: Token);
        await using ModelHost host = await HostAsync(workspace);
        await AnswersAsync(host, "1", "one");
        await workspace.Registry.PromoteAsync(away, "champion", cancellationToken: Token);
        await Eventually.Holds(() => host.Model("loans").Versions[0].State == VersionState.Rejected, "the version without files is rejected");
        Assert.Contains("s3://bucket/model", host.Model("loans").Reason, StringComparison.Ordinal);
        await AnswersAsync(host, "1", "one");
    }

    [Fact]
    public async Task RegistrySource_SeveralNames_AreOfferedTogether()
    {
        await using RegistryWorkspace workspace = new();
        ModelVersion one = await workspace.RegisterAsync("loans", ("model.stamp", "one"u8.ToArray()));
        ModelVersion two = await workspace.RegisterAsync("loans", ("model.stamp", "two"u8.ToArray()));
        ModelVersion three = await workspace.RegisterAsync("loans", ("model.stamp", "three"u8.ToArray()));
        await workspace.Registry.PromoteAsync(two, "champion", cancellationToken: Token);
        RegistrySource source = new(workspace.Registry, workspace.Blobs, "loans");
        await using OfferLog log = new(source, "champion", "challenger", "1", "4");
        await log.OffersAsync("1", "2");
        Assert.Single(log.Offers);
        Assert.Equal(("2", null, "1"), (log.Last!.Find("champion")?.Version, log.Last.Find("challenger")?.Version, log.Last.Find("1")?.Version));
        Assert.Equal(["champion"], log.Last.Names.Keys);
        await workspace.Registry.PromoteAsync(three, "challenger", cancellationToken: Token);
        await log.OffersAsync("1", "2", "3");
        await workspace.Registry.PromoteAsync(three, "champion", cancellationToken: Token);
        await log.OffersAsync("1", "3");
        Assert.Equal(("3", "3"), (log.Last.Names["champion"], log.Last.Names["challenger"]));
        await workspace.Registry.RemoveAliasAsync("loans", "champion", cancellationToken: Token);
        await Eventually.Holds(() => !log.Last.Names.ContainsKey("champion"), "the alias is gone");
        Assert.Equal(["1", "3"], log.Versions);

        // A pinned number that is registered later.
        await workspace.RegisterAsync("loans", ("model.stamp", "four"u8.ToArray()));
        await log.OffersAsync("1", "3", "4");
        Assert.Equal(["1", "2", "3", "4"], await source.ListVersionsAsync(Token));
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task RegistrySource_Latest_IsTheGreatestVersion()
    {
        await using RegistryWorkspace workspace = new();
        await using OfferLog log = new(new RegistrySource(workspace.Registry, workspace.Blobs, "loans"));
        await log.OffersAsync();
        ModelVersion one = await workspace.RegisterAsync("loans", ("model.stamp", "one"u8.ToArray()));
        await log.AnswersAsync("one");
        Assert.Equal(one.Digest, log.Last!.Revisions[0].Digest);
        await workspace.RegisterAsync("loans", ("model.stamp", "two"u8.ToArray()));
        await log.AnswersAsync("two");
        Assert.Equal(["2"], log.Versions);
    }

    private static Task<ModelHost> HostAsync(RegistryWorkspace workspace, bool failStartup = false) => ModelHost.StartAsync(
        h => h.UseRuntime(new StampRuntime()).UseRegistry(workspace.Registry, workspace.Blobs).Configure(o => o.FailStartup = failStartup)
            .Serve<int, Stamped>("loans"), Token);

    private static async Task AnswersAsync(ModelHost host, string version, string content) => await Eventually.Holds(
        () => host.Model("loans").Version == version && host.Predictor<int, Stamped>("loans").Predict(1).Version == content, $"version {version} answers");
}
