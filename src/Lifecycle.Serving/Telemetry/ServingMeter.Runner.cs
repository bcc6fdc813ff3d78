using System.Diagnostics.Metrics;

namespace Lifecycle.Serving;

/// <summary>What waits, runs together and is refused.</summary>
internal static partial class ServingMeter
{
    private static readonly Histogram<double> QueueDuration =
        Meter.CreateHistogram<double>("lifecycle.serving.queue.duration", "s", "Time a call waited for its run.");

    private static readonly Histogram<long> BatchRows =
        Meter.CreateHistogram<long>("lifecycle.serving.batch.rows", "{row}", "Rows of one run of a model whose rows are batched.");

    private static readonly Counter<long> BatchIsolated =
        Meter.CreateCounter<long>("lifecycle.serving.batch.isolated", "{batch}", "Batches that failed and were run again call by call.");

    private static readonly UpDownCounter<long> QueueLength =
        Meter.CreateUpDownCounter<long>("lifecycle.serving.queue.length", "{request}", "Calls that wait.");

    private static readonly string[] Releases = ["full", "idle", "delay", "deadline", "stop"];

    private static readonly string[] Reasons = ["not_ready", "queue_full", "deadline", "stopped", "draining"];

    /// <summary>Whether somebody listens to the time calls wait.</summary>
    public static bool MeasuresQueue => QueueDuration.Enabled;

    /// <summary>A call left the queue for its run.</summary>
    public static void Queued(TimeSpan duration, string model) =>
        Record(QueueDuration, duration.TotalSeconds, new KeyValuePair<string, object?>("lifecycle.model.name", model));

    /// <summary>Calls came into the queue (above zero) or left it.</summary>
    public static void QueueChanged(string model, int change)
    {
        if (QueueLength.Enabled)
        {
            Add(QueueLength, change, new KeyValuePair<string, object?>("lifecycle.model.name", model));
        }
    }

    /// <summary>The model ran over these rows.</summary>
    public static void Batched(string model, long rows, BatchRelease release)
    {
        if (BatchRows.Enabled)
        {
            Record(
                BatchRows, rows, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.release", Releases[(int)release]));
        }
    }

    /// <summary>A batch failed and its calls run one by one.</summary>
    public static void Isolated(string model) => Add(BatchIsolated, 1, new KeyValuePair<string, object?>("lifecycle.model.name", model));

    /// <summary>A call was refused before any work.</summary>
    public static void Rejected(string model, RejectionReason reason) =>
        Add(RequestRejected, 1, new("lifecycle.model.name", model), new KeyValuePair<string, object?>("lifecycle.serving.reason", Reasons[(int)reason]));
}
