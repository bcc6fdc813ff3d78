using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Mutated requests, from a table of all mapped routes and, where they are here, from the recordings.</summary>
internal sealed class WireFuzz(int seed)
{
    private static readonly string[] Nasty =
    [
        "null", "[]", "{}", "\"\"", "0", "-1", "9223372036854775808", "1e999", "\"NaN\"", "true", "[null]", "{\"a\":{}}", "\"\\u0000\"", "\"\\ud800\"", "\"../x\"",
        "\"%2e%2e\"", "\"'\"", "[[[[[[]]]]]]", "\"\\\"; DROP TABLE x\"", "12345678901234567890123", "\"é\"", "-0.0", "\"Infinity\"",
    ];

    private static readonly string[] Fields =
    [
        "run_id", "run_uuid", "experiment_id", "experiment_ids", "key", "value", "timestamp", "step", "metrics", "params", "tags", "filter", "order_by", "max_results",
        "page_token", "run_view_type", "view_type", "status", "end_time", "start_time", "name", "new_name", "datasets", "models", "model_json", "path", "metric_key",
        "run_ids", "start_step", "end_step", "artifact_location", "run_name", "user_id", "experiment_name", "version", "alias", "stage", "source", "model_id",
    ];

    private readonly Random _random = new(seed);

    /// <summary>Sends so many requests.</summary>
    /// <returns>Those that were answered with 5xx other than 501 and 503, or that threw.</returns>
    public async Task<List<string>> RunAsync(MlflowApp app, int requests)
    {
        (string experiment, string run) = await app.NewRunAsync("fuzz");
        List<(string Method, string Path, string Body)> seeds = [.. Recorded(), .. Mapped(app, experiment, run)];
        List<string> failed = [];
        for (int i = 0; i < requests; i++)
        {
            (string method, string path, string body) = seeds[_random.Next(seeds.Count)];
            path = _random.Next(3) == 0 ? MutatePath(path) : path;
            body = Mutate(body.Replace("RUN", run, StringComparison.Ordinal).Replace("EXPERIMENT", experiment, StringComparison.Ordinal));
            try
            {
                using HttpRequestMessage request = new(new HttpMethod(method), path);
                if (method is not "GET" and not "HEAD")
                {
                    request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                }

                using HttpResponseMessage response = await app.Client.SendAsync(request, MlflowApp.Token);
                if ((int)response.StatusCode >= 500 && (int)response.StatusCode is not 501)
                {
                    failed.Add($"{method} {path} {body}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(MlflowApp.Token)}");
                }
            }
            catch (Exception error) when (error is UriFormatException or FormatException or ArgumentException)
            {
                // The client refused to send it.
            }
        }

        return failed;
    }

    private static IEnumerable<(string, string, string)> Recorded()
    {
        if (WireExchange.Folder() is null)
        {
            yield break;
        }

        foreach (WireExchange exchange in WireExchange.Load("wire-2.9.jsonl").Concat(WireExchange.Load("wire-3.6.jsonl")))
        {
            string body = exchange.Body?.ToJsonString() ?? "";
            if (body.Length < 4000)
            {
                yield return (exchange.Method, exchange.Path, body);
            }
        }
    }

    private static IEnumerable<(string, string, string)> Mapped(MlflowApp app, string experiment, string run)
    {
        JsonObject body = new()
        {
            ["run_id"] = run, ["experiment_id"] = experiment, ["key"] = "k", ["value"] = 1, ["timestamp"] = 1, ["step"] = 1, ["name"] = "n", ["filter"] = "metrics.a > 1",
            ["metrics"] = new JsonArray(new JsonObject { ["key"] = "m", ["value"] = 1.5, ["timestamp"] = 7 }), ["experiment_ids"] = new JsonArray(experiment),
            ["tags"] = new JsonArray(new JsonObject { ["key"] = "t", ["value"] = "v" }), ["order_by"] = new JsonArray("metrics.a DESC"), ["max_results"] = 5,
        };
        foreach (RouteEndpoint route in app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            string path = route.RoutePattern.RawText!.Replace("{**path}", $"{experiment}/{run}/artifacts/a.txt", StringComparison.Ordinal);
            foreach (string method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["POST"])
            {
                yield return (method, method == "GET" ? $"{path}?run_id={run}&metric_key=m&run_ids={run}&experiment_id={experiment}&path=x" : path, body.ToJsonString());
            }
        }
    }

    private string MutatePath(string path)
    {
        int at = _random.Next(path.Length);
        return _random.Next(6) switch
        {
            0 => path[..at],
            1 => path.Insert(at, _random.Next(2) == 0 ? "%2F" : "%252e"),
            2 => path + "&" + Fields[_random.Next(Fields.Length)] + "=" + Uri.EscapeDataString(Nasty[_random.Next(Nasty.Length)]),
            3 => path.Replace('=', '%'),
            4 => path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "max_results=" + _random.NextInt64(long.MinValue, long.MaxValue),
            _ => path.Insert(at, ((char)_random.Next(1, 0xD7FF)).ToString()),
        };
    }

    private string Mutate(string body)
    {
        if (body.Length == 0)
        {
            return Nasty[_random.Next(Nasty.Length)];
        }

        int at = _random.Next(body.Length), to = Math.Min(body.Length, at + _random.Next(1, 8));
        switch (_random.Next(9))
        {
            case 0:
                return body[..at];
            case 1:
                return body.Remove(at, to - at);
            case 2:
                return body.Insert(at, body[at..to]);
            case 3:
                return body.Insert(at, ((char)_random.Next(0, 0xD7FF)).ToString());
            case 4:
                return JsonValue.Create(body)!.ToJsonString();
            case 5:
                return string.Concat(Enumerable.Repeat("[", 200)) + body;
            case 6 when body.EndsWith('}'):
                string field = Fields[_random.Next(Fields.Length)];
                return $"{body[..^1]}{(body.Length > 2 ? "," : "")}\"{field}\":{Nasty[_random.Next(Nasty.Length)]}}}";
            case 7:
                int colon = body.IndexOf(':', at);
                int comma = colon < 0 ? -1 : body.IndexOfAny([',', '}'], colon);
                return comma < 0 ? body : body[..(colon + 1)] + Nasty[_random.Next(Nasty.Length)] + body[comma..];
            default:
                return body;
        }
    }
}
