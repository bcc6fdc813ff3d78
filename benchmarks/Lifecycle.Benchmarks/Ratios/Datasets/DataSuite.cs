namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>The figures of datasets, by group: <c>ratios data</c> measures all, <c>ratios data.commit</c> one.</summary>
internal static class DataSuite
{
    public static IReadOnlyDictionary<string, Func<IAsyncEnumerable<Figure>>> Groups { get; } =
        new Dictionary<string, Func<IAsyncEnumerable<Figure>>>(StringComparer.Ordinal)
        {
            ["data.commit"] = DatasetFigures.MeasureCommitAsync,
            ["data.dvc"] = DvcFigures.MeasureAsync,
            ["data.status"] = DatasetFigures.MeasureStatusAsync,
            ["data.checkout"] = DatasetFigures.MeasureCheckoutAsync,
            ["data.profile"] = TableFigures.MeasureProfileAsync,
            ["data.profile.parquet"] = ParquetFigures.MeasureAsync,
            ["data.diff"] = DiffFigures.MeasureAsync,
            ["data.split"] = TableFigures.MeasureSplitAsync,
            ["data.lineage"] = LineageFigures.MeasureAsync,
            ["data.privacy"] = PrivacyFigures.MeasureAsync,
        };

    /// <summary>What a greater group asks of another process.</summary>
    public static IReadOnlyDictionary<string, Func<IAsyncEnumerable<Figure>>> Parts { get; } =
        new Dictionary<string, Func<IAsyncEnumerable<Figure>>>(StringComparer.Ordinal) { [DiffFigures.MemoryPart] = DiffFigures.MeasureMemoryAsync };

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
