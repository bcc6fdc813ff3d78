namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>The figures of statistics and drift, by group: <c>ratios drift</c> measures all, <c>ratios drift.bins</c> one.</summary>
internal static class DriftSuite
{
    public static IReadOnlyDictionary<string, Func<IEnumerable<Figure>>> Groups { get; } = new Dictionary<string, Func<IEnumerable<Figure>>>(StringComparer.Ordinal)
    {
        ["drift.two-sample"] = TwoSampleFigures.Measure,
        ["drift.bins"] = BinFigures.Measure,
        ["drift.distances"] = DistanceRates.Measure,
        ["drift.sketches"] = SketchFigures.Measure,
        ["drift.record"] = RecordFigures.Measure,
        ["drift.streams"] = StreamFigures.Measure,
        ["drift.runlength"] = RunLengthFigures.Measure,
        ["drift.runlength.bocd"] = RunLengthFigures.MeasureBocd,
        ["drift.arl"] = StreamFigures.MeasureExactCharts,
        ["drift.check"] = CheckFigures.Measure,
        ["drift.performance"] = PerformanceFigures.Measure,
        ["drift.calibration"] = CalibrationFigures.Measure,
    };

    public static IAsyncEnumerable<Figure> MeasureAsync() => Groups.Values.SelectMany(measure => measure()).ToAsyncEnumerable();
}
