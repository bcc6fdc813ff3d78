using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

internal static partial class MlflowRoutes
{
    private const int BatchLimit = 1_000_000;
    private const int InputLimit = 32 << 20;
    private const int MostMetrics = 1000;
    private const int MostParams = 100;
    private const int MostTags = 100;
    private const int MostTogether = 1000;
    private const int CutParam = 6000;
    private const int CutTag = 8000;
    private const string ModelHistoryTag = "mlflow.log-model.history";

    private static void MapLogging(MlflowMap map)
    {
        ExperimentCatalog experiments = map.Server.Experiments;
        MlflowJson json = MlflowJson.Default;
        map.Post("/runs/log-metric", LifecycleVerb.Log, json.LogMetricRequest, (asked, token) => experiments.LogBatchAsync(
            MlflowRequire.Run(asked.RunId, asked.RunUuid), new RunBatch { Metrics = [MetricOf(asked, map.Server)] }, token));
        map.Post("/runs/log-parameter", LifecycleVerb.Log, json.RunPairRequest, (asked, token) => experiments.LogBatchAsync(
            MlflowRequire.Run(asked.RunId, asked.RunUuid),
            new RunBatch { Params = [KeyValuePair.Create(MlflowRequire.Text(asked.Key, "key"), Param(asked.Value ?? "", map.Server))] }, token));
        map.Post("/runs/set-tag", LifecycleVerb.Log, json.RunPairRequest, (asked, token) => experiments.LogBatchAsync(
            MlflowRequire.Run(asked.RunId, asked.RunUuid),
            new RunBatch { Tags = [KeyValuePair.Create(MlflowRequire.Text(asked.Key, "key"), Tag(asked.Value ?? "", map.Server))] }, token));
        map.Post("/runs/delete-tag", LifecycleVerb.Log, json.RunPairRequest, (asked, token) => experiments.RemoveRunTagAsync(
            MlflowRequire.Run(asked.RunId, asked.RunUuid), MlflowRequire.Text(asked.Key, "key"), token));
        map.Both("POST", "/runs/log-batch", LifecycleVerb.Log, async context =>
        {
            LogBatchRequest asked;
            try
            {
                asked = await MlflowBody.ReadAsync(context, json.LogBatchRequest, BatchLimit).ConfigureAwait(false);
            }
            catch (BodyTooLargeException large)
            {
                throw MlflowException.Invalid(large.Message);
            }

            await experiments.LogBatchAsync(MlflowRequire.Run(asked.RunId), BatchOf(asked, map.Server), context.RequestAborted).ConfigureAwait(false);
            await MlflowBody.WriteAsync(context, WireNothing.Instance, json.WireNothing).ConfigureAwait(false);
        });
        map.Post(
            "/runs/log-inputs", LifecycleVerb.Log, json.LogInputsRequest,
            (asked, token) => experiments.LogInputsAsync(
                MlflowRequire.Run(asked.RunId), [.. MlflowRequire.Items(asked.Datasets, "datasets").Select(MlflowShapes.InputOf)],
                [.. MlflowRequire.Items(asked.Models, "models").Select((m, i) => MlflowRequire.Text(m.ModelId, $"models[{i}].model_id"))], token),
            InputLimit);
        map.Post("/runs/outputs", LifecycleVerb.Log, json.LogOutputsRequest, (asked, token) => experiments.LogOutputsAsync(
            MlflowRequire.Run(asked.RunId),
            [
                .. MlflowRequire.Items(asked.Models, "models")
                    .Select((m, i) => new RunOutput(MlflowRequire.Text(m.ModelId, $"models[{i}].model_id"), m.Step ?? 0)),
            ],
            token));
        map.Post("/runs/log-model", LifecycleVerb.Log, json.LogModelRequest, async (asked, token) =>
        {
            string run = MlflowRequire.Run(asked.RunId);
            RunRecord known = await RequireRunAsync(experiments, run, token).ConfigureAwait(false);
            string history = WithModel(known.Tags.GetValueOrDefault(ModelHistoryTag), MlflowRequire.Text(asked.ModelJson, "model_json"));
            await experiments.LogBatchAsync(run, new RunBatch { Tags = [KeyValuePair.Create(ModelHistoryTag, history)] }, token).ConfigureAwait(false);
        });
    }

