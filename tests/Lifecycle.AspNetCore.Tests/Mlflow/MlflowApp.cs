using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Lifecycle.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>An app with tracking alone, its own workspace, and a Kestrel on a loopback port or a test server.</summary>
internal sealed class MlflowApp : IAsyncDisposable
{
    private readonly string _root;

    private MlflowApp(WebApplication app, string root, HttpClient client)
    {
        App = app;
        _root = root;
        Client = client;
    }

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public string Root => _root;

    public ExperimentCatalog Experiments => App.Services.GetRequiredService<ExperimentCatalog>();

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<MlflowApp> StartAsync(
        bool kestrel = false, Action<MlflowCompatibility>? configure = null, string prefix = "", Action<LifecycleBuilder>? more = null,
        Action<WebApplicationBuilder>? host = null, Action<WebApplication>? map = null)
    {
        string root = Directory.CreateTempSubdirectory("lifecycle-mlflow-").FullName;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (kestrel)
        {
            builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        LifecycleBuilder lifecycle = builder.Services.AddModelLifecycleCore();
        lifecycle.UseLocalStorage(root).AddTracking();
        more?.Invoke(lifecycle);
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        host?.Invoke(builder);
        WebApplication app = builder.Build();
        app.MapModelLifecycle(prefix);
        map?.Invoke(app);
        await app.StartAsync();
        HttpClient client;
        if (kestrel)
        {
            string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            client = new HttpClient { BaseAddress = new Uri(address) };
        }
        else
        {
            client = app.GetTestClient();
        }

        return new MlflowApp(app, root, client);
    }

    public async Task<(int Status, JsonNode? Body)> SendAsync(string method, string path, string? json = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        using HttpResponseMessage response = await Client.SendAsync(request, Token);
        string text = await response.Content.ReadAsStringAsync(Token);
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : text.Length == 0 ? null : JsonValue.Create(text));
    }

    /// <summary>Posts under <c>/api/2.0/mlflow</c>; the answer must be 200.</summary>
    public async Task<JsonNode> PostAsync(string path, string json)
    {
        (int status, JsonNode? body) = await SendAsync("POST", "/api/2.0/mlflow" + path, json);
        Assert.True(status == 200, $"{path}: {status} {body}");
        return body!;
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        (int status, JsonNode? body) = await SendAsync("GET", "/api/2.0/mlflow" + path);
        Assert.True(status == 200, $"{path}: {status} {body}");
        return body!;
    }

    /// <summary>Makes a run in an experiment of its own.</summary>
    /// <returns>Ids of experiment and run.</returns>
    public async Task<(string Experiment, string Run)> NewRunAsync(string name = "e")
    {
        string experiment = (string)(await PostAsync("/experiments/create", $$"""{"name":"{{name}}"}"""))["experiment_id"]!;
        JsonNode run = await PostAsync("/runs/create", $$"""{"experiment_id":"{{experiment}}","user_id":"u","start_time":1000}""");
        return (experiment, (string)run["run"]!["info"]!["run_id"]!);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync(CancellationToken.None);
        await App.DisposeAsync();
        for (int again = 0; Directory.Exists(_root); again++)
        {
            try
            {
                Directory.Delete(_root, recursive: true);
            }
            catch (IOException) when (again < 20)
            {
                // Something of the app still closes a file.
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }
}
