using System.Text.Json.Nodes;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>
/// Every place where our answer is not MLflow's, with the answer that is expected instead and why. The same list, in words, is docs/mlflow-deviations.md.
/// </summary>
internal static class WireDeviations
{
    public const string Reasons = """
        infinity            infinities come back as infinities; MLflow stores the greatest finite number (switch ClampInfinity)
        long-value          a param or tag longer than MLflow's limit is kept whole (switch TruncateLongValues)
        missing-artifact    a missing artifact is 404, a mistake of the caller; MLflow answers 500
        duplicate-name      the text of a taken name holds no SQL
        dataset-schema      a data set keeps its own schema; MLflow keeps the first one it saw of that name and digest
        or-in-filter        OR in a filter is accepted (switch StrictFilters)
        version             GET /version says the release whose API this is
        traces              traces are 501 until a later stage
        """;

    private const double Greatest = double.MaxValue;

    /// <summary>The deviation that an exchange falls under as a whole.</summary>
    /// <returns>Its name, the status and the body expected here; body null means that it is not compared.</returns>
    public static (string Name, int Status, JsonNode? Body)? OfExchange(WireExchange exchange)
    {
        if (exchange.Step == "download_missing" && exchange.Status == 500)
        {
            return ("missing-artifact", 404, Error("RESOURCE_DOES_NOT_EXIST", "No such artifact: 'nope.txt'"));
        }

        if (exchange.Step == "create_exp_dup")
        {
            return ("duplicate-name", 400, Error("RESOURCE_ALREADY_EXISTS", $"Experiment(name={(string)exchange.Body!["name"]!}) already exists."));
        }

        if (exchange.Step == "search_or")
        {
            return ("or-in-filter", 200, null);
        }

        if (exchange.Path == "/version")
        {
            return ("version", 200, JsonValue.Create("3.6.0"));
        }

        return exchange.Path is "/v1/traces" || exchange.Path.Contains("/mlflow/traces", StringComparison.Ordinal)
            ? ("traces", 501, Error("NOT_IMPLEMENTED", "This server does not have this feature."))
            : null;
    }

    /// <summary>The recorded answer with the values that differ everywhere replaced by ours.</summary>
    public static JsonNode? OfValues(JsonNode? node, Dictionary<string, string> longValues, ISet<string> used)
    {
        switch (node)
        {
            case JsonObject map:
                JsonObject made = [];
                foreach ((string key, JsonNode? value) in map)
                {
                    made[key] = OfValues(value, longValues, used);
                }

                return made;
            case JsonArray list:
                return new JsonArray([.. list.Select(item => OfValues(item, longValues, used))]);
            case JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.Number && Math.Abs(value.GetValue<System.Text.Json.JsonElement>().GetDouble()) == Greatest:
                used.Add("infinity");
                return JsonValue.Create(value.GetValue<System.Text.Json.JsonElement>().GetDouble() > 0 ? "Infinity" : "-Infinity");
            case JsonValue value when value.TryGetValue(out string? text) && longValues.TryGetValue(text, out string? whole):
                used.Add(text.StartsWith('{') ? "dataset-schema" : "long-value");
                return JsonValue.Create(whole);
            default:
                return node?.DeepClone();
        }
    }

    private static JsonObject Error(string code, string message) => new() { ["error_code"] = code, ["message"] = message };
}
