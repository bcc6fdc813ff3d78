using System.Text.Json.Nodes;
using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore.Tests;

public sealed class WireRunTests
{
    [Fact]
    public async Task WritesOfTheWire_AndOfTheRunItself_Unite()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        await using Run run = await app.Experiments.StartRunAsync("e", cancellationToken: MlflowApp.Token);
        run.LogParam("a", "1");
        run.LogMetric("m", 1, step: 1, DateTimeOffset.UnixEpoch);
        await app.PostAsync("/runs/log-batch", $$"""{"run_id":"{{run.Id}}","params":[{"key":"b","value":"2"}],"metrics":[{"key":"m","value":2,"timestamp":1,"step":2}]}""");
        (int status, JsonNode? changed) = await app.SendAsync("POST", "/api/2.0/mlflow/runs/log-parameter", $$"""{"run_id":"{{run.Id}}","key":"a","value":"3"}""");
        Assert.Equal(
            (400, $"Changing param values is not allowed. Param with key='a' was already logged with value='1' for run ID='{run.Id}'. Attempted logging new value '3'."),
            (status, (string?)changed!["message"]));
        run.LogParam("b", "4");
        run.LogMetric("m", 3, step: 0, DateTimeOffset.UnixEpoch);
        await run.FlushAsync(MlflowApp.Token);
        RunRecord record = (await app.Experiments.GetRunAsync(run.Id, MlflowApp.Token))!;
        Assert.Equal(("1", "2", 2.0), (record.Params["a"], record.Params["b"], record.Metrics["m"].Value));
        Assert.Equal(3, (await app.GetAsync($"/metrics/get-history?run_id={run.Id}&metric_key=m"))["metrics"]!.AsArray().Count);
    }

    [Fact]
    public async Task NameAndTag_AreOneValue()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        (_, string run) = await app.NewRunAsync();
        Assert.Equal("run-" + run[^8..], await NameAsync());
        await app.PostAsync("/runs/set-tag", $$"""{"run_id":"{{run}}","key":"mlflow.runName","value":"one"}""");
        Assert.Equal("one", await NameAsync());
        await app.PostAsync("/runs/update", $$"""{"run_id":"{{run}}","run_name":"two"}""");
        Assert.Equal("two", await NameAsync());
        Assert.Equal("two", (await app.Experiments.GetRunAsync(run, MlflowApp.Token))!.Tags["mlflow.runName"]);

        async Task<string> NameAsync() => (string)(await app.GetAsync($"/runs/get?run_uuid={run}"))["run"]!["info"]!["run_name"]!;
    }

    [Fact]
    public async Task Histories_PagesBulkAndSamples()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        (string experiment, string one) = await app.NewRunAsync();
        string two = (string)(await app.PostAsync("/runs/create", $$"""{"experiment_id":"{{experiment}}"}"""))["run"]!["info"]!["run_id"]!;
        foreach (string run in new[] { one, two })
        {
            await app.Experiments.LogBatchAsync(
                run, new RunBatch { Metrics = [.. Enumerable.Range(0, 10_000).Select(i => new RunMetric("m", i, DateTimeOffset.FromUnixTimeMilliseconds(i), i))] },
                MlflowApp.Token);
        }

        List<long> steps = [];
        string token = "";
        do
        {
            JsonNode page = await app.GetAsync($"/metrics/get-history?run_id={one}&metric_key=m&max_results=3000{(token.Length == 0 ? "" : "&page_token=" + token)}");
            steps.AddRange(page["metrics"]!.AsArray().Select(m => (long)m!["step"]!));
            token = (string?)page["next_page_token"] ?? "";
        }
        while (token.Length > 0);
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => (long)i), steps);
        JsonNode samples = await app.GetAsync($"/metrics/get-history-bulk-interval?run_ids={one}&run_ids={two}&metric_key=m&max_results=4");
        Assert.Equal(
            new[] { one, two }.SelectMany(r => new long[] { 0, 2500, 5000, 7500, 9999 }.Select(s => (r, s))),
            samples["metrics"]!.AsArray().Select(m => ((string)m!["run_id"]!, (long)m["step"]!)));
        (int status, _) = await app.SendAsync("GET", $"/api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids={one}&metric_key=m&start_step=3");
        Assert.Equal(400, status);
        JsonNode bulk = await app.GetAsync($"/metrics/get-history-bulk?run_id={one}&run_id={two}&metric_key=m&max_results=10001");
        Assert.Equal(10_001, bulk["metrics"]!.AsArray().Count);
        Assert.Equal("{}", (await app.GetAsync($"/metrics/get-history?run_id={one}&metric_key=none")).ToJsonString());
        foreach (string bad in new[] { "zzz", "!!!", token + "aDF8" })
        {
            (int refused, _) = await app.SendAsync("GET", $"/api/2.0/mlflow/metrics/get-history?run_id={one}&metric_key=m&page_token={bad}");
            Assert.Equal(400, refused);
        }
    }

    [Fact]
    public async Task Numbers_NaNInfinityAndFarSteps_RoundTrip()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        (_, string run) = await app.NewRunAsync();
        await app.PostAsync("/runs/log-batch", $$"""
            {"run_id":"{{run}}","metrics":[{"key":"a","value":"NaN","timestamp":"7","step":-5},{"key":"b","value":"-Infinity","timestamp":7,"step":1099511627776},
            {"key":"c","value":-0.0,"timestamp":7},{"key":"l","value":1.0,"timestamp":100,"step":5},{"key":"l","value":9.0,"timestamp":200,"step":1}]}
            """);
        Dictionary<string, JsonNode> metrics = (await app.GetAsync($"/runs/get?run_id={run}"))["run"]!["data"]!["metrics"]!.AsArray()
            .ToDictionary(m => (string)m!["key"]!, m => m!);
        Assert.Equal(("NaN", -5L), ((string)metrics["a"]["value"]!, (long)metrics["a"]["step"]!));
        Assert.Equal(("-Infinity", 1L << 40), ((string)metrics["b"]["value"]!, (long)metrics["b"]["step"]!));
        Assert.Equal("0", metrics["c"]["value"]!.ToJsonString());
        Assert.Equal(1.0, (double)metrics["l"]["value"]!);
    }

    [Fact]
    public async Task Switches_ClampAndTruncate()
    {
        await using MlflowApp app = await MlflowApp.StartAsync(configure: m =>
        {
            m.ClampInfinity = true;
            m.TruncateLongValues = true;
        });
        (_, string run) = await app.NewRunAsync();
        await app.PostAsync("/runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":"Infinity","timestamp":1}""");
        await app.PostAsync("/runs/log-parameter", $$"""{"run_id":"{{run}}","key":"p","value":"{{new string('x', 6001)}}"}""");
        await app.PostAsync("/runs/set-tag", $$"""{"run_id":"{{run}}","key":"t","value":"{{new string('x', 9000)}}"}""");
        RunRecord record = (await app.Experiments.GetRunAsync(run, MlflowApp.Token))!;
        Assert.Equal((double.MaxValue, 6000, 8000), (record.Metrics["m"].Value, record.Params["p"].Length, record.Tags["t"].Length));
    }

    [Fact]
    public async Task ManyAtOnce_ShareCommits_AndOneMistakeHarmsNobody()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        (_, string run) = await app.NewRunAsync();
        await app.PostAsync("/runs/log-parameter", $$"""{"run_id":"{{run}}","key":"p","value":"1"}""");
        (int Status, JsonNode? Body)[] answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => i % 10 == 0
            ? app.SendAsync("POST", "/api/2.0/mlflow/runs/log-parameter", $$"""{"run_id":"{{run}}","key":"p","value":"2"}""")
            : app.SendAsync("POST", "/api/2.0/mlflow/runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":{{i}},"timestamp":{{i}},"step":{{i}}}""")));
        Assert.All(answers.Index(), a => Assert.Equal(a.Index % 10 == 0 ? 400 : 200, a.Item.Status));
        Assert.Equal(270, (await app.GetAsync($"/metrics/get-history?run_id={run}&metric_key=m"))["metrics"]!.AsArray().Count);
    }

    [Fact]
    public async Task Restore_LeavesSingleDeletions_UnlessTheSwitchIsSet()
    {
        foreach (bool all in new[] { false, true })
        {
            await using MlflowApp app = await MlflowApp.StartAsync(configure: m => m.RestoreAllRuns = all);
            (string experiment, string run) = await app.NewRunAsync();
            await app.PostAsync("/runs/delete", $$"""{"run_id":"{{run}}"}""");
            await app.PostAsync("/experiments/delete", $$"""{"experiment_id":"{{experiment}}"}""");
            await app.PostAsync("/experiments/restore", $$"""{"experiment_id":"{{experiment}}"}""");
            Assert.Equal(!all, (await app.Experiments.GetRunAsync(run, MlflowApp.Token))!.IsDeleted);
        }
    }

    [Fact]
    public async Task Experiments_TagsRenameAndDatasets()
    {
        await using MlflowApp app = await MlflowApp.StartAsync();
        (string experiment, string run) = await app.NewRunAsync();
        await app.PostAsync("/experiments/set-experiment-tag", $$"""{"experiment_id":"{{experiment}}","key":"a","value":"1"}""");
        await app.PostAsync("/experiments/delete-experiment-tag", $$"""{"experiment_id":"{{experiment}}","key":"a"}""");
        (int again, _) = await app.SendAsync("POST", "/api/2.0/mlflow/experiments/delete-experiment-tag", $$"""{"experiment_id":"{{experiment}}","key":"a"}""");
        Assert.Equal(404, again);
        await app.PostAsync("/experiments/create", """{"name":"taken"}""");
        (int taken, JsonNode? text) = await app.SendAsync("POST", "/api/2.0/mlflow/experiments/update", $$"""{"experiment_id":"{{experiment}}","new_name":"taken"}""");
        Assert.Equal((400, "RESOURCE_ALREADY_EXISTS", "Experiment(name=taken) already exists."), (taken, (string?)text!["error_code"], (string?)text["message"]));
        await app.PostAsync("/runs/log-inputs", $$$"""
            {"run_id":"{{{run}}}","datasets":[{"tags":[{"key":"mlflow.data.context","value":"train"}],"dataset":{"name":"d","digest":"x","source_type":"s3","source":"{}"}}]}
            """);
        foreach (string path in new[] { "/api/2.0/mlflow/experiments/search-datasets", "/ajax-api/2.0/mlflow/experiments/search-datasets", "/ajax-api/2.0mlflow/experiments/search-datasets" })
        {
            (_, JsonNode? found) = await app.SendAsync("POST", path, $$"""{"experiment_ids":["{{experiment}}"]}""");
            Assert.Equal($$"""{"dataset_summaries":[{"experiment_id":"{{experiment}}","name":"d","digest":"x","context":"train"}]}""", found!.ToJsonString());
        }

        (int many, _) = await app.SendAsync("POST", "/api/2.0/mlflow/experiments/search-datasets", "{}");
        Assert.Equal(400, many);
    }
}
