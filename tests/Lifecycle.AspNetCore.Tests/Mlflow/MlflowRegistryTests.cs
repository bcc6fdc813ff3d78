using System.Text.Json.Nodes;
using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Models, versions and logged models over the wire, beyond what the recordings say.</summary>
public sealed class MlflowRegistryTests
{
    [Fact]
    public async Task ProtectedAlias_RefusesOnWireAndInDotNet()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        ModelRegistry registry = app.App.Services.GetRequiredService<ModelRegistry>();
        await app.PostAsync("/registered-models/create", """{"name":"m"}""");
        await app.PostAsync("/model-versions/create", """{"name":"m","source":"s3://bucket/model"}""");
        await registry.ProtectAsync("m", "champion", p => p.RequireEvidence("gate"), MlflowApp.Token);
        (int status, JsonNode? body) = await SendAsync(app, "POST", "/registered-models/alias", """{"name":"m","alias":"champion","version":"1"}""");
        Assert.Equal((403, "PERMISSION_DENIED"), (status, (string?)body!["error_code"]));
        Assert.Contains("asks for evidence 'gate'", (string)body["message"]!, StringComparison.Ordinal);
        ModelVersion version = (await registry.GetVersionAsync("m", 1, MlflowApp.Token))!;
        await Assert.ThrowsAsync<PromotionRefusedException>(async () => await registry.PromoteAsync(version, "champion", cancellationToken: MlflowApp.Token));
        await app.PostAsync("/registered-models/alias", """{"name":"m","alias":"challenger","version":"1"}""");
        (_, body) = await SendAsync(app, "GET", "/registered-models/alias?name=m&alias=latest", null);
        Assert.Equal(("1", "challenger"), ((string?)body!["model_version"]!["version"], (string?)body["model_version"]!["aliases"]![0]));
    }

    [Theory]
    [InlineData("POST", "/registered-models/alias", """{"name":"m","alias":"latest","version":"1"}""", 400, "'latest' alias name (case insensitive) is reserved.")]
    [InlineData("POST", "/registered-models/alias", """{"name":"m","alias":"v1","version":"1"}""", 400, "Version alias name 'v1' is reserved.")]
    [InlineData("POST", "/registered-models/alias", """{"name":"m","alias":"a","version":"x"}""", 400, "Parameter 'version' must be an integer, got 'x'.")]
    [InlineData("GET", "/registered-models/get?name=none", null, 404, "Registered Model with name=none not found")]
    [InlineData("PATCH", "/registered-models/update", """{"name":"none","description":"d"}""", 404, "Registered Model with name=none not found")]
    [InlineData("POST", "/registered-models/rename", """{"name":"m","new_name":"taken"}""", 400, "Registered Model (name=taken) already exists.")]
    [InlineData("POST", "/model-versions/create", """{"name":"none","source":"s3://b/m"}""", 404, "Registered Model with name=none not found")]
    [InlineData("POST", "/model-versions/create", """{"name":"m","source":"dummy-source"}""", 400, null)]
    [InlineData("POST", "/model-versions/create", """{"name":"m"}""", 400, "Missing value for required parameter 'source'. See the API docs for more information about request parameters.")]
    [InlineData("POST", "/model-versions/transition-stage", """{"name":"m","version":"1","stage":"Staging"}""", 400, null)]
    [InlineData("POST", "/model-versions/transition-stage", """{"name":"m","version":"1","stage":"None","archive_existing_versions":true}""", 400, null)]
    [InlineData("GET", "/registered-models/search?page_token=!", null, 400, null)]
    [InlineData("GET", "/logged-models/m-1", null, 404, "Logged model with ID 'm-1' not found.")]
    [InlineData("PATCH", "/logged-models/m-1", """{"model_id":"m-1","status":"LOGGED_MODEL_READY"}""", 404, "Logged model with ID 'm-1' not found.")]
    [InlineData("PATCH", "/logged-models/m-1", """{"model_id":"m-1","status":"LOGGED_MODEL_PENDING"}""", 400, null)]
    [InlineData("POST", "/logged-models", """{"experiment_id":"77"}""", 404, "No Experiment with id=77 exists")]
    [InlineData("POST", "/logged-models", """{"experiment_id":"0","name":"a/b"}""", 400, null)]
    public async Task Mistakes_AreAnsweredInMlflowsWords(string method, string path, string? body, int expected, string? message)
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        await app.PostAsync("/registered-models/create", """{"name":"m"}""");
        await app.PostAsync("/registered-models/create", """{"name":"taken"}""");
        await app.PostAsync("/model-versions/create", """{"name":"m","source":"s3://bucket/model"}""");
        (int status, JsonNode? answer) = await SendAsync(app, method, path, body);
        Assert.Equal(expected, status);
        Assert.Equal(message ?? (string)answer!["message"]!, (string)answer!["message"]!);
    }

    [Fact]
    public async Task LoggedModel_GoesThroughItsLife()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        JsonNode made = await app.PostAsync("/logged-models", """{"experiment_id":"0","name":"model","model_type":"Agent","params":[{"key":"p","value":"1"}]}""");
        string id = (string)made["model"]!["info"]!["model_id"]!;
        await app.Experiments.ArtifactsOfModel(id).PutAsync("dir/a.txt", "hello"u8.ToArray(), MlflowApp.Token);
        (int status, JsonNode? body) = await SendAsync(app, "GET", $"/logged-models/{id}/artifacts/directories", null);
        Assert.Equal((200, "dir", true), (status, (string?)body!["files"]![0]!["path"], (bool)body["files"]![0]!["is_dir"]!));
        using HttpResponseMessage file = await app.Client.GetAsync(
            new Uri($"/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/files?artifact_file_path=dir/a.txt", UriKind.Relative), MlflowApp.Token);
        Assert.Equal("hello", await file.Content.ReadAsStringAsync(MlflowApp.Token));
        await app.PostAsync($"/logged-models/{id}/params", """{"params":[{"key":"q","value":"2"}]}""");
        (status, _) = await SendAsync(app, "PATCH", $"/logged-models/{id}/tags", """{"tags":[{"key":"t","value":"v"}]}""");
        Assert.Equal(200, status);
        (status, body) = await SendAsync(app, "PATCH", $"/logged-models/{id}", $$"""{"model_id":"{{id}}","status":"LOGGED_MODEL_READY"}""");
        Assert.Equal((200, "LOGGED_MODEL_READY"), (status, (string?)body!["model"]!["info"]!["status"]));
        JsonNode found = await app.PostAsync("/logged-models/search", """{"experiment_ids":["0"],"filter":"params.q = '2' AND tags.t = 'v'"}""");
        Assert.Equal(id, (string)found["models"]![0]!["info"]!["model_id"]!);
        Assert.Equal(200, (await SendAsync(app, "DELETE", $"/logged-models/{id}/tags/t", null)).Status);
        Assert.Equal(404, (await SendAsync(app, "DELETE", $"/logged-models/{id}/tags/t", null)).Status);
        Assert.Equal(200, (await SendAsync(app, "DELETE", $"/logged-models/{id}", null)).Status);
        Assert.Equal(404, (await SendAsync(app, "GET", $"/logged-models/{id}", null)).Status);
    }

    private static Task<(int Status, JsonNode? Body)> SendAsync(MlflowApp app, string method, string path, string? json) =>
        app.SendAsync(method, "/api/2.0/mlflow" + path, json);
}
