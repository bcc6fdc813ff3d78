using System.Collections.Concurrent;
using System.Text.Json;
using Lifecycle.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>What <c>/stats</c> says is what the clients counted themselves.</summary>
public sealed class StatisticsTests
{
    private const int Clients = 6;

    private static readonly int Calls = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full" ? 1_000_000 : 20_000;

    [Fact]
    public async Task MixedCalls_FromSeveralClients_AreCountedExactly()
    {
        await using WireApp app = await WireApp.StartAsync(lifecycle =>
        {
            lifecycle.Services.AddSingleton<IModelRuntime, BatchedRuntime>();
            lifecycle.Serve("twice", s => s.FromSource(new BatchedRuntime.Source()));
            WireModels.ServeAll(lifecycle);
        });
        ConcurrentDictionary<(string Model, string Version), Count> expected = [];
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(c => Task.Run(() => CallAsync(app, c, expected))));
        using WireClient client = app.Client();
        JsonElement stats = (await client.GetAsync("/v2/models/stats")).Json.GetProperty("model_stats");
        int seen = 0;
        foreach (JsonElement version in stats.EnumerateArray())
        {
            (string, string) key = (version.GetProperty("name").GetString()!, version.GetProperty("version").GetString()!);
            Count count = expected.GetValueOrDefault(key, new Count());
            Check(version, count, isBatched: key.Item1 == "twice");
            seen += count.Successes > 0 ? 1 : 0;
        }

        Assert.Equal(expected.Values.Count(c => c.Successes > 0), seen);
        Assert.Equal(Calls / Clients * Clients, expected.Values.Sum(c => c.Successes + c.Failures + c.Refused));
        Assert.All(new[] { ("linear", "7"), ("twice", "1"), ("poison", "1"), ("stamp", "2"), ("stamp", "10"), ("", "") }, key => Assert.True(expected.ContainsKey(key)));
    }

    private static void Check(JsonElement version, Count expected, bool isBatched)
    {
        JsonElement inference = version.GetProperty("inference_stats");
        Assert.Equal(expected.Rows, version.GetProperty("inference_count").GetInt64());
        Assert.All(
            new[] { "success", "queue", "compute_input", "compute_infer", "compute_output" },
            part => Assert.Equal(expected.Successes, inference.GetProperty(part).GetProperty("count").GetInt64()));
        Assert.Equal(expected.Failures, inference.GetProperty("fail").GetProperty("count").GetInt64());
        Assert.Equal(expected.Successes > 0, version.GetProperty("last_inference").GetInt64() > 0);
        Assert.Equal(expected.Successes > 0, inference.GetProperty("success").GetProperty("ns").GetInt64() > 0);
        SortedDictionary<int, long> batches = [];
        foreach (JsonElement batch in version.GetProperty("batch_stats").EnumerateArray())
        {
            long runs = batch.GetProperty("compute_infer").GetProperty("count").GetInt64();
            Assert.Equal(runs, batch.GetProperty("compute_input").GetProperty("count").GetInt64());
            Assert.Equal(runs, batch.GetProperty("compute_output").GetProperty("count").GetInt64());
            batches.Add(batch.GetProperty("batch_size").GetInt32(), runs);
        }

        Assert.Equal(batches.Values.Sum(), version.GetProperty("execution_count").GetInt64());
        if (isBatched)
        {
            // Who shared a run with whom is chance; the rows are not.
            Assert.Equal(expected.Rows, batches.Sum(b => b.Key * b.Value));
            Assert.InRange(batches.Values.Sum(), 1, expected.Successes);
            Assert.InRange(batches.Keys.Max(), 1, 32);
        }
        else
        {
            Assert.Equal(expected.Batches.Where(b => b.Key > 0), batches);
        }
    }

    private static async Task CallAsync(WireApp app, int seed, ConcurrentDictionary<(string, string), Count> counts)
    {
        Random random = new(seed);
        using WireClient client = app.Client();
        for (int i = 0; i < Calls / Clients; i++)
        {
            int rows = random.Next(8) == 0 ? random.Next(41) : 1;
            int kind = random.Next(10);
            (string path, string body) = kind switch
            {
                0 or 1 => (WireClient.InferPath("linear"), WireCase.X("FP32", $"[{rows},10]", Numbers(rows * 10))),
                2 or 3 or 4 => (WireClient.InferPath("twice"), WireCase.X("INT32", $"[{rows},1]", Numbers(rows))),
                5 => (WireClient.InferPath("poison"), WireCase.X("FP32", "[1,1]", random.Next(2) == 0 ? "[13]" : "[12]")),
                6 => (WireClient.InferPath("stamp", random.Next(2) == 0 ? "2" : "latest"), WireCase.X("INT32", $"[{rows},1]", Numbers(rows))),
                7 => (WireClient.InferPath("stamp"), WireCase.X("INT32", "[1,1]", "[0]")),
                8 => (WireClient.InferPath("linear"), random.Next(3) switch { 0 => WireCase.X("FP32", "[1,9]", Numbers(9)), 1 => WireCase.X("FP32", "[1,10]", Numbers(9)), _ => "{" }),
                _ => random.Next(2) == 0 ? (WireClient.InferPath("nobody"), "{}") : (WireClient.InferPath("stamp", "9"), "{}"),
            };
            WireAnswer answer = await client.PostAsync(path, body);
            string model = path.Split('/')[3];
            int sent = kind is 5 or 7 ? 1 : rows;
            switch (answer.Status)
            {
                case 200:
                    counts.GetOrAdd((model, answer.Header(InferEndpoint.ModelVersion)!), static _ => new Count()).Succeeded(sent);
                    break;
                case 500:
                    counts.GetOrAdd((model, "1"), static _ => new Count()).Failed();
                    break;
                default:
                    Assert.True(answer.Status is 400 or 404, answer.Text);
                    counts.GetOrAdd(("", ""), static _ => new Count()).Refuse();
                    break;
            }
        }
    }

    private static string Numbers(int count) => "[" + string.Join(',', Enumerable.Repeat("1", count)) + "]";

    private sealed class Count
    {
        public long Successes { get; private set; }

        public long Failures { get; private set; }

        public long Refused { get; private set; }

        public long Rows { get; private set; }

        public SortedDictionary<int, long> Batches { get; } = [];

        public void Succeeded(int rows)
        {
            lock (Batches)
            {
                Successes++;
                Rows += rows;
                Batches[rows] = Batches.GetValueOrDefault(rows) + 1;
            }
        }

        public void Failed()
        {
            lock (Batches)
            {
                Failures++;
            }
        }

        public void Refuse()
        {
            lock (Batches)
            {
                Refused++;
            }
        }
    }
}
