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
