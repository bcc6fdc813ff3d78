using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

public sealed class WireErrorTests
{
    [Theory]
    [InlineData("/runs/log-metric", """{"run_id":"R","key":"a$b","value":1,"timestamp":1}""", "Invalid value \"a$b\" for parameter 'name' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).")]
    [InlineData("/runs/log-metric", """{"run_id":"R","key":"../x","value":1,"timestamp":1}""", "Invalid value \"../x\" for parameter 'name' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '../x'")]
    [InlineData("/runs/log-metric", """{"run_id":"R","value":1,"timestamp":1}""", "Missing value for required parameter 'key'. See the API docs for more information about request parameters.")]
    [InlineData("/runs/log-metric", """{"run_id":"R","key":"k","timestamp":1}""", "Missing value for required parameter 'value'. See the API docs for more information about request parameters.")]
    [InlineData("/runs/log-metric", """{"run_id":"R","key":"k","value":"abc","timestamp":1}""", "Invalid value for parameter 'value' supplied: Expected a number, or \"NaN\", \"Infinity\" or \"-Infinity\".")]
    [InlineData("/runs/log-metric", """{"run_id":"R","key":"k","value":1,"timestamp":-1}""", "Invalid value -1 for parameter 'timestamp' supplied: a time is Unix milliseconds, 0 or more.")]
    [InlineData("/runs/log-batch", """{"run_id":"R","metrics":[{"key":"a","value":1,"timestamp":1},{"key":"b","value":"abc","timestamp":1}]}""", "Invalid value for parameter 'metrics[1].value' supplied: Expected a number, or \"NaN\", \"Infinity\" or \"-Infinity\".")]
    [InlineData("/runs/log-batch", """{"run_id":"R","metrics":[{"key":"a","value":1,"timestamp":1,"step":"x"}]}""", "Invalid value for parameter 'metrics[0].step' supplied: Expected a whole number, for example 7.")]
    [InlineData("/runs/log-batch", """{"run_id":"R","metrics":[null]}""", "Invalid value for parameter 'metrics[0]' supplied: it is null.")]
    [InlineData("/runs/update", """{"run_id":"R","status":"DONE"}""", "Invalid value for parameter 'status' supplied: Expected one of RUNNING, SCHEDULED, FINISHED, FAILED, KILLED.")]
    [InlineData("/runs/search", """{"experiment_ids":["0"],"max_results":50001}""", "Invalid value 50001 for parameter 'max_results' supplied:  Hint: Value was of type 'int'. See the API docs for more information about request parameters.")]
    [InlineData("/runs/log-parameter", "[]", "The request is not a JSON object of this API: The body must be an object, for example {\"name\":\"x\"}.")]
    public async Task Mistakes_Are400_AndNameTheField(string path, string body, string message)
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        (_, string run) = await app.NewRunAsync();
        (int status, JsonNode? answer) = await app.SendAsync("POST", "/api/2.0/mlflow" + path, body.Replace("\"R\"", $"\"{run}\"", StringComparison.Ordinal));
        Assert.Equal((400, "INVALID_PARAMETER_VALUE", message), (status, (string?)answer!["error_code"], (string?)answer["message"]));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("\"{}\"")]
    public async Task AMissingBody_IsTheEmptyObject(string body)
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        (int status, JsonNode? answer) = await app.SendAsync("POST", "/api/2.0/mlflow/experiments/create", body);
        Assert.Equal((400, "Missing value for required parameter 'name'. See the API docs for more information about request parameters."), (status, (string?)answer!["message"]));
    }

    [Fact]
    public async Task ABodyThatIsJsonTwice_IsReadOnceMore_LastDuplicateWins()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        await app.PostAsync("/experiments/create", "\"{\\\"name\\\":\\\"a\\\",\\\"unknown\\\":[1],\\\"name\\\":\\\"b\\\"}\"");
        Assert.NotNull(await app.Experiments.GetAsync("b", MlflowApp.Token));
    }

    [Fact]
    public async Task Limits_400ForABatch_413ForOthers()
    {
        await using MlflowApp app = await MlflowApp.StartAsync(kestrel: true);
        (_, string run) = await app.NewRunAsync();
        (int batch, JsonNode? text) = await app.SendAsync("POST", "/api/2.0/mlflow/runs/log-batch", $$"""{"run_id":"{{run}}","x":"{{new string('x', 1_000_001)}}"}""");
        Assert.Equal(400, batch);
        Assert.Contains("1000000", (string)text!["message"]!, StringComparison.Ordinal);
        (int other, _) = await app.SendAsync("POST", "/api/2.0/mlflow/runs/set-tag", $$"""{"run_id":"{{run}}","x":"{{new string('x', 5 << 20)}}"}""");
        Assert.Equal(413, other);
        string many = string.Join(',', Enumerable.Range(0, 1001).Select(i => $$"""{"key":"k","value":{{i}},"timestamp":{{i}}}"""));
        (int metrics, _) = await app.SendAsync("POST", "/api/2.0/mlflow/runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{{many}}]}""");
        Assert.Equal(400, metrics);
        Assert.Null((await app.GetAsync($"/runs/get?run_id={run}"))["run"]!["data"]!["metrics"]);
    }

    [Theory]
    [InlineData("GET", "/api/2.0/mlflow/nothing", 404, "ENDPOINT_NOT_FOUND")]
    [InlineData("DELETE", "/api/2.0/mlflow/runs/create", 404, "ENDPOINT_NOT_FOUND")]
    [InlineData("GET", "/api/2.0/mlflow-artifacts/nothing", 404, "ENDPOINT_NOT_FOUND")]
    [InlineData("POST", "/api/3.0/mlflow/traces", 501, "NOT_IMPLEMENTED")]
    [InlineData("POST", "/v1/traces", 501, "NOT_IMPLEMENTED")]
    [InlineData("POST", "/api/2.0/mlflow/webhooks", 501, "NOT_IMPLEMENTED")]
    [InlineData("POST", "/api/2.0/mlflow-artifacts/mpu/create/x", 501, "NOT_IMPLEMENTED")]
    public async Task UnknownRoutes_AnswerJson(string method, string path, int status, string code)
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        (int got, JsonNode? answer) = await app.SendAsync(method, path, method == "GET" ? null : "{}");
        Assert.Equal((status, code), (got, (string?)answer!["error_code"]));
    }

    [Fact]
    public async Task WhatTheServerIs()
    {
        await using MlflowApp app = await MlflowApp.StartAsync(prefix: "/ml");
        Assert.Equal("3.6.0", (string?)(await app.SendAsync("GET", "/ml/version")).Body);
        Assert.Equal("OK", (string?)(await app.SendAsync("GET", "/ml/health")).Body);
        Assert.Equal("{}", (await app.SendAsync("GET", "/ml/api/2.0/mlflow/webhooks")).Body!.ToJsonString());
        Assert.Equal("{}", (await app.SendAsync("GET", "/ml/ajax-api/2.0/mlflow/webhooks")).Body!.ToJsonString());
        Assert.Equal(
            """{"store_type":"SqlStore","workspaces_enabled":false,"trace_archival_enabled":false,"multipart_uploads_enabled":false,"multipart_downloads_enabled":false}""",
            (await app.SendAsync("GET", "/ml/api/3.0/mlflow/server-info")).Body!.ToJsonString());
    }

    [Fact]
    public async Task Errors_NameNoSqlNoPath()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        (_, string run) = await app.NewRunAsync();
        await app.Experiments.DisposeAsync();
        await app.App.Services.GetRequiredService<LifecycleDatabase>().DisposeAsync();
        foreach ((string path, string body) in new[]
        {
            ("/runs/log-metric", $$"""{"run_id":"{{run}}","key":"k","value":1,"timestamp":1}"""), ("/experiments/create", """{"name":"x"}"""),
            ("/runs/search", """{"experiment_ids":["0"]}"""), ("/runs/update", $$"""{"run_id":"{{run}}","status":"FINISHED"}"""),
        })
        {
            (int status, JsonNode? answer) = await app.SendAsync("POST", "/api/2.0/mlflow" + path, body);
            Assert.Equal(500, status);
            string text = answer!.ToJsonString();
            foreach (string secret in new[] { app.Root, "SELECT", "INSERT", "tracking_", "sqlite", "SQLite", ".db", "Exception", " at " })
            {
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            }
        }
    }
}
