namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>The figures of datasets, by group: <c>ratios data</c> measures all, <c>ratios data.commit</c> one.</summary>
internal static class DataSuite
{
    public static IReadOnlyDictionary<string, Func<IAsyncEnumerable<Figure>>> Groups { get; } =
        new Dictionary<string, Func<IAsyncEnumerable<Figure>>>(StringComparer.Ordinal)
        {
            ["data.commit"] = DatasetFigures.MeasureCommitAsync,
            ["data.status"] = DatasetFigures.MeasureStatusAsync,
            ["data.checkout"] = DatasetFigures.MeasureCheckoutAsync,
            ["data.profile"] = TableFigures.MeasureProfileAsync,
            ["data.lineage"] = LineageFigures.MeasureAsync,
            ["data.privacy"] = PrivacyFigures.MeasureAsync,
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