    private static RunBatch BatchOf(LogBatchRequest asked, MlflowServer server)
    {
        IReadOnlyList<WireMetric> metrics = MlflowRequire.Items(asked.Metrics, "metrics");
        IReadOnlyList<WirePair> parameters = MlflowRequire.Items(asked.Params, "params");
        IReadOnlyList<WirePair> tags = MlflowRequire.Items(asked.Tags, "tags");
        RequireFew(metrics.Count, MostMetrics, "metrics");
        RequireFew(parameters.Count, MostParams, "params");
        RequireFew(tags.Count, MostTags, "tags");
        RequireFew(metrics.Count + parameters.Count + tags.Count, MostTogether, "metrics, params and tags together");
        RunMetric[] points = new RunMetric[metrics.Count];
        for (int i = 0; i < points.Length; i++)
        {
            points[i] = MetricOf(metrics[i], i, server);
        }

        return new RunBatch
        {
            Metrics = points,
            Params = [.. parameters.Select((p, i) => KeyValuePair.Create(MlflowRequire.Text(p.Key, $"params[{i}].key"), Param(p.Value ?? "", server)))],
            Tags = [.. tags.Select((t, i) => KeyValuePair.Create(MlflowRequire.Text(t.Key, $"tags[{i}].key"), Tag(t.Value ?? "", server)))],
        };
    }

    private static RunMetric MetricOf(LogMetricRequest asked, MlflowServer server) => new(
        MlflowRequire.Text(asked.Key, "key"), Value(asked.Value ?? throw MlflowException.Missing("value"), server),
        MlflowRequire.Time(MlflowRequire.Number(asked.Timestamp, "timestamp"), "timestamp"), asked.Step ?? 0)
    {
        ModelId = NullIfEmpty(asked.ModelId),
        DatasetName = NullIfEmpty(asked.DatasetName),
        DatasetDigest = NullIfEmpty(asked.DatasetDigest),
    };

    private static RunMetric MetricOf(WireMetric asked, int i, MlflowServer server)
    {
        if (string.IsNullOrEmpty(asked.Key) || asked.Value is not { } value || asked.Timestamp is not { } ms || ms < 0)
        {
            throw string.IsNullOrEmpty(asked.Key) ? MlflowException.Missing($"metrics[{i}].key")
                : asked.Value is null ? MlflowException.Missing($"metrics[{i}].value")
                : asked.Timestamp is null ? MlflowException.Missing($"metrics[{i}].timestamp")
                : MlflowException.Invalid($"Invalid value {asked.Timestamp} for parameter 'metrics[{i}].timestamp' supplied: a time is Unix milliseconds, 0 or more.");
        }

        return new RunMetric(asked.Key, Value(value, server), MlflowRequire.Time(ms, "timestamp"), asked.Step ?? 0)
        {
            ModelId = NullIfEmpty(asked.ModelId),
            DatasetName = NullIfEmpty(asked.DatasetName),
            DatasetDigest = NullIfEmpty(asked.DatasetDigest),
        };
    }

    private static void RequireFew(int count, int most, string what)
    {
        if (count > most)
        {
            throw MlflowException.Invalid(string.Create(
                CultureInfo.InvariantCulture, $"A batch logging request can contain at most {most} {what}. Got {count} {what}. Please split up {what} across multiple requests and try again."));
        }
    }

    private static double Value(double value, MlflowServer server) =>
        server.Compatibility.ClampInfinity && double.IsInfinity(value) ? (value > 0 ? double.MaxValue : double.MinValue) : value;

    private static string Param(string value, MlflowServer server) => Cut(value, CutParam, server);

    private static string Tag(string value, MlflowServer server) => Cut(value, CutTag, server);

    private static string Cut(string value, int most, MlflowServer server) =>
        server.Compatibility.TruncateLongValues && value.Length > most ? value[..(char.IsHighSurrogate(value[most - 1]) ? most - 1 : most)] : value;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    // The history of models that clients up to 2.x keep: what a model was made of, without its signature.
    private static string WithModel(string? history, string model)
    {
        try
        {
            JsonArray all = history is null ? [] : JsonNode.Parse(history) as JsonArray ?? [];
            JsonObject read = JsonNode.Parse(model) as JsonObject ?? throw new WireValueException("Expected a JSON object as text.");
            if (read["artifact_path"] is null || read["flavors"] is null)
            {
                throw MlflowException.Missing(read["artifact_path"] is null ? "model_json.artifact_path" : "model_json.flavors");
            }

            JsonObject kept = [];
            foreach (string field in new[] { "run_id", "artifact_path", "utc_time_created", "model_uuid", "flavors" })
            {
                kept[field] = read[field]?.DeepClone();
            }

            all.Add((JsonNode)kept);
            return all.ToJsonString();
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            throw MlflowException.Invalid("Invalid value for parameter 'model_json' supplied: Expected a JSON object as text.");
        }
    }
}
