using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Damaged bodies over HTTP, the same ones in every run: each is answered, none is a fault of the server.</summary>
public sealed class MutatedBodiesTests
{
    private const int Clients = 4;
    private const int Bodies = 100_000;

    [Fact]
    public async Task MutatedBodies_AreAnswered_AndNoneIsAFaultOfTheServer()
    {
        string root = Directory.CreateTempSubdirectory("lifecycle-web-").FullName;
        await using (WireApp app = await WireApp.StartAsync(
            l => WireModels.ServeAll(l.UseLocalStorage(root), logged: "linear"), o => o.Admin.AllowAnonymous(), map: web =>
            {
                web.MapSageMaker("linear");
                web.MapVertexAI("cube");
            },
            environment: "Development"))
        {
            ConcurrentDictionary<int, int> statuses = [];
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(c => Task.Run(() => SendAsync(app, 20_260_601 + c, statuses))));
            Assert.Equal(Bodies, statuses.Values.Sum());
            Assert.All(statuses.Keys, status => Assert.True(status is 200 or 202 or 400 or 404 or 413 or 415 or 501 or 503 or 504, $"status {status}, {statuses[status]} times"));

            // Damage that does not matter is answered, so that the statuses mean something.
            Assert.InRange(statuses[200], Bodies / 50, Bodies / 2);
            Assert.InRange(statuses[400], Bodies / 4, Bodies);
            Assert.True(app.Host.IsReady);
        }

        Directory.Delete(root, recursive: true);
    }

    private static async Task SendAsync(WireApp app, int seed, ConcurrentDictionary<int, int> statuses)
    {
        Seed[] seeds = [.. Seeds()];
        WireMutation mutation = new(seed);
        using WireClient client = app.Client();
        for (int i = 0; i < Bodies / Clients; i++)
        {
            Seed one = seeds[mutation.Random.Next(seeds.Length)];
            byte[] damaged = mutation.Body(one.Body, seeds[mutation.Random.Next(seeds.Length)].Body);
            List<(string, string)> headers = [.. one.Headers];
            if (one.Path.EndsWith("/infer", StringComparison.Ordinal) && mutation.Header(one.Length) is { } length)
            {
                headers.Add((InferenceRequestReader.HeaderLength, length));
            }

            WireAnswer answer = await client.SendAsync(HttpMethod.Post, one.Path, damaged, [.. headers]);
            statuses.AddOrUpdate(answer.Status, 1, static (_, count) => count + 1);
            if (answer.Status is not (200 or 202))
            {
                Assert.True(answer.Status is < 500 or 501 || IsShortOfTime(answer), $"{one.Path} {answer.Status} {answer.Text} {Convert.ToHexString(damaged)}");
                string error = one.Path.EndsWith("/predict", StringComparison.Ordinal) && one.Path.Length > "/predict".Length
                    ? answer.Json.GetProperty("detail").GetString()!
                    : answer.Error;
                Assert.InRange(error.Length, 16, 2_000);
            }
        }

        WireAnswer good = await client.PostAsync("/v2/models/linear/infer", WireCase.X("FP32", "[1,10]", "[1,1,1,1,1,1,1,1,1,1]"));
        Assert.Contains("7.375", good.Text, StringComparison.Ordinal);
        Assert.Equal(1, client.Connections);
    }

    private static IEnumerable<Seed> Seeds()
    {
        foreach (WireCase rule in WireCases.Json.Concat(WireCases.Binary).Where(r => !r.Path.Contains("simple_string", StringComparison.Ordinal)))
        {
            string? length = rule.Headers.FirstOrDefault(h => h.Name == InferenceRequestReader.HeaderLength).Value;
            yield return new(rule.Path, rule.Body!, length, [.. rule.Headers.Where(h => h.Name != InferenceRequestReader.HeaderLength)]);
        }

        yield return new("/invocations", WireCase.Utf8("{\"instances\":[[1,2,3,4,5,6,7,8,9,10],{\"x\":[1,1,1,1,1,1,1,1,1,1]}]}"), null, []);
        yield return new("/invocations", WireCase.Utf8("[1,2,3,4,5,6,7,8,9,10]\n{\"x\":[1,1,1,1,1,1,1,1,1,1]}\n"), null, [("Content-Type", "application/jsonlines")]);
        yield return new("/invocations", WireCase.Utf8("1,2,3,4,5,6,7,8,9,10\n\"1\",1,1,1,1,1,1,1,1,1e3\n"), null, [("Content-Type", "text/csv"), ("Accept", "text/csv")]);
        yield return new("/predict", WireCase.Utf8("{\"instances\":[[[1,2,3],[4,5,6]]],\"parameters\":{\"a\":1}}"), null, []);
        yield return new("/v2/repository/index", WireCase.Utf8("{\"ready\":true,\"a\":[1]}"), null, []);
        yield return new("/v2/repository/models/side/load", WireCase.Utf8("{\"parameters\":{\"other\":\"\\u00e9\",\"b\":{\"c\":1}}}"), null, []);
        const string Id = "019a3f00111172228333444455556666";
        foreach (string row in new[] { "{\"loanToValue\":0.5,\"purpose\":\"h\\u00e9\"}", "[{\"loanToValue\":1e38},{\"purpose\":\"boat\",\"loanToValue\":-7}]", "[{},{\"loanToValue\":3e38}]" })
        {
            yield return new("/lifecycle/models/loans/predict", WireCase.Utf8(row), null, []);
            yield return new("/lifecycle/models/loans/predict", WireCase.Utf8(row), null, []);
        }

        foreach (Seed outcome in Outcomes(Id))
        {
            yield return outcome;
        }

        yield return new("/lifecycle/models/linear/feedback", WireCase.Utf8($"[{{\"request_id\":\"{Id}\",\"outcome\":{{\"a\":\"\\u00e9\"}}}},{{\"id\":\"{Id}\",\"outcome\":1.5}}]"), null, []);
    }

    // Damage may leave a call too little time.
    private static bool IsShortOfTime(WireAnswer answer) =>
        (answer.Status == 504 && answer.Error.Contains("did not answer within", StringComparison.Ordinal)) || (answer.Status == 503 && answer.Error.Contains("the call has", StringComparison.Ordinal));

    // Around the deepest outcome that is taken, alone and in an array.
    private static IEnumerable<Seed> Outcomes(string id)
    {
        foreach (int levels in new[] { 2, 64, 66 })
        {
            string one = $"{{\"id\":\"{id}\",\"outcome\":{string.Concat(Enumerable.Repeat("{\"a\":[", levels / 2))}{levels}{string.Concat(Enumerable.Repeat("]}", levels / 2))}}}";
            yield return new("/lifecycle/models/linear/feedback", WireCase.Utf8(one), null, []);
            yield return new("/lifecycle/models/linear/feedback", WireCase.Utf8($"[{one},{{\"request_id\":\"{id}\",\"outcome\":[{levels}]}}]"), null, []);
        }
    }

    private sealed record Seed(string Path, byte[] Body, string? Length, (string Name, string Value)[] Headers);
}
