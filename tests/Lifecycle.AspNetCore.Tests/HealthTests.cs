using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task A_ready_host_says_OK()
    {
        await using LoanApp app = await LoanApp.StartAsync();
        Assert.Equal("OK", await app.Client.GetStringAsync("/health"));
        Assert.Equal("""{"live":true}""", await app.Client.GetStringAsync("/v2/health/live"));
        Assert.Equal("""{"live":true,"ready":true}""", await app.Client.GetStringAsync("/v2/health/ready"));
    }

    [Fact]
    public async Task A_model_without_a_version_makes_the_host_not_ready_and_is_named()
    {
        await using LoanApp app = await LoanApp.StartAsync(l => l.Serve<Loan, Answer>("empty"));
        using HttpResponseMessage health = await app.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Contains("empty", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage ready = await app.Client.GetAsync("/v2/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
    }

    [Fact]
    public async Task The_models_are_listed_with_version_and_state()
    {
        await using LoanApp app = await LoanApp.StartAsync();
        Assert.Equal("""{"models":["loans"]}""", await app.Client.GetStringAsync("/v2/models"));
        using JsonDocument list = JsonDocument.Parse(await app.Client.GetStringAsync("/lifecycle/models"));
        JsonElement loans = list.RootElement.GetProperty("models")[0];
        Assert.Equal("loans", loans.GetProperty("name").GetString());
        Assert.Equal("Ready", loans.GetProperty("state").GetString());
        Assert.Equal("v1", loans.GetProperty("version").GetString());
    }

    [Fact]
    public async Task A_prefix_stands_in_front_of_all()
    {
        await using LoanApp app = await LoanApp.StartAsync(prefix: "/ml");
        Assert.Equal("OK", await app.Client.GetStringAsync("/ml/health"));
        using HttpResponseMessage bare = await app.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.NotFound, bare.StatusCode);
    }

    [Fact]
    public async Task Every_mapped_route_declares_a_verb()
    {
        await using LoanApp app = await LoanApp.StartAsync();
        Endpoint[] routes = [.. app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints];
        Assert.NotEmpty(routes);
        Assert.All(routes, route => Assert.Single(route.Metadata.OfType<LifecycleVerb>()));
    }
}
