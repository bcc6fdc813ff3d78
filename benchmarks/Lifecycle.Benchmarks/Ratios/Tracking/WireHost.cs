using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Lifecycle.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>An app with tracking behind Kestrel on a loopback port, its workspace in a folder of its own.</summary>
internal sealed class WireHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string? _folder;

    private WireHost(WebApplication app, string? folder)
    {
        _app = app;
        _folder = folder;
        Client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
    }

    public HttpClient Client { get; }

    public ExperimentCatalog Experiments => _app.Services.GetRequiredService<ExperimentCatalog>();

    /// <summary>Starts over a workspace that somebody else removes, or over a new one.</summary>
    public static async Task<WireHost> StartAsync(string? root = null)
    {
        string? folder = root is null ? Directory.CreateTempSubdirectory("lifecycle-wire-").FullName : null;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Services.AddModelLifecycleCore().UseLocalStorage(root ?? folder!).AddTracking();
        WebApplication app = builder.Build();
        app.MapModelLifecycle();
        await app.StartAsync();
        return new WireHost(app, folder);
    }

    public async Task<JsonNode> PostAsync(string path, string json) => JsonNode.Parse(await SendAsync(path, json))!;

    /// <summary>Sends a request and reads the answer, without looking into it.</summary>
    public async Task<byte[]> SendAsync(string path, string json)
    {
        using StringContent content = new(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Client.PostAsync(new Uri("/api/2.0/mlflow" + path, UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }

    /// <summary>A run in the default experiment.</summary>
    public async Task<string> NewRunAsync() => (string)(await PostAsync("/runs/create", "{}"))["run"]!["info"]!["run_id"]!;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
