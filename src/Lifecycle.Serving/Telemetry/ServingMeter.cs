using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Lifecycle.Serving;

/// <summary>Instruments and spans of the package; both sources are named <c>Lifecycle.Serving</c>.</summary>
internal static class ServingMeter
{
    public const string Name = "Lifecycle.Serving";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    public static readonly Histogram<double> PredictionDuration =
        Meter.CreateHistogram<double>("lifecycle.serving.prediction.duration", "s", "Time of one call, from lease to answer.");

    private static readonly Counter<long> PredictionRows =
        Meter.CreateCounter<long>("lifecycle.serving.prediction.rows", "{row}", "Rows answered.");

    private static readonly Counter<long> RequestRejected =
        Meter.CreateCounter<long>("lifecycle.serving.request.rejected", "{request}", "Calls refused before any work.");

    private static readonly Histogram<double> LoadDuration =
        Meter.CreateHistogram<double>("lifecycle.serving.model.load.duration", "s", "Time from found to ready, rejected or failed.");

    private static readonly Counter<long> Swaps =
        Meter.CreateCounter<long>("lifecycle.serving.model.swap", "{swap}", "Versions that came, by outcome.");

    private static readonly UpDownCounter<long> Ready =
        Meter.CreateUpDownCounter<long>("lifecycle.serving.version.ready", "{version}", "Versions that answer.");

    private static readonly UpDownCounter<long> DrainingVersions =
        Meter.CreateUpDownCounter<long>("lifecycle.serving.version.draining", "{version}", "Versions that wait for their last lease.");

    private static readonly Counter<long> Dropped =
        Meter.CreateCounter<long>("lifecycle.serving.log.dropped", "{record}", "Predictions that an inference sink lost.");

    /// <summary>A call ended.</summary>
    public static void Predicted(TimeSpan duration, string model, string version, long rows, Exception? failure)
    {
        TagList tags = new() { { "lifecycle.model.name", model }, { "lifecycle.model.version", version }, { "lifecycle.serving.role", "primary" } };
        if (failure is not null)
        {
            tags.Add("error.type", failure.GetType().FullName);
        }
        else
        {
            PredictionRows.Add(rows, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.model.version", version));
        }

        PredictionDuration.Record(duration.TotalSeconds, tags);
    }

    public static void Rejected(string model) =>
        RequestRejected.Add(1, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.reason", "not_ready"));

    /// <summary>A load ended.</summary>
    public static void Loaded(TimeSpan duration, string model, string outcome)
    {
        LoadDuration.Record(duration.TotalSeconds, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.outcome", outcome));
        Swaps.Add(1, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.outcome", outcome));
    }

    public static void BecameReady(string model, int change) => Ready.Add(change, new KeyValuePair<string, object?>("lifecycle.model.name", model));

    public static void Draining(string model, int change) => DrainingVersions.Add(change, new KeyValuePair<string, object?>("lifecycle.model.name", model));

    public static void RecordDropped(string model) =>
        Dropped.Add(1, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.reason", "sink_failed"));
}
