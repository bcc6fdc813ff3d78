using System.Text.Json.Nodes;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Makes what a recording presupposes: its server had been used before.</summary>
internal sealed class WireArrangement(MlflowApp app, WireBinding binding, Dictionary<string, string> longValues)
{
    private readonly HashSet<string> _runs = new(StringComparer.Ordinal);

    public async Task ArrangeAsync(List<WireExchange> recording)
    {
        await app.PostAsync("/experiments/create", """{"name":"before"}""");
        string wire = (string)(await app.PostAsync("/experiments/create", """{"name":"wire","tags":[{"key":"a","value":"1"}]}"""))["experiment_id"]!;
        binding.BindExperiment("1", wire);
        HashSet<string> made = [.. recording.Where(e => e.Path.EndsWith("/experiments/create", StringComparison.Ordinal)).Select(e => (string)e.Body!["name"]!)];
        foreach (JsonNode? experiment in Answers(recording, "/experiments/search").SelectMany(e => e["experiments"] as JsonArray ?? []).OrderBy(e => (long)e!["creation_time"]!))
        {
            if ((string)experiment!["experiment_id"]! != "1" && !made.Contains((string)experiment["name"]!))
            {
                JsonObject asked = new() { ["name"] = (string)experiment["name"]!, ["tags"] = experiment["tags"]!.DeepClone() };
                JsonNode answer = await app.PostAsync("/experiments/create", asked.ToJsonString());
                binding.BindExperiment((string)experiment["experiment_id"]!, (string)answer["experiment_id"]!);
            }
        }

        IEnumerable<JsonNode?> runs = recording
            .Where(e => e.Path.EndsWith("/runs/search", StringComparison.Ordinal) && e.Status == 200 && (string?)e.Body!["experiment_ids"]![0] == "1")
            .SelectMany(e => e.Answer!["runs"] as JsonArray ?? []);
        foreach (JsonNode? run in runs.OrderBy(r => (long)r!["info"]!["start_time"]!))
        {
            await RunAsync(run!);
        }
    }

    /// <summary>What happened between two recorded exchanges without being recorded.</summary>
    public async Task BeforeAsync(string file, WireExchange next, List<WireExchange> recording)
    {
        if (file == "wire-3.6.jsonl" && next.Number == 28)
        {
            // The newer client logged these before the recording went on.
            JsonNode run = recording[28].Answer!["run"]!;
            string id = (string)binding.Json(run["info"]!["run_id"])!;
            foreach ((string key, string value) in new[] { ("nan", "NaN"), ("inf", "Infinity"), ("ninf", "-Infinity") })
            {
                JsonNode point = ((JsonArray)run["data"]!["metrics"]!).Single(m => (string)m!["key"]! == key)!;
                await app.PostAsync("/runs/log-metric", new JsonObject
                {
                    ["run_id"] = id, ["key"] = key, ["value"] = value, ["timestamp"] = (long)point["timestamp"]!, ["step"] = 0,
                }.ToJsonString());
            }
        }

        switch (file, next.Step)
        {
            case ("wire-2.9.jsonl", "bad_rm_name"):
                await app.PostAsync("/registered-models/create", """{"name":"a/b"}""");
                break;
            case ("wire-3.6.jsonl", "dl_uri") when next.Path.Contains("registered-models/get", StringComparison.Ordinal):
                await app.PostAsync("/registered-models/rename", """{"name":"rm2","new_name":"rm3"}""");
                break;
            case ("wire-3.6.jsonl", "del_rm") when next.Method == "GET":
                (int status, _) = await app.SendAsync("DELETE", "/api/2.0/mlflow/model-versions/delete", """{"name":"rm3","version":"1"}""");
                Assert.Equal(200, status);
                break;
        }
    }

    private static IEnumerable<JsonNode> Answers(List<WireExchange> recording, string path) =>
        recording.Where(e => e.Path.EndsWith(path, StringComparison.Ordinal) && e.Status == 200).Select(e => e.Answer!);

    private async Task RunAsync(JsonNode recorded)
    {
        string id = (string)recorded["info"]!["run_id"]!;
        if (!_runs.Add(id))
        {
            return;
        }

        JsonNode run = WireDeviations.OfValues(recorded, longValues, new HashSet<string>())!;
        JsonNode info = run["info"]!, data = run["data"]!;
        JsonObject create = new()
        {
            ["experiment_id"] = (string?)binding.Json(info["experiment_id"], "experiment_id"),
            ["user_id"] = (string)info["user_id"]!,
            ["run_name"] = (string)info["run_name"]!,
            ["start_time"] = (long)info["start_time"]!,
        };
        string ours = (string)(await app.PostAsync("/runs/create", create.ToJsonString()))["run"]!["info"]!["run_id"]!;
        binding.BindId(id, ours);
        foreach (string kind in new[] { "metrics", "params", "tags" })
        {
            foreach (JsonNode?[] some in (data[kind] as JsonArray ?? []).Chunk(100))
            {
                JsonObject batch = new() { ["run_id"] = ours, [kind] = new JsonArray([.. some.Select(s => binding.Json(s))]) };
                await app.PostAsync("/runs/log-batch", batch.ToJsonString());
            }
        }

        if (run["inputs"]?["dataset_inputs"] is JsonArray inputs)
        {
            await app.PostAsync("/runs/log-inputs", new JsonObject { ["run_id"] = ours, ["datasets"] = inputs.DeepClone() }.ToJsonString());
        }

        JsonObject end = new() { ["run_id"] = ours, ["status"] = (string)info["status"]! };
        if (info["end_time"] is { } ended)
        {
            end["end_time"] = (long)ended;
        }

        await app.PostAsync("/runs/update", end.ToJsonString());
    }
}
