using System.Text.Json;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Triton's statistics extension: what each version did since it was loaded; the last retired versions stay listed.</summary>
internal static class ModelStatistics
{
    private const int RetiredVersions = 8;
    private const long NanosecondsPerTick = 100;

    /// <summary>Writes the versions of one model, or of all.</summary>
    /// <param name="context">The call.</param>
    /// <param name="models">The models.</param>
    /// <param name="version">The version that is asked for; null for all.</param>
    public static Task WriteAsync(HttpContext context, IEnumerable<ServedModel> models, string? version) => JsonBody.WriteAsync(context, writer =>
    {
        writer.WriteStartArray("model_stats");
        foreach (ServedModel model in models)
        {
            foreach (VersionStatus status in Listed(model, version))
            {
                Write(writer, model.Name, status);
            }
        }

        writer.WriteEndArray();
    });

    /// <summary>The versions of a model that were ever ready, newest first.</summary>
    public static IEnumerable<VersionStatus> Listed(ServedModel model, string? version)
    {
        IReadOnlyList<VersionStatus> all = model.Versions;
        IEnumerable<VersionStatus> retired = all.Where(v => v.State == VersionState.Retired).Take(RetiredVersions);
        string? wanted = version is null ? null : model.Find(version)?.Version ?? version;
        return all.Where(v => v.State is VersionState.Ready or VersionState.Draining).Concat(retired).Where(v => wanted is null || v.Version == wanted);
    }

    private static void Write(Utf8JsonWriter writer, string model, VersionStatus status)
    {
        ServingStatistics statistics = status.Statistics;
        writer.WriteStartObject();
        writer.WriteString("name", model);
        writer.WriteString("version", status.Version);
        writer.WriteNumber("last_inference", statistics.LastInference?.ToUnixTimeMilliseconds() ?? 0);
        writer.WriteNumber("inference_count", statistics.Rows);
        writer.WriteNumber("execution_count", statistics.Executions);
        writer.WriteStartObject("inference_stats");
        Duration(writer, "success", statistics.Successes, statistics.SuccessTime);
        Duration(writer, "fail", statistics.Failures, statistics.FailureTime);
        Duration(writer, "queue", statistics.Successes, statistics.QueueTime);
        Duration(writer, "compute_input", statistics.Successes, statistics.InputTime);
        Duration(writer, "compute_infer", statistics.Successes, statistics.InferTime);
        Duration(writer, "compute_output", statistics.Successes, statistics.OutputTime);
        Duration(writer, "cache_hit", 0, TimeSpan.Zero);
        Duration(writer, "cache_miss", 0, TimeSpan.Zero);
        writer.WriteEndObject();
        writer.WriteStartObject("response_stats");
        writer.WriteEndObject();
        writer.WriteStartArray("batch_stats");
        foreach (BatchStatistics batch in statistics.Batches)
        {
            writer.WriteStartObject();
            writer.WriteNumber("batch_size", batch.Rows);
            Duration(writer, "compute_input", batch.Executions, batch.Input);
            Duration(writer, "compute_infer", batch.Executions, batch.Infer);
            Duration(writer, "compute_output", batch.Executions, batch.Output);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("memory_usage");
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Duration(Utf8JsonWriter writer, string name, long count, TimeSpan time)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("count", count);
        writer.WriteNumber("ns", time.Ticks * NanosecondsPerTick);
        writer.WriteEndObject();
    }
}
