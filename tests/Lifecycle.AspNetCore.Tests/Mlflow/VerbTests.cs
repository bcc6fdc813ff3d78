using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

public sealed class VerbTests
{
    [Fact]
    public async Task EveryMappedRoute_DeclaresAVerb()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        Assert.True(Routes(app).Length > 60);
        Assert.Empty(WithoutAVerb(app));
    }

    [Fact]
    public async Task ARouteWithoutAVerb_OrWithTwo_IsFound()
    {
        await using MlflowApp app = await MlflowApp.StartAsync(map: web =>
        {
            web.MapGet("/bare", context => context.Response.WriteAsync("x"));
            web.MapGet("/both", context => context.Response.WriteAsync("x")).WithMetadata(LifecycleVerb.Read).WithMetadata(LifecycleVerb.Log);
        });
        Assert.Equal(["/bare", "/both"], WithoutAVerb(app));
    }

    [Fact]
    public async Task Changes_AreNotDeclaredAsReading()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        string[] reading = [.. Routes(app)
            .Where(r => r.Metadata.OfType<LifecycleVerb>().Single() == LifecycleVerb.Read && r.Metadata.GetMetadata<HttpMethodMetadata>() is { } methods
                && methods.HttpMethods.Any(m => m is not ("GET" or "HEAD")))
            .Select(r => r.RoutePattern.RawText!)];
        Assert.All(reading, path => Assert.True(
            path.Contains("search", StringComparison.Ordinal) || path.EndsWith("/get-latest-versions", StringComparison.Ordinal), path));
    }

    [Fact]
    public async Task RequireAuthorization_WouldCoverEveryRoute()
    {
        await using MlflowApp app = await MlflowApp.StartAsync(prefix: "/ml");
        Assert.All(Routes(app), r => Assert.StartsWith("/ml/", r.RoutePattern.RawText, StringComparison.Ordinal));
    }

    private static RouteEndpoint[] Routes(MlflowApp app) => [.. app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    private static string[] WithoutAVerb(MlflowApp app) =>
        [.. Routes(app).Where(r => r.Metadata.OfType<LifecycleVerb>().Count() != 1).Select(r => r.RoutePattern.RawText!).Order(StringComparer.Ordinal)];
}
