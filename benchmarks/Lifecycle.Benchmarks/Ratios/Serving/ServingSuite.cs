namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>The figures of serving, by group: <c>ratios serving</c> measures all, <c>ratios serving.http</c> one.</summary>
internal static class ServingSuite
{
    public static IReadOnlyDictionary<string, Func<IAsyncEnumerable<Figure>>> Groups { get; } =
        new Dictionary<string, Func<IAsyncEnumerable<Figure>>>(StringComparer.Ordinal)
        {
            ["serving.lease"] = LeaseFigures.MeasureAsync,
            ["serving.mlnet"] = MLNetFigures.MeasureAsync,
            ["serving.onnx"] = OnnxFigures.MeasureAsync,
            ["serving.batch"] = BatchFigures.MeasureAsync,
            ["serving.swap"] = SwapFigures.MeasureAsync,
            ["serving.overload"] = OverloadFigures.MeasureAsync,
            ["serving.split"] = () => SplitFigures.Measure().ToAsyncEnumerable(),
            ["serving.shadow"] = ShadowFigures.MeasureAsync,
            ["serving.log"] = LogFigures.MeasureAsync,
            ["serving.telemetry"] = TelemetryFigures.MeasureAsync,
            ["serving.http"] = HttpFigures.MeasureAsync,
            ["serving.score"] = ScoreFigures.MeasureAsync,
            ["serving.guard"] = () => GuardFigures.Measure().ToAsyncEnumerable(),
        };

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        foreach (Func<IAsyncEnumerable<Figure>> measure in Groups.Values)
        {
            await foreach (Figure figure in measure())
            {
                yield return figure;
            }
        }
    }
}
