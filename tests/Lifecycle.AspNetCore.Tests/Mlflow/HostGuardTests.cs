using System.Net;
using System.Text;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

public sealed class HostGuardTests
{
    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("localhost:5000", 200)]
    [InlineData("app.localhost", 200)]
    [InlineData("127.0.0.1:5000", 200)]
    [InlineData("[::1]:5000", 200)]
    [InlineData("10.1.2.3", 200)]
    [InlineData("172.16.0.9", 200)]
    [InlineData("172.32.0.9", 403)]
    [InlineData("192.168.1.4:80", 200)]
    [InlineData("169.254.1.1", 200)]
    [InlineData("8.8.8.8", 403)]
    [InlineData("evil.example.com", 403)]
    [InlineData("localhost.evil.com", 403)]
    [InlineData("127.0.0.1.evil.com", 403)]
    [InlineData("mlflow.example.org", 200)]
    [InlineData("a.listed.example", 200)]
    [InlineData("listed.example", 403)]
    [InlineData("app.example.net", 403)]
    public async Task Hosts(string host, int status)
    {
        await using MlflowApp app = await MlflowApp.StartAsync(
            configure: m =>
            {
                m.AllowedHosts.Add("mlflow.example.org");
                m.AllowedHosts.Add("*.listed.example");
            });
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/2.0/mlflow/experiments/search");
        request.Headers.Host = host;
        using HttpResponseMessage response = await app.Client.SendAsync(request, MlflowApp.Token);
        Assert.Equal(status, (int)response.StatusCode);
        if (status == 403)
        {
            Assert.Equal("Invalid Host header - possible DNS rebinding attack detected", await response.Content.ReadAsStringAsync(MlflowApp.Token));
        }
    }

    [Fact]
    public async Task HostsOfTheApplication_CountToo()
    {
        await using MlflowApp app = await MlflowApp.StartAsync(host: b => b.Services.Configure<HostFilteringOptions>(o => o.AllowedHosts = ["app.example.net"]));
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/2.0/mlflow/experiments/search");
        request.Headers.Host = "app.example.net";
        using HttpResponseMessage response = await app.Client.SendAsync(request, MlflowApp.Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task AStar_ListsNobody()
    {
        await using MlflowApp app = await MlflowApp.StartAsync(host: b => b.Services.Configure<HostFilteringOptions>(o => o.AllowedHosts = ["*"]));
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/2.0/mlflow/experiments/search");
        request.Headers.Host = "evil.example.com";
        using HttpResponseMessage response = await app.Client.SendAsync(request, MlflowApp.Token);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task HealthIsOpenToEveryHost()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, "/health");
        request.Headers.Host = "evil.example.com";
        using HttpResponseMessage response = await app.Client.SendAsync(request, MlflowApp.Token);
        Assert.Equal("OK", await response.Content.ReadAsStringAsync(MlflowApp.Token));
    }

    [Theory]
    [InlineData("http://localhost", 200)]
    [InlineData("http://evil.example.com", 403)]
    [InlineData("http://localhost:81", 403)]
    [InlineData("null", 403)]
    [InlineData("file://", 403)]
    public async Task ForeignOrigins_ChangeNothing(string origin, int status)
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/2.0/mlflow/experiments/create");
        request.Content = new StringContent("""{"name":"x"}""", Encoding.UTF8, "text/plain");
        request.Headers.TryAddWithoutValidation("Origin", origin);
        using HttpResponseMessage response = await app.Client.SendAsync(request, MlflowApp.Token);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 200, await app.Experiments.GetAsync("x", MlflowApp.Token) is not null);
    }
}
