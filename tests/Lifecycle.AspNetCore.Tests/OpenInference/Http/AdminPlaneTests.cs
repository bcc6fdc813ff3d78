using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Who may load and unload.</summary>
public sealed class AdminPlaneTests
{
    private static readonly string[] Routes = ["/v2/repository/models/stamp/load", "/v2/repository/models/stamp/unload", "/v2/repository/main/models/stamp/unload"];

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Admin_WithoutPolicy_Is403(string environment)
    {
        await using WireApp app = await WireApp.StartAsync(environment: environment);
        using WireClient client = app.Client();
        foreach (string route in Routes)
        {
            WireAnswer closed = await client.PostAsync(route);
            Assert.Equal(403, closed.Status);
            Assert.Contains("o.Admin.RequirePolicy(\"ops\")", closed.Error, StringComparison.Ordinal);
        }

        Assert.True(app.Host.Model("stamp").IsReady);
        Assert.Equal(200, (await client.PostAsync("/v2/repository/index")).Status);
        Assert.Equal(1, client.Connections);
    }

    [Fact]
    public async Task Admin_OpenToEverybodyInProduction_DoesNotStart()
    {
        LifecycleException error = await Assert.ThrowsAsync<LifecycleException>(() => WireApp.StartAsync(options: o => o.Admin.AllowAnonymous()));
        Assert.Contains("'Production'", error.Message, StringComparison.Ordinal);
        Assert.Contains("RequirePolicy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Admin_WithPolicy_LetsInWhoFulfilsIt()
    {
        await using WireApp app = await WireApp.StartAsync(options: o => o.Admin.RequirePolicy("ops"), configure: WithUsers, map: Use);
        using WireClient client = app.Client();
        foreach (string route in Routes)
        {
            Assert.Equal(401, (await client.PostAsync(route)).Status);
            Assert.Equal(403, (await client.PostAsync(route, "", ("X-User", "guest"))).Status);
            Assert.True(app.Host.Model("stamp").IsReady);
        }

        Assert.Equal(200, (await client.PostAsync(Routes[1], "", ("X-User", "ops"))).Status);
        Assert.False(app.Host.Model("stamp").IsReady);
        Assert.Equal(200, (await client.PostAsync(Routes[0], "", ("X-User", "ops"))).Status);
        Assert.Equal(200, (await client.PostAsync("/v2/models/stamp/infer", WireCase.X("INT32", "[1,1]", "[0]"))).Status);
        Assert.Equal(1, client.Connections);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Admin_WithPolicy_KeepsIt_WhenAllRoutesAreOpened(string environment)
    {
        await using WireApp app = await WireApp.StartAsync(options: o => o.Admin.RequirePolicy("ops"), configure: WithUsers, environment: environment, routes: all => all.AllowAnonymous(), map: web =>
        {
            Use(web);
            web.MapOpenInference("/planes").AllowAnonymous();
            OpenInferenceEndpoints planes = web.MapGroup("/outer").AllowAnonymous().MapOpenInference();
            planes.Admin.AllowAnonymous();
        });
        using WireClient client = app.Client();
        foreach (string prefix in new[] { "", "/planes", "/outer" })
        {
            foreach (string route in Routes)
            {
                Assert.Equal(401, (await client.PostAsync(prefix + route)).Status);
                Assert.Equal(403, (await client.PostAsync(prefix + route, "", ("X-User", "guest"))).Status);
            }

            Assert.True(app.Host.Model("stamp").IsReady);
            Assert.Equal(200, (await client.PostAsync(prefix + Routes[0], "", ("X-User", "ops"))).Status);
            Assert.Equal(200, (await client.PostAsync(prefix + "/v2/models/stamp/infer", WireCase.X("INT32", "[1,1]", "[0]"))).Status);
        }
    }

    [Fact]
    public async Task Load_WithFileParameter_Is501()
    {
        await using WireApp app = await WireApp.StartAsync(options: o => o.Admin.RequirePolicy("ops"), configure: WithUsers, map: Use);
        using WireClient client = app.Client();
        WireAnswer upload = await client.PostAsync(Routes[0], "{\"parameters\":{\"config\":\"{}\",\"file:1/model.onnx\":\"AAAA\"}}", ("X-User", "ops"));
        Assert.Equal(501, upload.Status);
        Assert.Contains("would upload code", upload.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Planes_HaveConventionsOfTheirOwn()
    {
        await using WireApp app = await WireApp.StartAsync(configure: WithUsers, map: web =>
        {
            Use(web);
            OpenInferenceEndpoints planes = web.MapOpenInference("/guarded");
            planes.Infer.RequireAuthorization("ops");
        });
        using WireClient client = app.Client();
        string body = WireCase.X("INT32", "[1,1]", "[0]");
        Assert.Equal(401, (await client.PostAsync("/guarded/v2/models/stamp/infer", body)).Status);
        Assert.Equal(200, (await client.PostAsync("/guarded/v2/models/stamp/infer", body, ("X-User", "ops"))).Status);
        Assert.Equal(200, (await client.GetAsync("/guarded/v2/models/stamp")).Status);
        Assert.Equal(200, (await client.PostAsync("/v2/models/stamp/infer", body)).Status);
    }

    private static void WithUsers(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderUsers>("header", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy("ops", p => p.RequireUserName("ops"));
    }

    private static void Use(WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
    }

    /// <summary>Believes the header <c>X-User</c>.</summary>
    private sealed class HeaderUsers(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logging, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logging, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers["X-User"].FirstOrDefault() is { } name
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], Scheme.Name)), Scheme.Name))
            : AuthenticateResult.NoResult());
    }
}
