using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Lifecycle.Serving;

/// <summary>Instruments and spans of the package; both sources are named <c>Lifecycle.Serving</c>.</summary>
internal static partial class ServingMeter
{
    public const string Name = "Lifecycle.Serving";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> PredictionDuration =
        Meter.CreateHistogram<double>("lifecycle.serving.prediction.duration", "s", "Time of one call, from lease to answer.");

    private static readonly Counter<long> PredictionRows =
        Meter.CreateCounter<long>("lifecycle.serving.prediction.rows", "{row}", "Rows answered.");

    private static readonly UpDownCounter<long> RequestActive =
        Meter.CreateUpDownCounter<long>("lifecycle.serving.request.active", "{request}", "Calls that have their version and no answer yet.");

    private static readonly Counter<long> RequestRejected =
        Meter.CreateCounter<long>("lifecycle.serving.request.rejected", "{request}", "Calls refused before any work.");

    private static readonly Histogram<double> LoadDuration =
        Meter.CreateHistogram<double>("lifecycle.serving.model.load.duration", "s", "Time from found to ready, rejected or failed.");

    private static readonly Counter<long> Swaps =
        Meter.CreateCounter<long>("lifecycle.serving.model.swap", "{swap}", "Versions that came, by outcome.");

    private static readonly UpDownCounter<long> Ready =
        Meter.CreateUpDownCounter<long>("lifecycle.serving.version.ready", "{version}", "Versions that are loaded and may be asked.");

    private static readonly UpDownCounter<long> DrainingVersions =
        Meter.CreateUpDownCounter<long>("lifecycle.serving.version.draining", "{version}", "Versions that wait for their last lease.");

    private static readonly Counter<long> Dropped =
        Meter.CreateCounter<long>("lifecycle.serving.log.dropped", "{record}", "Predictions that the inference log or a sink lost.");

    private static readonly Counter<long> Feedback =
        Meter.CreateCounter<long>("lifecycle.serving.feedback.received", "{feedback}", "Outcomes of predictions that were stored or were there already.");

    private static readonly Counter<long> ShadowResults =
        Meter.CreateCounter<long>("lifecycle.serving.shadow.result", "{run}", "Copies that a shadow got, by what came of them.");

    private static readonly string[] Roles = ["primary", "shadow", "fallback"];

    /// <summary>Whether somebody listens to the times or rows of calls.</summary>
    public static bool MeasuresCalls => PredictionDuration.Enabled || PredictionRows.Enabled;

    /// <summary>Whether somebody listens to the number of active calls.</summary>
    public static bool CountsActive => RequestActive.Enabled;

    /// <summary>A call ended.</summary>
    public static void Predicted(TimeSpan duration, string model, RouteArm arm, InferenceRole role, long rows, Exception? failure)
    {
        if (failure is null && role != InferenceRole.Shadow)
        {
            PredictionRows.Add(rows, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.model.version", arm.Version.Version));
        }

        if (PredictionDuration.Enabled)
        {
            TagList tags = new()
            {
                { "lifecycle.model.name", model }, { "lifecycle.model.version", arm.Version.Version }, { "lifecycle.serving.arm", arm.Name },
                { "lifecycle.serving.role", Roles[(int)role] },
            };
            if (failure is not null)
            {
                tags.Add("error.type", failure.GetType().FullName);
            }

            PredictionDuration.Record(duration.TotalSeconds, tags);
        }
    }

    /// <summary>Calls began (above zero) or ended.</summary>
    public static void ActiveChanged(string model, int change) => RequestActive.Add(change, new KeyValuePair<string, object?>("lifecycle.model.name", model));

    public static void Shadowed(string model, string result) =>
        ShadowResults.Add(1, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.result", result));

    /// <summary>A load ended.</summary>
    public static void Loaded(TimeSpan duration, string model, string outcome)
    {
        LoadDuration.Record(duration.TotalSeconds, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.outcome", outcome));
        Swaps.Add(1, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.outcome", outcome));
    }

    public static void BecameReady(string model, int change)
    {
        if (change != 0)
        {
            Ready.Add(change, new KeyValuePair<string, object?>("lifecycle.model.name", model));
        }
    }

    public static void Draining(string model, int change) => DrainingVersions.Add(change, new KeyValuePair<string, object?>("lifecycle.model.name", model));

    /// <summary>The inference log lost records.</summary>
    public static void RecordsDropped(string model, string reason, long count)
    {
        if (count > 0)
        {
            Dropped.Add(count, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.reason", reason));
        }
    }

    public static void FeedbackReceived(string model, long count) => Feedback.Add(count, new KeyValuePair<string, object?>("lifecycle.model.name", model));

    public static void RecordDropped(string model, string reason) =>
        Dropped.Add(1, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.reason", reason));
}
