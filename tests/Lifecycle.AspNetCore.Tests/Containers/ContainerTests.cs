using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>The contracts of SageMaker and Vertex AI, kept by a program that was started as an image is.</summary>
public sealed class ContainerTests(ContainerTests.Containers containers) : IClassFixture<ContainerTests.Containers>
{
    private const string Ones = "1,1,1,1,1,1,1,1,1,1";
    private const string Zeros = "0,0,0,0,0,0,0,0,0,0";

    [Fact]
    public async Task Ping_OfAReadyContainer_Is200AndEmpty()
    {
        using WireClient client = new(containers.SageMaker.Address);
        WireAnswer ping = await client.GetAsync("/ping");
        Assert.Equal((200, "", "0"), (ping.Status, ping.Text, ping.Header("Content-Length")));
    }

    [Fact]
    public async Task ExecutionParameters_AreThoseOfThisMachine()
    {
        using WireClient client = new(containers.SageMaker.Address);
        Assert.Equal(
            $"{{\"MaxConcurrentTransforms\":{Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)},\"BatchStrategy\":\"MULTI_RECORD\",\"MaxPayloadInMB\":6}}",
            (await client.GetAsync("/execution-parameters")).Text);
    }

    [Theory]
    [InlineData("application/json", null, "{\"instances\":[[" + Ones + "],[" + Zeros + "]]}", "application/json", "{\"predictions\":[7.375,0.5]}")]
    [InlineData("application/json", null, "{\"instances\":[{\"x\":[" + Ones + "]}],\"parameters\":{\"a\":1}}", "application/json", "{\"predictions\":[7.375]}")]
    [InlineData("application/json; charset=utf-8", "text/csv", "{\"instances\":[[" + Ones + "],[" + Zeros + "]]}", "text/csv", "7.375\n0.5\n")]
    [InlineData("application/json", null, "{\"instances\":[]}", "application/json", "{\"predictions\":[]}")]
    [InlineData("application/json", null, "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,10],\"datatype\":\"FP32\",\"data\":[" + Ones + "]}]}", "application/json",
        "{\"model_name\":\"linear\",\"model_version\":\"7\",\"outputs\":[{\"name\":\"y\",\"shape\":[1,1],\"datatype\":\"FP32\",\"data\":[7.375]}]}")]
    [InlineData("application/jsonlines", null, "[" + Ones + "]\n{\"x\":[" + Zeros + "]}\n", "application/jsonlines", "7.375\n0.5\n")]
    [InlineData("application/x-jsonlines", "text/csv", "[" + Ones + "]", "text/csv", "7.375\n")]
    [InlineData("text/csv", "text/csv", Ones + "\r\n" + Zeros + "\r\n", "text/csv", "7.375\n0.5\n")]
    [InlineData("text/csv", null, Ones, "application/json", "{\"predictions\":[7.375]}")]
    [InlineData("text/csv", "*/*", Ones + "\n", "application/json", "{\"predictions\":[7.375]}")]
    [InlineData("text/csv", "text/csv;q=0, application/json", Ones + "\n", "application/json", "{\"predictions\":[7.375]}")]
    [InlineData("text/csv", "text/csv;q=0.4, application/json;q=0.5", Ones + "\n", "application/json", "{\"predictions\":[7.375]}")]
    [InlineData("text/csv", "application/json;q=0.5, TEXT/CSV; charset=utf-8;q=0.6", Ones + "\n", "text/csv", "7.375\n")]
    [InlineData("text/csv", "text/csv, */*;q=0.1", Ones + "\n", "text/csv", "7.375\n")]
    [InlineData("text/csv", "text/csv;q=0.1, */*", Ones + "\n", "application/json", "{\"predictions\":[7.375]}")]
    [InlineData("text/csv", "application/x-text/csv", Ones + "\n", "application/json", "{\"predictions\":[7.375]}")]
    [InlineData("text/csv", null, "\uFEFF" + Ones + "\n" + Zeros, "application/json", "{\"predictions\":[7.375,0.5]}")]
    [InlineData("application/json", null, "\uFEFF{\"instances\":[[" + Ones + "]]}", "application/json", "{\"predictions\":[7.375]}")]
    [InlineData("application/jsonlines", null, "\uFEFF[" + Ones + "]\n[" + Zeros + "]", "application/jsonlines", "7.375\n0.5\n")]
    [InlineData("application/json", null, "\uFEFF{\"inputs\":[{\"name\":\"x\",\"shape\":[1,10],\"datatype\":\"FP32\",\"data\":[" + Ones + "]}]}", "application/json",
        "{\"model_name\":\"linear\",\"model_version\":\"7\",\"outputs\":[{\"name\":\"y\",\"shape\":[1,1],\"datatype\":\"FP32\",\"data\":[7.375]}]}")]
    public async Task Invocations_OfEveryForm_AreAnswered(string contentType, string? accept, string body, string answerType, string expected)
    {
        using WireClient client = new(containers.SageMaker.Address);
        WireAnswer answer = await client.PostAsync(
            "/invocations", body, [("Content-Type", contentType), ("X-Amzn-SageMaker-Custom-Attributes", "trace-id=42"), ("X-Unknown", "1"), .. accept is null ? [] : new[] { ("Accept", accept) }]);
        Assert.Equal((200, expected), (answer.Status, answer.Text));
        Assert.StartsWith(answerType, answer.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Equal("trace-id=42", answer.Header("X-Amzn-SageMaker-Custom-Attributes"));
        Assert.Equal("7", answer.Header("Lifecycle-Model-Version"));
    }

    [Fact]
    public async Task Invocations_WithBinaryTensors_AreTheProtocol()
    {
        using WireClient client = new(containers.SageMaker.Address);
        byte[] head = WireCase.Utf8("{\"inputs\":[{\"name\":\"x\",\"shape\":[1,10],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":40}}],\"parameters\":{\"binary_data_output\":true}}");
        byte[] body = [.. head, .. Enumerable.Repeat(BitConverter.GetBytes(1f), 10).SelectMany(b => b)];
        WireAnswer answer = await client.SendAsync(
            HttpMethod.Post, "/invocations", body, ("Content-Type", "application/octet-stream"), ("Inference-Header-Content-Length", $"{head.Length}"));
        Assert.Equal(200, answer.Status);
        Assert.Equal(7.375f, BitConverter.ToSingle(answer.Tail));
    }

    [Theory]
    [InlineData("application/xml", "<a/>", 415, "application/xml")]
    [InlineData("text/plain", Ones, 415, "text/csv")]
    [InlineData("nonsense", Ones, 415, "nonsense")]
    [InlineData("application/json", "", 400, "empty")]
    [InlineData("application/json", "{\"instance\":[]}", 400, "inputs")]
    [InlineData("application/json", "{\"instances\":3}", 400, "instances")]
    [InlineData("application/json", "{\"instances\":[[1,2]]}", 400, "row 0")]
    [InlineData("application/json", "{\"instances\":[[" + Ones + "],{\"z\":1}]}", 400, "row 1")]
    [InlineData("application/jsonlines", "[" + Ones + "]\n[1", 400, "row 1")]
    [InlineData("application/jsonlines", "", 400, "empty")]
    [InlineData("text/csv", "", 400, "empty")]
    [InlineData("text/csv", Ones + "\n1,2,3\n", 400, "row 1")]
    [InlineData("text/csv", "a,b,c,d,e,f,g,h,i,j\n", 400, "row 0")]
    public async Task Invocations_ThatDoNotFit_AreRefused_AndTheNextIsAnswered(string contentType, string body, int status, string says)
    {
        using WireClient client = new(containers.SageMaker.Address);
        WireAnswer answer = await client.PostAsync("/invocations", body, ("Content-Type", contentType));
        Assert.True(status == answer.Status, answer.Text);
        Assert.Contains(says, answer.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("{\"predictions\":[7.375]}", (await client.PostAsync("/invocations", Ones, ("Content-Type", "text/csv"))).Text);
        Assert.Equal(1, client.Connections);
    }

    [Theory]
    [InlineData(1_024, true)]
    [InlineData(1_025, false)]
    public async Task CustomAttributes_ComeBack_UpToTheirLimit(int length, bool isEchoed)
    {
        using WireClient client = new(containers.SageMaker.Address);
        string attributes = new('a', length);
        WireAnswer answer = await client.PostAsync("/invocations", Ones, ("Content-Type", "text/csv"), ("X-Amzn-SageMaker-Custom-Attributes", attributes));
        Assert.Equal(200, answer.Status);
        Assert.Equal(isEchoed ? attributes : null, answer.Header("X-Amzn-SageMaker-Custom-Attributes"));
    }

    [Fact]
    public async Task Vertex_RoutesOfTheEnvironment_AreServed()
    {
        using WireClient client = new(containers.Vertex.Address);
        Assert.Equal((200, "OK"), Of(await client.GetAsync("/custom/health")));
        Assert.Equal((200, "{\"predictions\":[7.375,0.5]}"), Of(await client.PostAsync("/custom/predict", "{\"instances\":[[" + Ones + "],{\"x\":[" + Zeros + "]}],\"parameters\":{}}")));
        WireAnswer missing = await client.PostAsync("/custom/predict", "{\"rows\":[]}");
        Assert.Equal(400, missing.Status);
        Assert.Contains("\"instances\"", missing.Error, StringComparison.Ordinal);
        Assert.Equal(415, (await client.PostAsync("/custom/predict", "a=b", ("Content-Type", "application/x-www-form-urlencoded"))).Status);
        Assert.Equal(404, (await client.PostAsync("/predict", "{\"instances\":[]}")).Status);
        Assert.Equal((200, "OK"), Of(await client.GetAsync("/health")));
        Assert.Equal(1, client.Connections);
    }

    [Fact]
    public async Task Vertex_WithoutItsRoutes_UsesTheDefaults_AndTheOneHealth()
    {
        using WireClient client = new(containers.SageMaker.Address);
        Assert.Equal((200, "OK"), Of(await client.GetAsync("/health")));
        Assert.Equal((200, "{\"predictions\":[0.5]}"), Of(await client.PostAsync("/predict", "{\"instances\":[[" + Zeros + "]]}")));
    }

    [Theory]
    [InlineData("AIP_HTTP_PORT", "eighty")]
    [InlineData("SAGEMAKER_BIND_TO_PORT", "0")]
    [InlineData("PORT", "65536")]
    [InlineData("PORT", "-1")]
    [InlineData("AIP_HEALTH_ROUTE", "health")]
    public async Task Environment_ThatIsWrong_IsAStartUpError(string variable, string value)
    {
        (int code, string errors) = await ServeProcess.FailAsync((variable, value));
        Assert.NotEqual(0, code);
        Assert.Contains($"The environment variable {variable} is '{value}'", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NotReady_IsSaidByPingAndHealth()
    {
        await using WireApp app = await WireApp.StartAsync(map: web =>
        {
            web.MapSageMaker("side");
            web.MapVertexAI("side");
        });
        using WireClient client = app.Client();
        app.Host.Model("side").Unload();
        Assert.Equal((503, ""), Of(await client.GetAsync("/ping")));
        WireAnswer health = await client.GetAsync("/health");
        Assert.Equal(503, health.Status);
        Assert.StartsWith("side: ", health.Text, StringComparison.Ordinal);
        foreach (string path in new[] { "/invocations", "/predict" })
        {
            WireAnswer answer = await client.PostAsync(path, "{\"instances\":[1]}");
            Assert.Equal((503, "1"), (answer.Status, answer.Header("Retry-After")));
        }

        await app.Host.Model("side").LoadAsync();
        Assert.Equal((200, ""), Of(await client.GetAsync("/ping")));
        Assert.Equal((200, "{\"predictions\":[1]}"), Of(await client.PostAsync("/invocations", "{\"instances\":[1]}")));
    }

    [Fact]
    public async Task Stopped_OnPurpose_KeepsTheContainer_AndRefusesCalls()
    {
        await using WireApp app = await WireApp.StartAsync(map: web =>
        {
            web.MapSageMaker("side");
            web.MapVertexAI("side");
        });
        using WireClient client = app.Client();
        await app.Host.Deployments.StopAsync("side", "complaint 4711");
        Assert.Equal((200, ""), Of(await client.GetAsync("/ping")));
        Assert.Equal((200, "OK"), Of(await client.GetAsync("/health")));
        Assert.Equal(503, (await client.GetAsync("/v2/models/side/ready")).Status);
        foreach (string path in new[] { "/invocations", "/predict" })
        {
            WireAnswer answer = await client.PostAsync(path, "{\"instances\":[1]}");
            Assert.Equal((503, "1"), (answer.Status, answer.Header("Retry-After")));
            Assert.Contains("complaint 4711", answer.Error, StringComparison.Ordinal);
        }

        await app.Host.Deployments.ResumeAsync("side");
        Assert.Equal((200, "{\"predictions\":[1]}"), Of(await client.PostAsync("/invocations", "{\"instances\":[1]}")));
    }

    [Fact]
    public async Task Draining_IsSaidByPingAndHealth()
    {
        await using WireApp app = await WireApp.StartAsync(map: web =>
        {
            web.MapSageMaker("side");
            web.MapVertexAI("side");
        });
        using WireClient client = app.Client();
        Assert.Equal(200, (await client.GetAsync("/ping")).Status);
        app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Equal((503, ""), Of(await client.GetAsync("/ping")));
        Assert.Equal(503, (await client.GetAsync("/health")).Status);
        Assert.Equal((200, "{\"predictions\":[1]}"), Of(await client.PostAsync("/invocations", "{\"instances\":[1]}")));
    }

    [Fact]
    public async Task BothPlatforms_OnTheSameRoutes_AreAnsweredByTheOneThatTheEnvironmentNames()
    {
        using ServeProcess served = await ServeProcess.StartAsync("AIP_HTTP_PORT", ("AIP_HEALTH_ROUTE", "/ping"), ("AIP_PREDICT_ROUTE", "/invocations"));
        using WireClient client = new(served.Address);
        Assert.Equal((200, "OK"), Of(await client.GetAsync("/ping")));
        Assert.Equal((200, "{\"predictions\":[7.375]}"), Of(await client.PostAsync("/invocations", "{\"instances\":[[" + Ones + "]]}")));
    }

    [Fact]
    public async Task TypedModel_TakesAndGivesItsColumns()
    {
        await using WireApp app = await WireApp.StartAsync(map: web => web.MapSageMaker("loans"));
        using WireClient client = app.Client();
        JsonElement predictions = (await client.PostAsync("/invocations", "{\"instances\":[{\"Purpose\":\"house\",\"LoanToValue\":0.5},[1,\"boat\"]]}")).Json.GetProperty("predictions");
        Assert.Equal("[{\"Approved\":true,\"Score\":0.5},{\"Approved\":false,\"Score\":0}]", predictions.GetRawText());
        Assert.Equal("true,0.5\n", (await client.PostAsync("/invocations", "0.5,\"a \"\"house\"\"\"", ("Content-Type", "text/csv"), ("Accept", "text/csv"))).Text);
        Assert.Equal(500, (await client.PostAsync("/invocations", "0.5,poison", ("Content-Type", "text/csv"))).Status);
    }

    private static (int Status, string Text) Of(WireAnswer answer) => (answer.Status, answer.Text);

    /// <summary>One container of each platform.</summary>
    public sealed class Containers : IAsyncLifetime
    {
        internal ServeProcess SageMaker { get; private set; } = null!;

        internal ServeProcess Vertex { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            SageMaker = await ServeProcess.StartAsync("SAGEMAKER_BIND_TO_PORT", ("PORT", "1"));
            Vertex = await ServeProcess.StartAsync(
                "AIP_HTTP_PORT", ("SAGEMAKER_BIND_TO_PORT", "1"), ("AIP_HEALTH_ROUTE", "/custom/health"), ("AIP_PREDICT_ROUTE", "/custom/predict"));
        }

        public ValueTask DisposeAsync()
        {
            SageMaker?.Dispose();
            Vertex?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
