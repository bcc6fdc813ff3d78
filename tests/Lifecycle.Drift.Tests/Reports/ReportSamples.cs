using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>Reports and histories to look at: real, hostile, wide.</summary>
internal static class ReportSamples
{
    public static readonly string[] Hostile =
    [
        "<script>alert(1)</script>", "\" onload=\"x", "'&amp;", "</style></section>", "\u202egnp.exe", "a\0b", "\ud800lone", "javascript:alert(1)",
        "line\nbreak", "]]>", "<!--", "</title><img src=x onerror=alert(1)>", "\u2066isolate\u2069", "\ufffe\uffff",
    ];

    private static readonly DateTimeOffset Start = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    public static DriftReport Cps { get; } = CheckCps();

    public static DriftReport CheckCps() => ReferenceProfile.From(CpsTable.Batch("1992"), c => c.Unit("earnings", "USD an hour")).Check(CpsTable.Batch("2004"));

    /// <summary>Everything a page can hold.</summary>
    public static DriftReportPage Full() => Cps.Page().Titled("Wages, version 1").Note("What this is", "A page with all its parts.", "1 < 2 & 3 > 2.")
        .With(Performance(40)).With(Alerts()).With(Windows(30)).Also("A control", ReferenceProfile.From(CpsTable.Batch("1992")).Check(CpsTable.Batch("1992")), "The same rows twice.");

    public static DriftReport HostileReport()
    {
        double[] x = Samples.Normal(300, 2);
        ColumnBatch Batch(double shift, string[] labels) => new(
        [
            .. Hostile.Select(name => BatchColumn.Of<double>(name, x.Select(v => v + shift).ToArray())),
            BatchColumn.Of<string>("labels", Enumerable.Range(0, 300).Select(i => labels[i % labels.Length]).ToArray()),
        ]);
        return ReferenceProfile.From(Batch(0, Hostile)).Check(Batch(2, [.. Hostile.Skip(4), "<b>new</b>"]));
    }

    public static PerformancePoint[] Performance(int windows, string? warning = null)
    {
        RandomStream random = new(11, 0);
        return [.. Enumerable.Range(0, windows).Select(i => new PerformancePoint
        {
            Window = Window(i),
            Rows = 1000 + i,
            Labelled = i < windows - 8 ? 990 : 120,
            IsOpen = i == windows - 1,
            Metrics = [Metric(PerformanceMetric.AreaUnderRoc, i, 0.87), Metric(PerformanceMetric.F1, i, 0.7)],
            Warnings = warning is null ? [] : [warning],
        })];

        MetricPoint Metric(PerformanceMetric metric, int window, double level)
        {
            double value = level - (window > windows / 2 ? 0.05 : 0) + 0.005 * random.NextGaussian();
            bool isLabelled = window < windows - 3;
            return new MetricPoint
            {
                Estimated = window == 5 ? new MetricEstimate(metric, double.NaN, null, "no predictions") : new MetricEstimate(metric, value, new Interval(value - 0.02, value + 0.02)),
                Realized = isLabelled ? new MetricEstimate(metric, value + 0.004) : new MetricEstimate(metric, double.NaN, null, "no label came yet"),
                Reweighted = isLabelled ? new MetricEstimate(metric, value + 0.003) : new MetricEstimate(metric, double.NaN, null, "no label came yet"),
                Reference = level,
                Limit = level - 0.03,
                RealizedLimit = level - 0.04,
            };
        }
    }

    public static DriftAlert[] Alerts(string column = "earnings") =>
    [
        .. Lane(1, column, DriftAlert.DriftRule, (2, AlertState.Pending, false), (3, AlertState.Raised, false), (6, AlertState.Clearing, false), (9, AlertState.Quiet, false)),
        .. Lane(2, "age", nameof(QualityRule.OutOfRange), (5, AlertState.Pending, false), (8, AlertState.Raised, true)),
        .. Lane(3, "degree", "a rule of later", (4, AlertState.Pending, false), (5, AlertState.Quiet, false)),
    ];

