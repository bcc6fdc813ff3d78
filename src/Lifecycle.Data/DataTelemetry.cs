using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Lifecycle.Data;

/// <summary>Spans and instruments of this package. Dataset names go on spans, never on metrics; no cell value goes anywhere.</summary>
internal static class DataTelemetry
{
    public const string Name = "Lifecycle.Data";

    private static readonly Meter Meter = new(Name);

    public static ActivitySource Source { get; } = new(Name);

    public static Histogram<double> CommitDuration { get; } =
        Meter.CreateHistogram<double>("lifecycle.data.commit.duration", "s", "Time of a commit, also of one that changed nothing.");

    public static Counter<long> CommitBytes { get; } =
        Meter.CreateCounter<long>("lifecycle.data.commit.bytes", "By", "Bytes of the files that were committed.");

    public static Counter<long> StoredBytes { get; } =
        Meter.CreateCounter<long>("lifecycle.data.commit.stored_bytes", "By", "Bytes that commits had to store.");

    public static Histogram<double> CheckoutDuration { get; } =
        Meter.CreateHistogram<double>("lifecycle.data.checkout.duration", "s", "Time of a checkout.");

    public static Histogram<double> StatusDuration { get; } =
        Meter.CreateHistogram<double>("lifecycle.data.status.duration", "s", "Time to find out what changed in a workspace.");

    public static Counter<long> HashedFiles { get; } =
        Meter.CreateCounter<long>("lifecycle.data.status.hashed_files", "{file}", "Files that had to be read because nothing proved them unchanged.");

    public static Histogram<double> DeriveDuration { get; } =
        Meter.CreateHistogram<double>("lifecycle.data.derive.duration", "s", "Time of a derivation, also of one that was refused.");

    public static Activity? Start(string operation, string dataset)
    {
        Activity? activity = Source.StartActivity(operation);
        activity?.SetTag("lifecycle.dataset.name", dataset);
        return activity;
    }
}
