using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Lifecycle.Tracking;

/// <summary>Names of the telemetry of tracking: one activity source and one meter, both called <c>Lifecycle.Tracking</c>.</summary>
public static class TrackingTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Lifecycle.Tracking";

    internal static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> JournalRecords = Meter.CreateCounter<long>("lifecycle.tracking.journal.records", "{record}", "Records moved from journals into the database.");
    private static readonly UpDownCounter<long> JournalDegraded = Meter.CreateUpDownCounter<long>("lifecycle.tracking.journal.degraded", "{journal}", "Journals that keep records in memory because no segment can be written.");
    private static readonly Histogram<double> DrainDuration = Meter.CreateHistogram<double>("lifecycle.tracking.drain.duration", "s", "Time of one transaction that moves records into the database.");
    private static readonly Counter<long> DrainRows = Meter.CreateCounter<long>("lifecycle.tracking.drain.rows", "{row}", "Metric points inserted.");
    private static readonly Counter<long> DroppedRecords = Meter.CreateCounter<long>("lifecycle.tracking.dropped", "{record}", "Records lost because disk and memory were full.");
    private static readonly Counter<long> RejectedCalls = Meter.CreateCounter<long>("lifecycle.tracking.rejected", "{call}", "Logging calls refused as misuse.");
    private static readonly UpDownCounter<long> ActiveRuns = Meter.CreateUpDownCounter<long>("lifecycle.tracking.run.active", "{run}", "Runs of this process that have not ended.");
    private static readonly Histogram<double> RunDuration = Meter.CreateHistogram<double>("lifecycle.tracking.run.duration", "s", "Time from the start of a run to its end.");
    private static readonly Histogram<double> SearchDuration = Meter.CreateHistogram<double>("lifecycle.tracking.search.duration", "s", "Time of one search of runs.");
    private static readonly Counter<long> ArtifactBytes = Meter.CreateCounter<long>("lifecycle.tracking.artifact.bytes", "By", "Bytes of artifacts and models written or opened.");
    private static readonly Counter<long> Promotions = Meter.CreateCounter<long>("lifecycle.tracking.promotion.count", "{promotion}", "Promotions and rollbacks by outcome.");

    internal static void Drained(long records, long points, TimeSpan duration)
    {
        JournalRecords.Add(records);
        DrainRows.Add(points);
        DrainDuration.Record(duration.TotalSeconds);
    }

    internal static void Degraded(bool degraded) => JournalDegraded.Add(degraded ? 1 : -1);

    internal static void Dropped(long records) => DroppedRecords.Add(records);

    internal static void Rejected(string reason) => RejectedCalls.Add(1, new KeyValuePair<string, object?>("lifecycle.tracking.reason", reason));

    internal static void RunStarted() => ActiveRuns.Add(1);

    internal static void RunEnded(RunStatus status, TimeSpan duration)
    {
        ActiveRuns.Add(-1);
        RunDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("lifecycle.tracking.status", status.ToString()));
    }

    internal static void Searched(TimeSpan duration, SearchPlan plan) =>
        SearchDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("lifecycle.tracking.plan", plan switch { SearchPlan.Ids => "ids", SearchPlan.Walk => "walk", _ => "sets" }));

    internal static void Artifact(long bytes, string direction) => ArtifactBytes.Add(bytes, new KeyValuePair<string, object?>("lifecycle.tracking.direction", direction));

    internal static void Promoted(string outcome) => Promotions.Add(1, new KeyValuePair<string, object?>("lifecycle.tracking.outcome", outcome));
}
