using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Lifecycle.Storage.Local;

/// <summary>What the package tells the outside about itself.</summary>
internal static class StorageTelemetry
{
    public const string Name = "Lifecycle.Storage.Local";

    public static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    public static readonly Histogram<double> PutDuration =
        Meter.CreateHistogram<double>("lifecycle.storage.put.duration", "s", "Blobs put, flush included; tag outcome: stored, present.");

    public static readonly Counter<long> PutBytes =
        Meter.CreateCounter<long>("lifecycle.storage.put.bytes", "By", "Bytes put; tag outcome: stored, present.");

    public static readonly Counter<long> ReadBytes =
        Meter.CreateCounter<long>("lifecycle.storage.read.bytes", "By", "Bytes of blobs read from the disk.");

    public static readonly Counter<long> LooseCopies =
        Meter.CreateCounter<long>("lifecycle.storage.loose_copy.count", "{blob}", "Blobs of packs that got a file of their own because a link to them was asked for.");

    public static readonly Counter<long> Corrupted =
        Meter.CreateCounter<long>("lifecycle.storage.corrupted", "{blob}", "Reads that found bytes which do not fit their digest.");

    public static readonly Histogram<double> Transactions =
        Meter.CreateHistogram<double>("lifecycle.storage.transaction.duration", "s", "Write transactions, waiting included; tag outcome: committed, rolled_back.");

    public static readonly Counter<long> AuditEntries =
        Meter.CreateCounter<long>("lifecycle.storage.audit.entry.count", "{entry}", "Audit entries committed.");

    public static readonly Counter<long> Deliveries =
        Meter.CreateCounter<long>("lifecycle.storage.event.delivery.count", "{event}", "Events handed to receivers; tag outcome: handled, failed.");

    public static void Put(long bytes, bool isNew, TimeSpan duration)
    {
        KeyValuePair<string, object?> outcome = Outcome(isNew ? "stored" : "present");
        PutDuration.Record(duration.TotalSeconds, outcome);
        PutBytes.Add(bytes, outcome);
    }

    public static KeyValuePair<string, object?> Outcome(string value) => new("lifecycle.storage.outcome", value);
}
