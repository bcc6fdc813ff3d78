using System.Text.Json;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>A point as JSON, as it is kept in <c>drift_performance</c>.</summary>
internal static class PerformanceJson
{
    public static byte[] Write(PerformancePoint point)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("monitor", point.Window.Monitor);
            json.WriteString("model", point.Window.Model);
            json.WriteString("version", point.Window.Version);
            json.WriteString("start", point.Window.Start);
            json.WriteString("end", point.Window.End);
            json.WriteBoolean("tooSmall", point.Window.TooSmall);
            json.WriteBoolean("final", point.IsFinal);
            json.WriteNumber("rows", point.Rows);
            json.WriteNumber("labelled", point.Labelled);
            json.WriteStartArray("delay");
            LabelDelay delay = point.LabelDelay;
            foreach (long number in (ReadOnlySpan<long>)[delay.Count, delay.Median.Ticks, delay.Ninety.Ticks, delay.NinetyNine.Ticks, delay.Longest.Ticks])
            {
                json.WriteNumberValue(number);
            }

            json.WriteEndArray();
            json.WriteStartArray("metrics");
            foreach (MetricPoint metric in point.Metrics)
            {
                Write(json, metric);
            }

            json.WriteEndArray();
            json.WriteStartArray("warnings");
            foreach (string warning in point.Warnings)
            {
                json.WriteStringValue(warning);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>Reads a point that was written.</summary>
    /// <exception cref="FormatException">It is damaged, or names a metric that this version does not know.</exception>
    public static PerformancePoint Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return ReadPoint(bytes);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException
            or IndexOutOfRangeException or FormatException)
        {
            throw new FormatException($"A window of a performance monitor cannot be read: {error.Message}", error);
        }
    }

    private static PerformancePoint ReadPoint(ReadOnlyMemory<byte> bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        JsonElement root = document.RootElement, delay = root.GetProperty("delay");
        return new PerformancePoint
        {
            Window = new DriftWindow(
                root.GetProperty("monitor").GetString()!, root.GetProperty("model").GetString(), root.GetProperty("version").GetString(),
                root.GetProperty("start").GetDateTimeOffset(), root.GetProperty("end").GetDateTimeOffset())
            {
                TooSmall = root.GetProperty("tooSmall").GetBoolean(),
            },
            IsFinal = root.GetProperty("final").GetBoolean(),
            Rows = root.GetProperty("rows").GetInt32(),
            Labelled = root.GetProperty("labelled").GetInt32(),
            LabelDelay = new LabelDelay(delay[0].GetInt32(), Span(delay[1]), Span(delay[2]), Span(delay[3]), Span(delay[4])),
            Metrics = [.. root.GetProperty("metrics").EnumerateArray().Select(Metric)],
            Warnings = [.. root.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()!)],
        };

        static TimeSpan Span(JsonElement ticks) => TimeSpan.FromTicks(ticks.GetInt64());
    }

    private static void Write(Utf8JsonWriter json, MetricPoint metric)
    {
        json.WriteStartObject();
        json.WriteString("name", metric.Metric.Name);
        if (metric.Metric.Kind == MetricKind.BusinessValue)
        {
            json.WriteStartArray("values");
            PerformanceMetric own = metric.Metric;
            foreach (double value in (ReadOnlySpan<double>)[own.TruePositive, own.FalsePositive, own.TrueNegative, own.FalseNegative, own.PerPrediction ? 1 : 0])
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }

        Write(json, "estimated", metric.Estimated);
        Write(json, "realized", metric.Realized);
        Write(json, "reweighted", metric.Reweighted);
        WriteNumber(json, "reference", metric.Reference);
        WriteNumber(json, "limit", metric.Limit);
        WriteNumber(json, "realizedLimit", metric.RealizedLimit);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, MetricEstimate estimate)
    {
        json.WriteStartObject(name);
        WriteNumber(json, "value", estimate.Value);
        if (estimate.Interval is { } interval)
        {
            WriteNumber(json, "lower", interval.Lower);
            WriteNumber(json, "upper", interval.Upper);
        }

        if (estimate.NotDefined is { } reason)
        {
            json.WriteString("notDefined", reason);
        }

        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static MetricPoint Metric(JsonElement json)
    {
        double[] values = json.TryGetProperty("values", out JsonElement own) ? [.. own.EnumerateArray().Select(v => v.GetDouble())] : [];
        PerformanceMetric metric = values.Length == 5
            ? PerformanceMetric.BusinessValue(values[0], values[1], values[2], values[3], values[4] > 0)
            : PerformanceMetric.Named(json.GetProperty("name").GetString()!);
        return new MetricPoint
        {
            Estimated = Estimate(metric, json.GetProperty("estimated")),
            Realized = Estimate(metric, json.GetProperty("realized")),
            Reweighted = Estimate(metric, json.GetProperty("reweighted")),
            Reference = Number(json.GetProperty("reference")),
            Limit = Number(json.GetProperty("limit")),
            RealizedLimit = Number(json.GetProperty("realizedLimit")),
        };
    }

    private static MetricEstimate Estimate(PerformanceMetric metric, JsonElement json) => new(
        metric, Number(json.GetProperty("value")),
        json.TryGetProperty("lower", out JsonElement lower) ? new Interval(Number(lower), Number(json.GetProperty("upper"))) : null,
        json.TryGetProperty("notDefined", out JsonElement reason) ? reason.GetString() : null);

    private static double Number(JsonElement json) => json.ValueKind == JsonValueKind.Null ? double.NaN : json.GetDouble();
}
