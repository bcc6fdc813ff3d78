using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Lifecycle.AspNetCore.Tests;

public sealed class HostilePathTests
{
    private static readonly string[] Payloads =
    [
        "../x", "../../etc/passwd", "a/../../b", "a/..", "./a", "a/./b", "/etc/passwd", "//proc/self/root", "a//b", "..\\x", "a\\b", "C:/x", "c:x", "C:\\x",
        "%2e%2e/x", "..%2fx", "%252e%252e/x", "a%00b", "a\0b", "a\nb", "a#b", "a?b", "a;b", "file:///etc/passwd", "a/%2e%2e/b", "%2fetc", "\\\\host\\share",
        "a/..;/b", "a/ .. /%5c",
    ];

    [Fact]
    public async Task HostilePaths_AllRefused()
    {
        await using MlflowApp app = await MlflowApp.StartAsync(kestrel: true);
        (string experiment, string run) = await app.NewRunAsync();
        await app.PostAsync("/runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":1,"timestamp":1}""");
        string root = $"{experiment}/{run}/artifacts/";
        foreach (string payload in Payloads)
        {
            string encoded = Uri.EscapeDataString(payload);
            foreach (string method in new[] { "PUT", "GET", "DELETE" })
            {
                int status = await RawAsync(app, method, $"/api/2.0/mlflow-artifacts/artifacts/{root}{encoded}");
                Assert.True(status is 400 or 404, $"{method} {payload}: {status}");
            }

            await RefusedAsync(app, "GET", "/api/2.0/mlflow-artifacts/artifacts?path=" + Uri.EscapeDataString(root + payload));
            await RefusedAsync(app, "GET", "/api/2.0/mlflow-artifacts/artifacts?path=" + encoded);
            await RefusedAsync(app, "GET", $"/api/2.0/mlflow/artifacts/list?run_id={run}&path={encoded}");
            await RefusedAsync(app, "POST", "/api/2.0/mlflow/experiments/create", new JsonObject { ["name"] = "e" + encoded, ["artifact_location"] = payload });
            await RefusedAsync(
                app, "POST", "/api/2.0/mlflow/experiments/create",
                new JsonObject { ["name"] = "f" + encoded, ["artifact_location"] = "mlflow-artifacts:/" + (payload.StartsWith('/') ? "../" : "") + payload }, payload);
        }

        Assert.Empty(await app.Experiments.ArtifactsOf(run).ListAsync(cancellationToken: MlflowApp.Token));
        Assert.False(File.Exists(Path.Combine(app.Root, "x")));
    }

    [Theory]
    [InlineData("..%2f..%2fx")]
    [InlineData("%2e%2e/%2e%2e/x")]
    [InlineData("%252e%252e%252fx")]
    [InlineData("a%2fb")]
    [InlineData("a%5cb")]
    [InlineData("a%00b")]
    [InlineData("../../../../etc/passwd")]
    [InlineData("a/../../../../../x")]
    public async Task RawPaths_AreRefused(string raw)
    {
        await using MlflowApp app = await MlflowApp.StartAsync(kestrel: true);
        (string experiment, string run) = await app.NewRunAsync();
        foreach (string method in new[] { "PUT", "GET", "DELETE" })
        {
            int status = await RawAsync(app, method, $"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/{raw}");
            Assert.True(status is 400 or 404, $"{method} {raw}: {status}");
        }

        Assert.Empty(await app.Experiments.ArtifactsOf(run).ListAsync(cancellationToken: MlflowApp.Token));
    }

    // These become harmless behind our scheme: the rule for addresses lets them be.
    private static bool IsHarmlessBehindAScheme(string? payload) =>
        payload is "./a" or "a/./b" or "a//b" or "C:/x" or "c:x" or "file:///etc/passwd" or "%2fetc";

    private static async Task RefusedAsync(MlflowApp app, string method, string path, JsonObject? body = null, string? scheme = null)
    {
        if (IsHarmlessBehindAScheme(scheme))
        {
            return;
        }

        (int status, JsonNode? answer) = await app.SendAsync(method, path, body?.ToJsonString());
        Assert.True(status == 400, $"{method} {path} {body?.ToJsonString()}: {status} {answer?.ToJsonString()}");
    }

    // Over a socket of its own: clients would tidy the path up.
    private static async Task<int> RawAsync(MlflowApp app, string method, string path)
    {
        using TcpClient socket = new();
        await socket.ConnectAsync(IPAddress.Loopback, app.Client.BaseAddress!.Port, MlflowApp.Token);
        await using NetworkStream stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"), MlflowApp.Token);
        using StreamReader reader = new(stream, Encoding.ASCII);
        string line = await reader.ReadLineAsync(MlflowApp.Token) ?? "";
        return int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
