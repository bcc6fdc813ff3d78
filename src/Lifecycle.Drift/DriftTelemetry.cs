using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Lifecycle.Drift;

/// <summary>The package's activity source and instruments.</summary>
internal static class DriftTelemetry
{
    public const string Name = "Lifecycle.Drift";
    private const string OtherFeatures = "_other";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Checks = Meter.CreateCounter<long>("lifecycle.drift.check.count", "{check}", "Columns checked, by verdict.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("lifecycle.drift.check.duration", "s", "Time of a check of all columns.");
    private static readonly Counter<long> RecordedValues = Meter.CreateCounter<long>("lifecycle.drift.recorded", "{value}", "Values that monitors took into closed windows.");
    private static readonly UpDownCounter<long> Alerts = Meter.CreateUpDownCounter<long>("lifecycle.drift.alert.active", "{alert}", "Alerts that are raised and not cleared.");
    private static readonly Counter<long> UnseenLabels = Meter.CreateCounter<long>("lifecycle.drift.unseen", "{value}", "Values with labels that the reference does not have.");

    private static readonly Gauge<double> Effects = Meter.CreateGauge<double>("lifecycle.drift.effect", "1", "The deciding effect of a column in the last window.");
    private static readonly Gauge<double> LogPValues = Meter.CreateGauge<double>(
        "lifecycle.drift.p.log10", "1", "Common logarithm of the corrected p-value of a column in the last window.");
    private static readonly Gauge<double> Estimated = Meter.CreateGauge<double>("lifecycle.drift.performance.estimated", "1", "A metric of a closed window, estimated.");
    private static readonly Gauge<double> Realized = Meter.CreateGauge<double>("lifecycle.drift.performance.realized", "1", "A metric of a closed window, by the labels that came.");
    private static readonly Gauge<double> Coverage = Meter.CreateGauge<double>("lifecycle.drift.label.coverage", "1", "Share of a closed window's predictions that have their label.");

    /// <summary>Columns with a tag of their own; the others share one.</summary>
    public const int MostFeatures = 200;

    public static ActivitySource Source { get; } = new(Name);

    public static void Checked(DriftReport report, TimeSpan elapsed)
    {
        TagList tags = Tags(report.Window?.Model, report.Window?.Version);
        Duration.Record(elapsed.TotalSeconds, tags);
        foreach (IGrouping<DriftVerdict, ColumnFinding> verdict in report.Columns.GroupBy(c => c.Verdict))
        {
            TagList own = tags;
            own.Add("lifecycle.drift.verdict", Word(verdict.Key));
            Checks.Add(verdict.Count(), own);
        }
    }

    /// <param name="report">What was found.</param>
    /// <param name="reference">Whose first 200 columns have a tag of their own.</param>
    /// <param name="values">Values that were counted since the window before.</param>
    /// <param name="unseen">How many of them have a label that the reference does not have.</param>
    public static void WindowClosed(DriftReport report, ReferenceProfile reference, long values, long unseen)
    {
        TagList tags = Tags(report.Window?.Model, report.Window?.Version);
        RecordedValues.Add(values, tags);
        if (unseen > 0)
        {
            UnseenLabels.Add(unseen, tags);
        }

        if (!Effects.Enabled && !LogPValues.Enabled)
        {
            return;
        }

        HashSet<string> named = [.. reference.Columns.Take(MostFeatures).Select(c => c.Name)];
        foreach (IGrouping<string, ColumnFinding> feature in report.Columns.Where(c => c.Verdict != DriftVerdict.NotTested)
            .GroupBy(c => named.Contains(c.Column) ? c.Column : OtherFeatures, StringComparer.Ordinal))
        {
            TagList own = tags;
            own.Add("lifecycle.feature.name", feature.Key);
            Effects.Record(feature.Max(c => c.EffectValue), own);
            LogPValues.Record(feature.Min(c => c.LogAdjustedPValue) / Math.Log(10), own);
        }
    }

    public static void AlertsChanged(int change, string? model, string? version)
    {
        if (change != 0)
        {
            Alerts.Add(change, Tags(model, version));
        }
    }

    public static void Judged(PerformancePoint point, bool isNew)
    {
        TagList tags = Tags(point.Window.Model, point.Window.Version);
        foreach (MetricPoint metric in point.Metrics)
        {
            TagList own = tags;
            own.Add("lifecycle.drift.metric", metric.Metric.Name);
            if (isNew && metric.Estimated.IsDefined)
            {
                Estimated.Record(metric.Estimated.Value, own);
            }

            if (metric.Realized.IsDefined)
            {
                Realized.Record(metric.Realized.Value, own);
            }
        }

        Coverage.Record(point.Coverage, tags);
    }

    private static TagList Tags(string? model, string? version)
    {
        TagList tags = default;
        if (model is not null)
        {
            tags.Add("lifecycle.model.name", model);
            tags.Add("lifecycle.model.version", version);
        }

        return tags;
    }

    private static string Word(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drift => "drift",
        DriftVerdict.Slight => "slight",
        DriftVerdict.Stable => "stable",
        DriftVerdict.TooCoarse => "too_coarse",
        _ => "not_tested",
    };
}