    public static WindowRecord[] Windows(int count, string column = "earnings") =>
    [
        .. Enumerable.Range(0, count).Select(i => new WindowRecord(
            $"{i:x32}", Window(i), 1000, Digest.Of([(byte)i]), i > 20,
            [
                new FindingRecord(column, i > 20 ? DriftVerdict.Drift : DriftVerdict.Stable, -3, -2, Effect.PopulationStabilityIndex, i > 20 ? 0.3 : 0.01),
                new FindingRecord("age", i == 7 ? DriftVerdict.NotTested : DriftVerdict.Slight, -9, -8, Effect.PopulationStabilityIndex, 0.05),
            ])),
    ];

    /// <summary>A thousand columns with names, labels and reasons as long as they come, half of them drifted.</summary>
    public static DriftReport WideHostile(string letter)
    {
        string Long(int i) => $"{i} {string.Concat(Enumerable.Repeat(letter, 300))} {i}";
        ShareChange[] labels = [.. Enumerable.Range(0, 32).Select(i => new ShareChange(Long(i), i / 496.0, (31 - i) / 496.0))];
        ShareChange[] bars = [.. Enumerable.Range(0, 32).Select(i => new ShareChange($"{i - 1.23456789e-5:R} to {i + 1 - 1.23456789e-5:R}", (i % 7 + 1) / 128.0, (i * 11 % 13 + 1) / 224.0))];
        ColumnFinding Column(int i) => new()
        {
            Column = Long(i),
            Kind = i % 2 == 0 ? ColumnKind.Continuous : ColumnKind.Category,
            Unit = Long(i),
            Verdict = i % 10 == 9 ? DriftVerdict.NotTested : i % 10 == 8 ? DriftVerdict.TooCoarse : DriftVerdict.Drift,
            Reason = i % 10 >= 8 ? Long(i) : null,
            LogPValue = -1e5,
            LogAdjustedPValue = -1e5,
            Keys = [new DriftKey("Anderson-Darling", 1e10, -1e5), new DriftKey("10 bins", 1e10, -1e5)],
            Effect = Effect.ProbabilityOfGreater,
            EffectValue = 0.4999,
            EffectFloor = 0.123,
            PopulationStabilityIndex = 12.3456,
            PopulationStabilityIndexCorrected = 12.3456,
            WassersteinInStandardDeviations = 123456.789,
            Wasserstein = 1.23456e-200,
            ProbabilityOfGreater = 0.9999,
            Reference = new ColumnSummary(9_999_999_999_999, 8_888_888_888_888, 0, -1.2345e250, 1.2345e-250),
            Current = new ColumnSummary(9_999_999_999_999, 8_888_888_888_888, 0, 1.2345e250, -1.2345e-250),
            LargestChanges = i % 2 == 0 ? [] : [.. labels.Take(5)],
            Bars = i % 10 == 9 ? [] : i % 2 == 0 ? bars : labels,
        };
        return new DriftReport
        {
            Reference = Digest.Of("reference"u8),
            ReferenceRows = long.MaxValue / 2,
            Rows = long.MaxValue / 2,
            Columns = [.. Enumerable.Range(0, 1000).Select(Column).OrderBy(c => c.Verdict == DriftVerdict.NotTested)],
            Quality = [.. Enumerable.Range(0, 600).Select(i => new QualityFinding(Long(i), QualityRule.OutOfDeclaredRange, 1, 0.5, 0, -5, Long(i)))],
        };
    }

    private static DriftWindow Window(int i) => new("live", "wages", "1", Start.AddDays(i), Start.AddDays(i + 1));

    private static IEnumerable<DriftAlert> Lane(int id, string column, string rule, params (int Day, AlertState State, bool IsSuppressed)[] changes)
    {
        AlertState before = AlertState.Quiet;
        DateTimeOffset? raised = null;
        foreach ((int day, AlertState state, bool isSuppressed) in changes)
        {
            DateTimeOffset at = Start.AddDays(day);
            raised ??= state == AlertState.Raised ? at : null;
            yield return new DriftAlert
            {
                Id = new Guid(id, 0, 0, new byte[8]), Monitor = "live", Model = "wages", Version = "1", Column = column, Rule = rule, State = state, Before = before, ChangedAt = at,
                RaisedAt = raised, ClearedAt = state == AlertState.Quiet && raised is not null ? at : null, Suppressed = isSuppressed, Summary = $"{column}: {state}",
            };
            before = state;
        }
    }
}
