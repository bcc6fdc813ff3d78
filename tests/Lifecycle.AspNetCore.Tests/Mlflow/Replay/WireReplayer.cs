using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Sends a recording to the app and compares every answer.</summary>
internal sealed partial class WireReplayer(MlflowApp app)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly WireBinding _binding = new();
    private readonly Dictionary<string, string> _longValues = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unmade = new(StringComparer.Ordinal);
    private readonly HashSet<string> _incomplete = new(StringComparer.Ordinal);

    /// <summary>Differences that no deviation explains.</summary>
    public List<string> Differences { get; } = [];

    /// <summary>Deviations that were met.</summary>
    public SortedSet<string> Deviations { get; } = new(StringComparer.Ordinal);

    /// <summary>Endpoints that are not there.</summary>
    public SortedSet<string> Missing { get; } = new(StringComparer.Ordinal);

    /// <summary>Exchanges that could not be compared, because an endpoint is not there or because what such an endpoint would have made is not there.</summary>
    public List<int> Dependent { get; } = [];

    public async Task ReplayAsync(string file, List<WireExchange> recording)
    {
        ReadLongValues(recording);
        WireArrangement arrangement = new(app, _binding, _longValues);
        await arrangement.ArrangeAsync(recording);
        foreach (WireExchange exchange in recording)
        {
            if (exchange.Method != "GET" && _unmade.Any(id => exchange.Path.Contains(id, StringComparison.Ordinal) || Mentions(exchange, id)))
            {
                Note(exchange);
                if (exchange.Body is JsonObject skipped && (string?)skipped["run_id"] is { } run)
                {
                    _incomplete.Add(run);
                }

                continue;
            }

            await arrangement.BeforeAsync(file, exchange, recording);
            await ReplayAsync(exchange);
        }
    }

    private static bool Mentions(WireExchange exchange, string id) =>
        exchange.Path.EndsWith("/runs/log-metric", StringComparison.Ordinal) && (string?)exchange.Body?["model_id"] == id;

    private static string Template(WireExchange exchange) =>
        exchange.Method + " " + Ids().Replace(exchange.Path.Split('?')[0].Replace("/api/2.0/mlflow", "", StringComparison.Ordinal), "{id}");

    private void Note(WireExchange exchange) => Dependent.Add(exchange.Number);

    // What a client sent that MLflow cut, by what it then showed.
    private void ReadLongValues(List<WireExchange> recording)
    {
        foreach (WireExchange exchange in recording.Where(e => e.Step is "param_long" or "tag_long"))
        {
            string sent = (string)exchange.Body!["value"]!;
            int most = exchange.Step == "param_long" ? 6000 : 8000;
            _longValues[sent[..most]] = sent;
        }

        // The schema a client sent, by the one that MLflow kept of an earlier client.
        foreach (JsonNode? sent in recording.Where(e => e.Path.EndsWith("/runs/log-inputs", StringComparison.Ordinal))
            .SelectMany(e => e.Body!["datasets"] as JsonArray ?? []).Select(d => d!["dataset"]))
        {
            foreach (JsonNode? shown in recording.Where(e => e.Step == "get_run_inputs")
                .SelectMany(e => e.Answer!["run"]!["inputs"]!["dataset_inputs"] as JsonArray ?? []).Select(d => d!["dataset"]))
            {
                if ((string)shown!["digest"]! == (string)sent!["digest"]! && (string)shown["schema"]! != (string)sent["schema"]!)
                {
                    _longValues[(string)shown["schema"]!] = (string)sent["schema"]!;
                }
            }
        }
    }

    private async Task ReplayAsync(WireExchange exchange)
    {
        (int status, JsonNode? answer) = await SendAsync(exchange);
        if (status == 404 && (string?)(answer as JsonObject)?["error_code"] == "ENDPOINT_NOT_FOUND")
        {
            Missing.Add(Template(exchange));
            Note(exchange);
            if (exchange.Path.EndsWith("/logged-models", StringComparison.Ordinal))
            {
                _unmade.Add((string)exchange.Answer!["model"]!["info"]!["model_id"]!);
            }

            return;
        }

        if (exchange.Method == "GET" && (_unmade.Any(id => exchange.Path.Contains(id, StringComparison.Ordinal))
            || (exchange.Path.Contains("/runs/get?", StringComparison.Ordinal) && _incomplete.Any(id => exchange.Path.Contains(id, StringComparison.Ordinal)))))
        {
            Note(exchange);
            return;
        }

        if (exchange.Status == 200 && status == 200)
        {
            Bind(exchange, answer);
        }

        JsonNode? expected = exchange.Answer;
        int expectedStatus = exchange.Status;
        if (WireDeviations.OfExchange(exchange) is { } deviation)
        {
            Deviations.Add(deviation.Name);
            (expectedStatus, expected) = (deviation.Status, deviation.Body ?? answer);
        }

        string name = $"{exchange.Number} {exchange.Step} {exchange.Method} {exchange.Path}";
        if (status != expectedStatus)
        {
            Differences.Add($"{name}: status {expectedStatus} expected, got {status} {answer?.ToJsonString()}");
            return;
        }

        JsonNode? inOurIds = _binding.Json(WireDeviations.OfValues(expected, _longValues, Deviations));
        Differences.AddRange(new WireComparison(_binding).Compare(Meaning(inOurIds), Meaning(answer)).Select(d => $"{name}: {d}"));
    }

    // An empty body and none are the same.
    private static JsonNode? Meaning(JsonNode? body) => body is JsonValue value && value.TryGetValue(out string? text) && text.Length == 0 ? null : body;

    private void Bind(WireExchange exchange, JsonNode? answer)
    {
        if (exchange.Path.EndsWith("/experiments/create", StringComparison.Ordinal))
        {
            _binding.BindExperiment((string)exchange.Answer!["experiment_id"]!, (string)answer!["experiment_id"]!);
        }
        else if (exchange.Path.EndsWith("/runs/create", StringComparison.Ordinal))
        {
            JsonNode recorded = exchange.Answer!["run"]!["info"]!, ours = answer!["run"]!["info"]!;
            _binding.BindId((string)recorded["run_id"]!, (string)ours["run_id"]!);
            if (exchange.Body?["run_name"] is null)
            {
                _binding.BindName((string)recorded["run_name"]!, (string)ours["run_name"]!);
            }
        }
        else if (exchange.Path.EndsWith("/logged-models", StringComparison.Ordinal))
        {
            _binding.BindId(((string)exchange.Answer!["model"]!["info"]!["model_id"]!)[2..], ((string)answer!["model"]!["info"]!["model_id"]!)[2..]);
        }
    }

    private async Task<(int Status, JsonNode? Body)> SendAsync(WireExchange exchange)
    {
        using HttpRequestMessage request = new(new HttpMethod(exchange.Method), _binding.Path(exchange.Path));
        if (Content(exchange) is { } content)
        {
            request.Content = new ByteArrayContent(content);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        using HttpResponseMessage response = await app.Client.SendAsync(request, MlflowApp.Token);
        byte[] body = await response.Content.ReadAsByteArrayAsync(MlflowApp.Token);
        Assert.True(
            exchange.Path == "/version" || response.Headers.TryGetValues("X-Content-Type-Options", out IEnumerable<string>? sniff) && sniff.Single() == "nosniff",
            $"{exchange.Number}: no nosniff");
        return ((int)response.StatusCode, Read(body, exchange.Answer));
    }

    private byte[]? Content(WireExchange exchange)
    {
        switch (exchange.Body)
        {
            case null:
                return null;
            case JsonObject bytes when bytes["b64"] is { } encoded:
                return Convert.FromBase64String((string)encoded!);
            case JsonValue value when value.TryGetValue(out string? text):
                return text.Length == 0 ? null : Encoding.UTF8.GetBytes((string)_binding.Json(value)!);
            case var json when exchange.Path.Contains("/mlflow-artifacts/", StringComparison.Ordinal):
                byte[] compact = Encoding.UTF8.GetBytes(json.ToJsonString(Compact));
                return compact.Length == exchange.ContentLength ? compact : Encoding.UTF8.GetBytes(json.ToJsonString(Indented));
            case var json:
                return Encoding.UTF8.GetBytes(_binding.Json(json)!.ToJsonString(Compact));
        }
    }

    private static JsonNode? Read(byte[] body, JsonNode? expected)
    {
        if (expected is JsonObject bytes && bytes.ContainsKey("b64"))
        {
            return new JsonObject { ["b64"] = Convert.ToBase64String(body), ["len"] = body.Length };
        }

        string text = Encoding.UTF8.GetString(body);
        return text.Length == 0 ? null : text[0] == '{' ? JsonNode.Parse(text) : JsonValue.Create(text);
    }

    [GeneratedRegex("(m-)?[0-9a-f]{32}")]
    private static partial Regex Ids();
}
