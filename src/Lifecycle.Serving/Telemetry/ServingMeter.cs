using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

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

    // The models of all hosts, as long as they live.
    private static readonly ConditionalWeakTable<ActiveCalls, string> Active = [];

    // Observed, because two changes a call would cost more than all else that is measured of it.
    private static readonly ObservableUpDownCounter<long> RequestActive = Meter.CreateObservableUpDownCounter(
        "lifecycle.serving.request.active", ObserveActive, "{request}", "Calls that have their version and no answer yet.");

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

    /// <summary>Whether somebody listens to the times or rows of calls.</summary>
    public static bool MeasuresCalls => PredictionDuration.Enabled || PredictionRows.Enabled;

    /// <summary>Whether somebody listens to the number of active calls.</summary>
    public static bool CountsActive => RequestActive.Enabled;

    /// <summary>The active calls of a model are observed from now on.</summary>
    public static ActiveCalls ActiveOf(string model)
    {
        ActiveCalls calls = new(model);
        Active.Add(calls, model);
        return calls;
    }

    /// <summary>A call ended.</summary>
    public static void Predicted(TimeSpan duration, string model, RouteArm arm, InferenceRole role, long rows, Exception? failure)
    {
        KeyValuePair<string, object?>[] tags = arm.Tags(model, role);
        if (failure is null && role != InferenceRole.Shadow)
        {
            Add(PredictionRows, rows, tags.AsSpan(0, RouteArm.VersionTags));
        }

        if (failure is null)
        {
            Record(PredictionDuration, duration.TotalSeconds, tags);
        }
        else if (PredictionDuration.Enabled)
        {
            Record(PredictionDuration, duration.TotalSeconds, [.. tags, new("error.type", failure.GetType().FullName)]);
        }
    }

    public static void Shadowed(string model, string result) =>
        Add(ShadowResults, 1, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.result", result));

    /// <summary>A load ended.</summary>
    public static void Loaded(TimeSpan duration, string model, string outcome)
    {
        Record(LoadDuration, duration.TotalSeconds, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.outcome", outcome));
        Add(Swaps, 1, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.outcome", outcome));
    }

    public static void BecameReady(string model, int change)
    {
        if (change != 0)
        {
            Add(Ready, change, new KeyValuePair<string, object?>("lifecycle.model.name", model));
        }
    }

    public static void Draining(string model, int change) => Add(DrainingVersions, change, new KeyValuePair<string, object?>("lifecycle.model.name", model));

    /// <summary>The inference log lost records.</summary>
    public static void RecordsDropped(string model, string reason, long count)
    {
        if (count > 0)
        {
            Add(Dropped, count, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.reason", reason));
        }
    }

    public static void FeedbackReceived(string model, long count) => Add(Feedback, count, new KeyValuePair<string, object?>("lifecycle.model.name", model));

    public static void RecordDropped(string model, string reason) =>
        Add(Dropped, 1, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.reason", reason));

    // A listener that throws must leave nothing half done: what it does not hear of is lost to it alone.
    private static void Add(Counter<long> counter, long value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(value, tags);
        }
        catch (Exception)
        {
            // See above.
        }
    }

    private static void Add(UpDownCounter<long> counter, long value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(value, tags);
        }
        catch (Exception)
        {
            // See above.
        }
    }

    private static void Record<T>(Histogram<T> histogram, T value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct
    {
        try
        {
            histogram.Record(value, tags);
        }
        catch (Exception)
        {
            // See above.
        }
    }

    /// <summary>One measurement a name: hosts of one process may serve the same.</summary>
    private static IEnumerable<Measurement<long>> ObserveActive() => Active
        .GroupBy(pair => pair.Value, pair => pair.Key.Count, StringComparer.Ordinal)
        .Select(group => new Measurement<long>(group.Sum(), new KeyValuePair<string, object?>("lifecycle.model.name", group.Key)));
}
