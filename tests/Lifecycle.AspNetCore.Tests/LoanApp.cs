using Lifecycle.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lifecycle.AspNetCore.Tests;

public sealed class Loan
{
    public float LoanToValue { get; set; }

    public string Purpose { get; set; } = "";
}

public sealed class Answer
{
    public bool Approved { get; set; }

    public float Score { get; set; }
}

/// <summary>An app with one served function, its own workspace and a test server.</summary>
internal sealed class LoanApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _root;

    private LoanApp(WebApplication app, string root)
    {
        _app = app;
        _root = root;
        Client = app.GetTestClient();
    }

    public HttpClient Client { get; }

    public WebApplication App => _app;

    public static Answer Decide(Loan loan) => loan.Purpose == "poison"
        ? throw new InvalidOperationException("secret of the model")
        : new Answer { Approved = loan.LoanToValue < 0.9f, Score = 1 - loan.LoanToValue };

    public static async Task<LoanApp> StartAsync(Action<LifecycleBuilder>? more = null, string prefix = "", Action<WebApplication>? map = null)
    {
        string root = Directory.CreateTempSubdirectory("lifecycle-web-").FullName;
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddModelLifecycle(lifecycle =>
        {
            lifecycle.UseLocalStorage(root).Serve<Loan, Answer>("loans", configure: s => s.FromFunction("v1", (Loan loan) => Decide(loan)));
            more?.Invoke(lifecycle);
        });
        WebApplication app = builder.Build();
        app.MapModelLifecycle(prefix);
        map?.Invoke(app);
        await app.StartAsync();
        return new LoanApp(app, root);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
