using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>An app behind Kestrel on a port of the loopback: what clients of the protocol really talk to.</summary>
internal sealed class WireApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WireApp(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Host = app.Services.GetRequiredService<ModelHost>();
    }

    public Uri Address { get; }

    public ModelHost Host { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="models">Which models; null serves all of <see cref="WireModels"/>.</param>
    /// <param name="options">How the protocol is spoken.</param>
    /// <param name="configure">What else the app needs.</param>
    /// <param name="map">What is mapped beside.</param>
    /// <param name="routes">What is said of all routes of the Lifecycle.</param>
    /// <param name="environment">In Development the admin plane may be open to everybody.</param>
    public static async Task<WireApp> StartAsync(
        Action<LifecycleBuilder>? models = null, Action<OpenInferenceOptions>? options = null, Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null, string environment = "Production", Action<RouteGroupBuilder>? routes = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        (models ?? WireModels.ServeAll)(builder.Services.AddModelLifecycleCore().AddServing());
        if (options is not null)
        {
            builder.Services.Configure(options);
        }

        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        map?.Invoke(app);
        RouteGroupBuilder all = app.MapModelLifecycle();
        routes?.Invoke(all);
        await app.StartAsync();
        return new WireApp(app);
    }

    public WireClient Client() => new(Address);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
