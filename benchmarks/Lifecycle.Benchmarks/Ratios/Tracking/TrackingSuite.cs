namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>The figures of tracking and the model registry, by group: <c>ratios tracking</c> measures all, <c>ratios tracking.journal</c> one.</summary>
internal static class TrackingSuite
{
    public static IReadOnlyDictionary<string, Func<IAsyncEnumerable<Figure>>> Groups { get; } =
        new Dictionary<string, Func<IAsyncEnumerable<Figure>>>(StringComparer.Ordinal)
        {
            ["tracking.journal"] = JournalFigures.MeasureAsync,
            ["tracking.drain"] = DrainFigures.MeasureAsync,
            ["tracking.search"] = SearchFigures.MeasureAsync,
            ["tracking.wire"] = WireFigures.MeasureAsync,
            ["tracking.open"] = OpenFigures.MeasureAsync,
            ["tracking.registry"] = RegistryFigures.MeasureAsync,
            ["tracking.reproducibility"] = () => ReproducibilityFigures.Measure().ToAsyncEnumerable(),
            ["tracking.relog"] = AutologFigures.MeasureRelogAsync,
            ["tracking.mlnet"] = AutologFigures.MeasureAsync,
        };

    /// <summary>Groups that a greater one measures too.</summary>
    public static IReadOnlyDictionary<string, Func<IAsyncEnumerable<Figure>>> Parts { get; } =
        new Dictionary<string, Func<IAsyncEnumerable<Figure>>>(StringComparer.Ordinal)
        {
            ["tracking.search.100k"] = SearchFigures.MeasureLargeAsync,
            ["tracking.recovery"] = DrainFigures.MeasureRecoveryAsync,
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
